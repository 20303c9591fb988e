"""Runs as jobs of a Ray cluster, which reads and writes the same folder of runs."""

import logging
import os
import re
import secrets
import shlex
from collections.abc import Mapping

from playground.fine_tuning.runs.launcher import HANDLE, ROOT, WORKER, thread_caps
from playground.fine_tuning.runs.ray_jobs import RayJobs
from playground.fine_tuning.runs.run_directory import RunDirectory
from playground.settings import MEGABYTE, PREFIX, Settings

FRESH_SECONDS = 10.0  # a sign of life that recent is proof enough: nobody has to be asked
STOP_WAIT = 60  # seconds from SIGTERM to SIGKILL; a checkpoint of a large model takes some
# What a worker reads of the settings. The others may hold secrets, and a job's are listed by Ray.
_PASSED = (
    "models_folder",
    "hub",
    "max_model_mb",
    "max_training_tokens",
    "max_run_minutes",
    "max_owner_disk_mb",
    "max_runs_disk_mb",
)
_HANDLE = re.compile(r"([0-9a-f]{32})-[0-9a-f]{8}")
logger = logging.getLogger(__name__)


class RayLauncher:
    """Jobs of the cluster whose job server is ``settings.ray_address``.

    A handle is a submission id: the run's, and eight random digits for each start of it, since Ray
    takes an id once, and nobody knows whether a submission without an answer took it.
    """

    def __init__(
        self,
        settings: Settings,
        module: str = WORKER,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self.pool = settings.ray_address
        self._settings = settings
        self._module = module
        self._jobs = RayJobs(settings.ray_address, environment)

    def launch(self, directory: RunDirectory) -> str:
        """Submit the job; see ``Launcher``."""
        handle = f"{directory.id}-{secrets.token_hex(4)}"
        settings = self._settings
        job = {
            "submission_id": handle,
            "entrypoint": self._command(directory),
            "entrypoint_num_cpus": settings.ray_cpus,
            "entrypoint_memory": settings.ray_memory_mb * MEGABYTE,
            "runtime_env": {"env_vars": self._environment(handle)},
        }
        self._jobs.submit(job)
        return handle

    def _command(self, directory: RunDirectory) -> str:
        """Return the line for the shell of a cluster's machine: of settings and generated ids."""
        project = self._settings.ray_project or str(ROOT)
        path, log = shlex.quote(str(directory.path)), shlex.quote(str(directory.log))
        # In the shell's place, so that the signal to stop reaches the worker itself.
        worker = f"exec python -m {self._module} {path} >> {log} 2>&1"
        return f"cd {shlex.quote(project)} && {worker}"

    def _environment(self, handle: str) -> dict[str, str]:
        settings = self._settings
        values = {name: getattr(settings, name) for name in _PASSED}
        values["models_folder"] = settings.models_folder.resolve()
        threads = settings.run_threads or max(1, int(settings.ray_cpus))
        return {
            **{PREFIX + name.upper(): str(value) for name, value in values.items()},
            **thread_caps(threads),
            HANDLE: handle,
            "RAY_JOB_STOP_WAIT_TIME_S": str(STOP_WAIT),
        }

    def is_alive(self, handle: str) -> bool | None:
        """Return whether the job waits or runs; see ``Launcher``.

        Its signs of life come first: the cluster may have lost a job that goes on, and is not asked
        at every look of every visitor.
        """
        if (found := _HANDLE.fullmatch(handle)) is None:
            return None
        directory = RunDirectory(self._settings.runs_folder.resolve() / found[1])
        if directory.handle() == handle and directory.beat_within(FRESH_SECONDS):
            return True
        try:
            return self._jobs.is_active(handle)
        except ConnectionError:
            return None

    def stop(self, handle: str) -> None:
        """Have the job asked to end, and killed if it has not after ``STOP_WAIT``."""
        if _HANDLE.fullmatch(handle) is None:
            return
        try:
            self._jobs.stop(handle)
        except ConnectionError as error:  # the next look tries again
            logger.warning("Job %s cannot be stopped. %s", handle, error)

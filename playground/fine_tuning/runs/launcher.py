"""How a run gets a process: the one interface, and processes on this machine."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import psutil

from playground.fine_tuning.runs.identity import Identity
from playground.fine_tuning.runs.run_directory import RunDirectory
from playground.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[3]  # where "python -m playground..." works
WORKER = "playground.fine_tuning.worker"
HANDLE = f"{PREFIX}RUN_HANDLE"  # in a worker's environment: the handle that its launcher chose
TERM_SECONDS = 5.0  # between asking a process group to end and ending it
LOWEST_PRIORITY = 19
_THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "RAYON_NUM_THREADS",
)
# What a worker gets to see. Secrets have any name, so what may pass is listed, not what may not.
_PASSED = {
    "PATH",
    "HOME",
    "USER",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "LD_LIBRARY_PATH",
    "XDG_CACHE_HOME",
    "HF_HOME",
    "HF_HUB_CACHE",
    "HF_HUB_OFFLINE",
    "TOKENIZERS_PARALLELISM",
}


class Launcher(Protocol):
    """Starts and stops the processes of runs, here or on a cluster."""

    @property
    def pool(self) -> str:
        """Return where its processes run: ``max_running_runs`` is the cap of one such place."""

    def launch(self, directory: RunDirectory) -> str:
        """Start ``python -m playground.fine_tuning.worker DIRECTORY``; return who runs it.

        That is a handle: a text that the launcher finds it by again, on any server, and that means
        nothing to others. Returns as soon as the process is there: the index waits for it.

        Raises:
            ConnectionError: what starts processes cannot be reached; the run shall wait for it.
            OSError: no process can be started.
        """

    def is_alive(self, handle: str) -> bool | None:
        """Return whether that very process still runs, None where it cannot be known from here.

        The signs of life in the run's folder tell then.
        """

    def stop(self, handle: str) -> None:
        """End that very process with all it started; nothing happens if it has ended."""


class LocalLauncher:
    """Processes on this machine: of a session of their own, at the lowest priority."""

    def __init__(self, settings: Settings, module: str = WORKER) -> None:
        self._settings = settings
        self._module = module
        self.pool = socket.gethostname()

    def launch(self, directory: RunDirectory) -> str:
        """Start the worker; see ``Launcher``."""
        # A file and no pipe: nobody may be there to read, and a full pipe would halt the run.
        with directory.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", self._module, str(directory.path)],
                cwd=ROOT,
                env=environment(os.environ, self._settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # survives the server's terminal, and is one group to stop
            )
        identity = Identity.of(process.pid)
        # Before it has other threads: on Linux they inherit the priority and do not share it.
        psutil.Process(process.pid).nice(LOWEST_PRIORITY)
        # Linux may share the processors among sessions first; then a session's own priority counts.
        with suppress(OSError):
            Path(f"/proc/{process.pid}/autogroup").write_text(str(LOWEST_PRIORITY))
        # Somebody has to collect its exit status, or it stays as a zombie while this process lives.
        threading.Thread(target=process.wait, name="reaper", daemon=True).start()
        return identity.handle

    def is_alive(self, handle: str) -> bool | None:
        """Return whether that very process still runs, None if it is not one of this machine."""
        identity = Identity.from_handle(handle)
        if identity is None or not identity.is_here:
            return None
        return identity.process() is not None

    def stop(self, handle: str) -> None:
        """End the process group, first with SIGTERM and then with SIGKILL.

        Nothing happens to a process of another machine: that machine's servers look after it.
        """
        identity = Identity.from_handle(handle)
        if identity is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            process = identity.process()
            if process is None:
                return
            try:
                os.killpg(identity.pid, number)
                process.wait(TERM_SECONDS)
            except (ProcessLookupError, psutil.TimeoutExpired):
                continue


def environment(passed: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """Return the environment of a worker: settings and paths, threads capped, no secret."""
    kept = {key: passed[key] for key in passed if key in _PASSED or key.startswith(PREFIX)}
    threads = settings.run_threads or max(1, (os.cpu_count() or 2) // 2)
    kept["PYTHONUNBUFFERED"] = "1"  # the log is read meanwhile, and must survive a kill
    return kept | thread_caps(threads)


def thread_caps(threads: int) -> dict[str, str]:
    """Return what keeps a worker's libraries to so many threads, as environment variables."""
    return dict.fromkeys((*_THREADS, f"{PREFIX}THREADS"), str(threads))


def configured(settings: Settings, module: str = WORKER) -> Launcher:
    """Return the launcher that the settings ask for: a Ray cluster's, else this machine's.

    Raises:
        ValueError: ``settings.ray_address`` is no address of a job server.
    """
    if not settings.ray_address:
        return LocalLauncher(settings, module)
    if not settings.ray_address.startswith(("http://", "https://")):
        raise ValueError(
            f"{PREFIX}RAY_ADDRESS is {settings.ray_address!r}; it takes the address of a Ray "
            "cluster's job server, such as http://head:8265."
        )
    from playground.fine_tuning.runs.ray_launcher import RayLauncher  # brings an HTTP client

    return RayLauncher(settings, module)

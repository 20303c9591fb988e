"""How a run gets a process: the one interface, and processes on this machine."""

import os
import signal
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

    def launch(self, directory: RunDirectory) -> Identity:
        """Start ``python -m playground.fine_tuning.worker DIRECTORY`` and return who runs it.

        Returns as soon as the process is there: the index waits for it.

        Raises:
            OSError: no process can be started.
        """

    def is_alive(self, identity: Identity) -> bool:
        """Return whether that very process still runs."""

    def stop(self, identity: Identity) -> None:
        """End that very process with all it started; nothing happens if it has ended."""


class LocalLauncher:
    """Processes on this machine: of a session of their own, at the lowest priority."""

    def __init__(self, settings: Settings, module: str = WORKER) -> None:
        self._settings = settings
        self._module = module

    def launch(self, directory: RunDirectory) -> Identity:
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
        return identity

    def is_alive(self, identity: Identity) -> bool:
        """Return whether that very process still runs."""
        return identity.process() is not None

    def stop(self, identity: Identity) -> None:
        """End the process group, first with SIGTERM and then with SIGKILL."""
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
    threads = str(settings.run_threads or max(1, (os.cpu_count() or 2) // 2))
    kept["PYTHONUNBUFFERED"] = "1"  # the log is read meanwhile, and must survive a kill
    return kept | dict.fromkeys((*_THREADS, f"{PREFIX}THREADS"), threads)

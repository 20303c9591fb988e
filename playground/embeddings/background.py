"""t-SNE and UMAP in a process of their own, which tells how far it is and can be stopped at once.

In the server neither could be stopped, and UMAP, which compiles itself anew in each process, would
keep Python's lock from other visitors meanwhile.
"""

import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil

from playground.embeddings.projection import NEIGHBOURS, Method, Projection, check
from playground.embeddings.worker import POINTS, VECTORS
from playground.errors import BusyError
from playground.settings import Settings

ROOT = Path(__file__).resolve().parents[2]  # where "python -m playground..." works
WORKER = "playground.embeddings.worker"
NICE = 10  # its priority, behind the server's
# Threads of t-SNE meet after each of its thousand steps. On a busy machine of two processors those
# that were told to spin meanwhile took 79 and 161 s for 5,000 lines, those that slept 39 and 40 s.
WAITING = {"OMP_WAIT_POLICY": "PASSIVE"}
_LAST = 2_000  # characters of what a process that failed had to say
_running: set["Projecting"] = set()
_starting = threading.Lock()  # of _running


class Projecting:
    """A projection on its way; ``start`` makes one. Its properties may be read from any thread."""

    def __init__(self, vectors: np.ndarray, method: Method, neighbours: int) -> None:
        self.method = method
        self._vectors = vectors
        self._neighbours = neighbours
        self._begin = time.monotonic()
        self._share = 0.0
        self._points: np.ndarray | None = None
        self._failed: str | None = None
        self._cancel = threading.Event()
        self._finished = threading.Event()
        self._process: subprocess.Popen[str] | None = None

    @property
    def share(self) -> float:
        """How much is done, 0 to 1; 0 while it looks for neighbours."""
        return self._share

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at the rate so far, None before there is one."""
        share = self._share
        return (time.monotonic() - self._begin) * (1 - share) / share if share else None

    @property
    def finished(self) -> bool:
        """Whether nothing more will come: it is done, or was stopped, or failed."""
        return self._finished.is_set()

    @property
    def cancelled(self) -> bool:
        """Whether it was stopped before its end."""
        return self._cancel.is_set()

    @property
    def projection(self) -> Projection | None:
        """What came out; None while it runs and if it was stopped.

        Raises:
            RuntimeError: the process failed, which is nothing that a visitor can act on.
        """
        if self._failed is not None:
            raise RuntimeError(self._failed)
        if self._points is None:
            return None
        return Projection(method=self.method, points=self._points)

    def cancel(self) -> None:
        """Stop it at once."""
        if not self.finished:
            self._cancel.set()
            if self._process is not None:
                self._process.kill()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is finished, at most ``timeout`` seconds; return whether it is."""
        return self._finished.wait(timeout)

    def run(self) -> None:
        """Project in another process and listen to it; called once, in a thread of its own."""
        try:
            with TemporaryDirectory(prefix="bert-playground-map-") as name:
                self._run(Path(name))
        finally:
            with _starting:
                _running.discard(self)
            self._finished.set()

    def _run(self, folder: Path) -> None:
        np.save(folder / VECTORS, self._vectors)
        errors = folder / "errors.txt"
        with errors.open("wb") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", WORKER, str(folder), self.method, str(self._neighbours)],
                cwd=ROOT,
                env=os.environ | WAITING,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            )
        # Demos go first; it may be over already.
        with suppress(psutil.NoSuchProcess):
            started = psutil.Process(self._process.pid)
            started.nice(max(NICE, started.nice()))  # a higher one than the app's is root's to give
        with self._process as process:
            if self.cancelled:  # while the process was starting
                process.kill()
            assert process.stdout is not None
            for line in process.stdout:
                self._share = float(line)
        if process.returncode == 0:
            self._points = np.load(folder / POINTS)
        elif not self.cancelled:
            self._failed = errors.read_text("utf-8", errors="replace")[-_LAST:]


def start(
    vectors: np.ndarray,
    method: Method,
    *,
    neighbours: int = NEIGHBOURS,
    settings: Settings | None = None,
) -> Projecting:
    """Start to project ``vectors`` [line, hidden] by t-SNE or UMAP.

    Raises:
        LinesError: too few lines.
        BusyError: ``settings.max_jobs`` projections are running already.
    """
    settings = settings or Settings.from_environment()
    check(len(vectors))
    projecting = Projecting(vectors, method, neighbours)
    with _starting:
        if len(_running) >= settings.max_jobs:
            raise BusyError(
                f"Too many maps are being drawn: {len(_running)}. Try again when one is done."
            )
        _running.add(projecting)
    threading.Thread(target=projecting.run, name="projecting", daemon=True).start()
    return projecting

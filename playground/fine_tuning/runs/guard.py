"""A thread beside the training function: leaves signs of life, and ends what does not stop."""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import psutil

from playground.fine_tuning.runs.training_run import Stop

BEAT_SECONDS = 1.0
logger = logging.getLogger(__name__)


class Guard(threading.Thread):
    """Calls ``beat`` every second until it is left, and ``force`` if training does not stop."""

    def __init__(
        self,
        beat: Callable[[], None],
        stop: Callable[[], Stop | None],
        force: Callable[[Stop], None],
        grace: float,
    ) -> None:
        super().__init__(name="guard", daemon=True)
        self._beat = beat
        self._stop = stop
        self._force = force
        self._grace = grace
        self._left = threading.Event()
        self._asked: float | None = None  # when training was first seen to have to stop

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *_: object) -> None:
        """Wait until nothing more is written, or for ever if this process is being replaced."""
        self._left.set()
        self.join()

    def run(self) -> None:
        """Watch until left."""
        while True:
            try:
                self._look()
            except OSError:  # a full disk passes; the run may go on
                logger.exception("No sign of life could be left.")
            if self._left.wait(BEAT_SECONDS):
                return

    def _look(self) -> None:
        self._beat()
        if (reason := self._stop()) is None:
            return
        self._asked = self._asked or time.monotonic()
        if time.monotonic() - self._asked > self._grace:
            self._force(reason)


def start_over() -> None:
    """Replace this process by a fresh start of its command, under the same PID; never returns.

    No thread can be ended from another one, but a new program in its place ends all of them. It
    finds the result written and moves the queue on.
    """
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            child.kill()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])

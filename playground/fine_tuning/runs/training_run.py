"""What a training function gets: its settings, checkpoints and events, and when to stop."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from playground.fine_tuning.runs import checkpoints, owners
from playground.fine_tuning.runs.checkpoints import Checkpoint
from playground.fine_tuning.runs.run_directory import RunDirectory
from playground.fine_tuning.runs.settings import JSON, RunSettings


class Stop(StrEnum):
    """Why a run has to stop before its end."""

    REPLACED = "replaced"  # another process works on it; this one was taken for dead

    CANCELLED = "cancelled"  # by its owner
    OUT_OF_TIME = "out of time"
    TERMINATED = "terminated"  # the machine, or whoever runs the server, wants it to end


class StoppedError(Exception):
    """The training function stops because it has to; ``Stop`` says why."""

    def __init__(self, reason: Stop) -> None:
        super().__init__(reason)
        self.reason = reason


class TrainingRun:
    """A run, as the function that trains it sees it."""

    def __init__(
        self,
        directory: RunDirectory,
        settings: RunSettings,
        max_seconds: float,
        check_disk: Callable[[], None],
    ) -> None:
        self.settings = settings
        self.inputs = directory.inputs  # the folder with the files to train on
        self.outputs = directory.outputs  # the folder for the trained model
        self.terminated = threading.Event()
        self.replaced = threading.Event()
        self._directory = directory
        self._check_disk = check_disk
        self._end = time.monotonic() + max_seconds

    @property
    def name(self) -> str:
        """Return the name that the owner gave the run."""
        return self._directory.name()

    def another(self, run_id: str) -> RunDirectory | None:
        """Return the folder of another run of the same owner; None if they have no such run."""
        if not owners.is_run(run_id):
            return None
        found = RunDirectory(self._directory.path.parent / run_id)
        facts, own = found.facts(), self._directory.facts()
        return found if facts and own and facts.owner == own.owner else None

    @property
    def stop(self) -> Stop | None:
        """Return why the run has to stop now, None if it may go on."""
        if self.replaced.is_set():
            return Stop.REPLACED
        if self._directory.cancel_asked() is not None:
            return Stop.CANCELLED
        if self.terminated.is_set():
            return Stop.TERMINATED
        return Stop.OUT_OF_TIME if time.monotonic() > self._end else None

    def check(self) -> None:
        """Return if the run may go on; called after every step.

        Raises:
            StoppedError: it has to stop.
        """
        if (reason := self.stop) is not None:
            raise StoppedError(reason)

    def record(self, kind: str, **values: JSON) -> None:
        """Append an event for the page that watches: a loss, a score, a phase."""
        self._directory.record(kind, values)

    def last_checkpoint(self) -> Checkpoint | None:
        """Return the complete checkpoint to go on from, None at a fresh start."""
        return self._directory.last_checkpoint()

    @contextmanager
    def checkpoint(self, step: int) -> Iterator[Path]:
        """Yield an empty folder that becomes the checkpoint of ``step``, the one that is kept.

        Raises:
            ValueError: ``step`` is not after the last checkpoint's.
            RunLimitError: it would not fit on the disk that runs may take; the last one stays.
        """
        with checkpoints.writing(self._directory.checkpoints, step) as folder:
            yield folder
            self._check_disk()
        self._directory.record("checkpoint", {"step": step}, durable=True)

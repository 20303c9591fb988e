"""The process of one run: ``python -m playground.fine_tuning.worker RUN_DIR``.

It trains, writes down how that ended, and starts the next run that waits.
"""

import json
import logging
import os
import resource
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from playground.errors import IndexUnreachableError, PlaygroundError
from playground.fine_tuning.runs import disk, guard, limits, owners, trainers
from playground.fine_tuning.runs.identity import Identity
from playground.fine_tuning.runs.launcher import HANDLE, Launcher, LocalLauncher
from playground.fine_tuning.runs.queue import STOP_GRACE, RunQueue
from playground.fine_tuning.runs.run_directory import Facts, Result, RunDirectory
from playground.fine_tuning.runs.settings import JSON
from playground.fine_tuning.runs.state import State
from playground.fine_tuning.runs.training_run import Stop, StoppedError, TrainingRun
from playground.settings import MEGABYTE, Settings

NOTE_SECONDS = 30.0  # a worker may start before who started it has written that down
logger = logging.getLogger(__name__)


def main(
    arguments: Sequence[str], launcher: Launcher | None = None, grace: float = STOP_GRACE
) -> int:
    """Train the run in the folder that ``arguments`` name, then move the queue on.

    Returns the exit status: 0, or 2 where the arguments are no folder of a run. ``launcher`` starts
    the next run, ``grace`` is how many seconds training has to stop after it was asked to.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    directory = RunDirectory(Path(*arguments).resolve())
    facts = directory.facts()
    if len(arguments) != 1 or facts is None:
        logger.error("Usage: python -m playground.fine_tuning.worker RUN_DIR")
        return 2
    settings = replace(Settings.from_environment(), runs_folder=directory.path.parent)
    if (given := os.environ.get(HANDLE)) is not None:
        # On a cluster's machine: it has the folder, and servers alone have index and queue.
        if not directory.is_assigned(given, NOTE_SECONDS):
            logger.warning("Nobody gave this run to this process; it is left alone.")
        elif directory.result() is None:
            _Work(directory, facts, given, settings).do(grace)
        return 0
    queue = RunQueue(settings, launcher or LocalLauncher(settings))
    handle = Identity.of().handle
    if not queue.is_for(directory.id, handle):
        logger.warning("The queue gave this run to no process, or to another; it is left alone.")
    elif directory.result() is None:
        _Work(directory, facts, handle, settings).do(grace)
    with suppress(IndexUnreachableError):  # a server starts the next one when it answers again
        queue.advance()
    return 0


@dataclass(frozen=True, slots=True)
class _Work:
    """What this process does on its run."""

    directory: RunDirectory
    facts: Facts
    handle: str  # of this process
    settings: Settings

    def do(self, grace: float) -> None:
        """Train and write the result."""
        minutes = self.settings.max_run_minutes
        run = TrainingRun(self.directory, self.facts.settings, minutes * 60, self._check_disk)
        _cap_files(self.settings.max_owner_disk_mb * MEGABYTE)
        signal.signal(signal.SIGTERM, lambda *_: run.terminated.set())

        def beat() -> None:
            if not self.directory.is_assigned(self.handle):
                run.replaced.set()
            else:
                self.directory.beat()

        def force(reason: Stop) -> None:
            logger.error("Training does not stop (%s); it is ended.", reason)
            self._conclude(_stopped(reason, minutes))
            guard.start_over()

        last = self.directory.last_checkpoint()
        self.directory.record("started", {"step": last.step if last else 0}, durable=True)
        with guard.Guard(beat, lambda: run.stop, force, grace):
            result = _train(run, minutes)
        self._conclude(result)

    def _check_disk(self) -> None:
        folder, owner = self.directory.path.parent, self.facts.owner
        own = [path.name for path in folder.iterdir() if _owner(path) == owner]
        limits.check_disk(folder, own, self.settings)

    def _conclude(self, result: Result) -> None:
        """Write down how the run ended, unless it is another process's by now."""
        if not self.directory.is_assigned(self.handle):
            logger.warning("Another process works on this run; it is left alone.")
            return
        values: dict[str, JSON] = {"outcome": result.outcome, "message": result.message}
        self.directory.record("ended", values, durable=True)
        # A result that says "finished" must not outlive them.
        disk.sync_tree(self.directory.outputs)
        self.directory.conclude(result)


def _owner(folder: Path) -> str | None:
    facts = RunDirectory(folder).facts() if owners.is_run(folder.name) else None
    return facts.owner if facts else None


def _cap_files(limit: int) -> None:
    """Let no file of this process, such as a chatty log, grow over ``limit`` bytes."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _train(run: TrainingRun, minutes: int) -> Result:
    try:
        run.check()
        values = trainers.load(run.settings.task)(run)
        json.dumps(values)  # what cannot be written down fails here, with a message
    except StoppedError as stopped:
        return _stopped(stopped.reason, minutes)
    except PlaygroundError as error:
        return Result(outcome=State.FAILED, message=str(error))
    except Exception as error:
        logger.exception("Training failed.")
        name = type(error).__name__
        message = f"It stopped with an error ({name}). The log tells where; then resume it."
        return Result(outcome=State.FAILED, message=message)
    return Result(outcome=State.FINISHED, values=values)


def _stopped(reason: Stop, minutes: int) -> Result:
    if reason is Stop.CANCELLED:
        return Result(outcome=State.CANCELLED)
    message = "Its process was told to end. Resume it to go on from its last checkpoint."
    if reason is Stop.OUT_OF_TIME:
        message = (
            f"It reached the limit of {minutes} minutes. Resume it to go on from its last "
            "checkpoint, behind the runs that wait."
        )
    return Result(outcome=State.INTERRUPTED, message=message)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

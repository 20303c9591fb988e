"""The process of one run: ``python -m playground.fine_tuning.worker RUN_DIR``.

It trains, writes down how that ended, and starts the next run that waits.
"""

import json
import logging
import resource
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from playground.errors import PlaygroundError
from playground.fine_tuning.runs import disk, guard, limits, trainers
from playground.fine_tuning.runs.identity import Identity
from playground.fine_tuning.runs.launcher import Launcher, LocalLauncher
from playground.fine_tuning.runs.queue import STOP_GRACE, RunQueue
from playground.fine_tuning.runs.run_directory import Facts, Result, RunDirectory
from playground.fine_tuning.runs.settings import JSON
from playground.fine_tuning.runs.state import State
from playground.fine_tuning.runs.training_run import Stop, StoppedError, TrainingRun
from playground.settings import MEGABYTE, Settings

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
    queue = RunQueue(settings, launcher or LocalLauncher(settings))
    if not queue.is_for(directory.id, Identity.of()):
        logger.warning("The queue gave this run to no process, or to another; it is left alone.")
    elif directory.result() is None:
        _work(directory, facts, queue, grace)
    queue.advance()
    return 0


def _work(directory: RunDirectory, facts: Facts, queue: RunQueue, grace: float) -> None:
    """Train and write the result."""

    def check_disk() -> None:
        queue.settle()  # the index may have been deleted meanwhile
        with queue.index.reading() as index:
            limits.check_disk(index, queue.folder, facts.owner, queue.settings)

    minutes = queue.settings.max_run_minutes
    run = TrainingRun(directory, facts.settings, minutes * 60, check_disk)
    _cap_files(queue.settings.max_owner_disk_mb * MEGABYTE)
    signal.signal(signal.SIGTERM, lambda *_: run.terminated.set())

    def force(reason: Stop) -> None:
        logger.error("Training does not stop (%s); it is ended.", reason)
        _conclude(directory, _stopped(reason, minutes))
        guard.start_over()

    last = directory.last_checkpoint()
    directory.record("started", {"step": last.step if last else 0}, durable=True)
    with guard.Guard(directory.beat, lambda: run.stop, force, grace):
        result = _train(run, minutes)
    _conclude(directory, result)


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


def _conclude(directory: RunDirectory, result: Result) -> None:
    values: dict[str, JSON] = {"outcome": result.outcome, "message": result.message}
    directory.record("ended", values, durable=True)
    disk.sync_tree(directory.outputs)  # a result that says "finished" must not outlive them
    directory.conclude(result)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

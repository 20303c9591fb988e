"""Workers, the server and both, killed with SIGKILL at many moments: no run is lost or stuck."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from playground.fine_tuning.runs import queue as queue_module
from playground.fine_tuning.runs.launcher import ROOT
from playground.fine_tuning.runs.state import ACTIVE, State
from playground.settings import SQLITE
from tests.fine_tuning.conftest import ON_BOTH, PATIENCE, Room, kill_all, process_of, wait_until

MOMENTS, FEWER = 21, 9  # fewer with PostgreSQL: only the way to the index differs
LONGEST = 1.2  # seconds to the kill: a run is submitted, started, trained and ended meanwhile
TOTAL = 465  # 1 + 2 + ... + 30, what each of the server's runs adds up to
pytestmark = ON_BOTH
VICTIMS = ("worker", "server", "both")


def test_killed_at_any_moment_no_run_is_lost_or_stuck(
    real: Callable[..., Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other moments with KILL_SEED, so that many repetitions see many of them.
    moments = random.Random(int(os.environ.get("KILL_SEED", "0")))
    monkeypatch.setattr(queue_module, "WATCH_SECONDS", 0.1)
    room = real(max_owner_pending_runs=1_000, max_pending_runs=1_000)
    finished: set[str] = set()
    for number in range(MOMENTS if room.queue.settings.database == SQLITE else FEWER):
        victim = VICTIMS[number % len(VICTIMS)]
        with server(room) as process:
            time.sleep(moments.uniform(0, LONGEST))
            if victim != "worker":
                process.kill()
                process.wait()
            if victim != "server":
                kill_all(room)
            finished = check(room, finished)
        check(room, finished)
        if number % 2:
            all_finished(room)  # resumed, so that a run is killed more than once

    watching = room.queue.watch()  # the server starts again
    # One after the other: on a machine busy with other things that takes a while.
    wait_until(lambda: all_finished(room), lambda: room.store.runs(room.owner), 3 * PATIENCE)
    watching.set()
    runs = room.store.runs(room.owner)
    assert len(runs) == len(list(room.queue.folder.glob("[0-9a-f]*")))
    assert check(room, finished) == {run.id for run in runs}
    for run in runs:
        check_steps(room.store.events(room.owner, run.id))


@contextmanager
def server(room: Room) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a server that begins to submit one run; it is killed at the end of the block."""
    command = [sys.executable, "-m", "tests.fine_tuning.fake_server", room.owner, "1", "60"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it is ready
        try:
            yield process
        finally:
            process.kill()


def check(room: Room, finished: set[str]) -> set[str]:
    """Check what the visitor sees, and return the runs that have finished by now."""
    runs = room.store.runs(room.owner)
    now = {run.id for run in runs if run.state is State.FINISHED}
    assert finished <= now
    for run in runs:
        directory = room.directory(run.id)
        if run.state in ACTIVE and directory.result() is None:
            # Alive, or ended within the last milliseconds, of which the next look tells.
            assert process_of(directory) is not None or room.state(run.id) not in ACTIVE
    for run_id in now:
        result = room.directory(run_id).result()
        assert result is not None
        assert result.values == {"total": TOTAL}
    assert sum(run.state in ACTIVE for run in runs) <= 1
    return now


def all_finished(room: Room) -> bool:
    """Resume what was interrupted and return whether nothing is left to do."""
    runs = room.store.runs(room.owner)
    for run in runs:
        if run.state is State.INTERRUPTED:
            room.store.resume(room.owner, run.id)
    return all(run.state is State.FINISHED for run in runs)


def check_steps(events: list[dict[str, Any]]) -> None:
    """Check that each start went on behind the last complete checkpoint before it."""
    step = checkpoint = 0
    for event in events:
        if event["kind"] == "started":
            # A checkpoint may be complete whose event was still to be written.
            assert event["step"] - checkpoint in {0, 5}
            step = checkpoint = event["step"]
        elif event["kind"] == "step":
            step += 1
            assert event["step"] == step
        elif event["kind"] == "checkpoint":
            checkpoint = event["step"]
    assert step == 30
    assert events[-1]["outcome"] == "finished"

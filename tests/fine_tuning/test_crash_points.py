"""Killed at every single file operation: what is left is a state from which all goes on.

A forked process kills itself when it is about to open, rename or remove the n-th file, for every n
until it gets through. All of this happens in a new process, since only one without other threads
may be forked.
"""

import itertools
import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from multiprocessing.context import SpawnContext
from pathlib import Path
from typing import Any

import pytest

from playground.fine_tuning import worker
from playground.fine_tuning.runs import trainers
from playground.fine_tuning.runs.identity import Identity
from playground.fine_tuning.runs.launcher import LocalLauncher
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.run_directory import RunDirectory
from playground.fine_tuning.runs.state import ACTIVE, RESUMABLE, State
from playground.fine_tuning.runs.store import RunStore
from playground.settings import Settings
from tests.fine_tuning.conftest import PATIENCE, PretendedLauncher, Room

OPERATIONS = {
    "open",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.utime",
    "shutil.rmtree",
    "sqlite3.connect",
}
SURVIVES = 10_000  # operations, more than there are


def die_at(operation: int, folder: Path) -> None:
    """Let this process be killed right before its n-th operation on files below ``folder``."""
    count = itertools.count(1)

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in OPERATIONS or str(folder) not in str(arguments[0]):
            return
        if next(count) == operation:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)


def alone(processes: SpawnContext, check: Callable[..., None], *arguments: object) -> None:
    """Run ``check`` in a process of its own, whose output tells why it failed."""
    process = processes.Process(target=check, args=arguments)
    process.start()
    process.join(2 * PATIENCE)
    process.kill()
    process.join()
    assert process.exitcode == 0


def in_fork(action: Callable[[], None]) -> int:
    """Start ``action`` in a forked process and return its PID."""
    pid = os.fork()
    if pid:
        return pid
    try:
        action()
        os._exit(0)
    finally:
        os._exit(1)


def is_through(pid: int) -> bool:
    """Wait for the end of a process and return whether it got through, not killed."""
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return False
    assert os.WEXITSTATUS(status) == 0
    return True


# The server


def die_while(
    operation: int, action: Callable[[Room, list[str]], None], room: Room, ids: list[str]
) -> None:
    die_at(operation, room.queue.folder)
    action(room, ids)


def prepared(folder: Path) -> tuple[Room, list[str]]:
    """Return a room with a running, an interrupted, a waiting and a finished run."""
    launcher = PretendedLauncher()
    queue = RunQueue(Settings(runs_folder=folder), launcher)
    room = Room(queue, RunStore(queue), launcher, "o" * 43)
    finished, interrupted = room.submit("finished"), room.submit("interrupted")
    room.ends(finished.id)
    room.dies(interrupted.id)
    running, waiting = room.submit("running"), room.submit("waiting")
    assert [run.state for run in room.store.runs(room.owner)] == [
        State.QUEUED,
        State.RUNNING,
        State.INTERRUPTED,
        State.FINISHED,
    ]
    return room, [running.id, waiting.id, interrupted.id, finished.id]


def submit(room: Room, _: list[str]) -> None:
    room.submit("new")


def cancel_running(room: Room, ids: list[str]) -> None:
    room.store.cancel(room.owner, ids[0])


def cancel_waiting(room: Room, ids: list[str]) -> None:
    room.store.cancel(room.owner, ids[1])


def resume(room: Room, ids: list[str]) -> None:
    room.store.resume(room.owner, ids[2])


def delete(room: Room, ids: list[str]) -> None:
    room.store.delete(room.owner, ids[2])


def start_next(room: Room, ids: list[str]) -> None:
    room.dies(ids[0])
    room.queue.advance()


def restart_without_index(room: Room, _: list[str]) -> None:
    room.lose_index()
    room.queue.reconcile()
    room.queue.advance()


ACTIONS = [
    submit,
    cancel_running,
    cancel_waiting,
    resume,
    delete,
    start_next,
    restart_without_index,
]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_server_killed_at_any_operation(
    processes: SpawnContext, tmp_path: Path, action: Callable[[Room, list[str]], None]
) -> None:
    alone(processes, kill_server, tmp_path, action)


def kill_server(parent: Path, action: Callable[[Room, list[str]], None]) -> None:
    before, ids = prepared(parent / "before")
    for operation in itertools.count(1):
        folder = parent / str(operation)
        shutil.copytree(parent / "before", folder)
        room = with_queue(before, folder, before.launcher)
        through = is_through(in_fork(partial(die_while, operation, action, room, ids)))
        left = restarted(room)
        expected = set(ids) - ({ids[2]} if action is delete else set())
        assert expected <= {run.id for run in left.store.runs(left.owner)}
        assert left.state(ids[3]) is State.FINISHED
        finish_all(left)
        if through:
            assert operation > 5
            return


def with_queue(room: Room, folder: Path, launcher: PretendedLauncher) -> Room:
    queue = RunQueue(Settings(runs_folder=folder), launcher)
    return replace(room, queue=queue, store=RunStore(queue), launcher=launcher)


def restarted(room: Room) -> Room:
    """Return the room after everything was killed, as a new server sees it."""
    launcher = PretendedLauncher()
    launcher._numbers = itertools.count(1_000)
    again = with_queue(room, room.queue.folder, launcher)
    again.queue.reconcile()
    return again


def finish_all(room: Room) -> None:
    """Let every run finish: none is stuck, none is shown as running that is not."""
    room.queue.advance()
    for _ in range(50):
        for run in room.store.runs(room.owner):
            if run.state in ACTIVE:
                assert room.directory(run.id).handle() in room.launcher.alive
                room.ends(run.id)
            elif run.state in RESUMABLE:
                room.store.resume(room.owner, run.id)
        if {run.state for run in room.store.runs(room.owner)} == {State.FINISHED}:
            return
    pytest.fail(str(room.store.runs(room.owner)))


# The worker


class ForkingLauncher:
    """Workers that are forked ahead and told their run through a pipe.

    SQLite's memory of who holds which lock must not be forked, so no process begins in a claim.
    """

    pool = "forked"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.pid = 0
        self._pipe = -1

    def prepare(self, operation: int) -> None:
        """Fork the next worker, which dies at its n-th operation."""
        reading, self._pipe = os.pipe()

        def work() -> None:
            path = os.read(reading, 10_000).decode()
            trainers.TRAINERS["fake"] = "tests.fine_tuning.fake_training:train"
            die_at(operation, self._folder)
            worker.main([path], self)

        self.pid = in_fork(work)
        os.close(reading)

    def launch(self, directory: RunDirectory) -> str:
        os.write(self._pipe, str(directory.path).encode())
        os.close(self._pipe)
        return Identity.of(self.pid).handle

    def is_alive(self, handle: str) -> bool | None:
        return LocalLauncher(Settings()).is_alive(handle)

    def stop(self, handle: str) -> None:
        raise AssertionError(handle)


def test_a_worker_killed_at_any_operation(processes: SpawnContext, tmp_path: Path) -> None:
    alone(processes, kill_worker, tmp_path)


def kill_worker(parent: Path) -> None:
    seen = set()
    for operation in itertools.count(1):
        folder = parent / str(operation)
        launcher = ForkingLauncher(folder)
        queue = RunQueue(Settings(runs_folder=folder), launcher)
        room = Room(queue, RunStore(queue), PretendedLauncher(), "o" * 43)
        queue.settle()
        launcher.prepare(operation)
        run = room.submit(steps=7)
        through = is_through(launcher.pid)
        state = room.state(run.id)
        assert state in {State.INTERRUPTED, State.FINISHED}
        seen.add((state, room.run(run.id).step))
        if state is State.INTERRUPTED:
            launcher.prepare(SURVIVES)
            room.store.resume(room.owner, run.id)
            assert is_through(launcher.pid)
        assert room.state(run.id) is State.FINISHED
        result = room.directory(run.id).result()
        assert result is not None
        assert result.values == {"total": 28}  # 1 + 2 + ... + 7
        if through:
            break
    assert seen == {(State.INTERRUPTED, None), (State.INTERRUPTED, 5), (State.FINISHED, 5)}

"""Several servers over the same runs, which race to start, cancel, resume and remove them."""

import random
import time
from contextlib import suppress
from dataclasses import replace
from multiprocessing.context import SpawnContext
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from playground.errors import RunLimitError, RunStateError, UnknownRunError
from playground.fine_tuning.runs import owners
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.run_directory import Result, RunDirectory
from playground.fine_tuning.runs.settings import RunSettings
from playground.fine_tuning.runs.state import ENDED, State
from playground.fine_tuning.runs.store import RunStore
from playground.settings import Settings
from tests.fine_tuning.conftest import ON_BOTH, PATIENCE, PretendedLauncher

pytestmark = ON_BOTH
SERVERS, RUNS, OWNERS = 3, 20, 4  # each server submits as many runs
AT_ONCE = 4  # runs
CAP = 5  # waiting runs of an owner


class NotingLauncher:
    """Processes that are files, which all servers see, and a note of each start."""

    pool = "files"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def launch(self, directory: RunDirectory) -> str:
        working = sum(self._works(path) for path in self._folder.glob("alive-*"))
        with (self._folder / "starts.txt").open("a") as notes:
            notes.write(f"{directory.id} {working}\n")
        handle = f"{directory.id}-{time.monotonic_ns()}"
        (self._folder / f"alive-{handle}").touch()
        return handle

    def _works(self, alive: Path) -> bool:
        """Return whether the process has not written its result yet, after which it may linger."""
        run_id = alive.name.split("-")[1]
        return RunDirectory(self._folder / "runs" / run_id).result() is None

    def is_alive(self, handle: str) -> bool:
        return (self._folder / f"alive-{handle}").exists()

    def stop(self, handle: str) -> None:
        (self._folder / f"alive-{handle}").unlink(missing_ok=True)


def serve(settings: Settings, visitors: list[str], number: int, barrier: Barrier) -> None:
    """Do at random what servers, visitors and workers do, until all runs have ended."""
    launcher = NotingLauncher(settings.runs_folder.parent)
    queue = RunQueue(settings, launcher)
    store, chance = RunStore(queue), random.Random(number)
    barrier.wait()
    queue.reconcile()
    left = RUNS
    while left or any(run.state not in ENDED for one in visitors for run in store.runs(one)):
        owner = chance.choice(visitors)
        if left:
            with suppress(RunLimitError):
                with suppress(UnknownRunError):  # another server has it removed already
                    store.submit(owner, RunSettings(task="t", base_model="m"), "", {})
                left -= 1
        runs = store.runs(owner)
        if runs:
            # Another server may just have removed the run, or changed its state.
            with suppress(RunLimitError, RunStateError, UnknownRunError):
                act(store, queue, owner, chance.choice(runs).id, chance)
        queue.advance()


def act(store: RunStore, queue: RunQueue, owner: str, run_id: str, chance: random.Random) -> None:
    """Let a run end as its worker would, or let its owner cancel, resume or remove it."""
    directory = queue.directory(run_id)
    choice = chance.random()
    if choice < 0.6:
        handle = directory.handle()
        if handle is not None and directory.result() is None:
            with suppress(FileNotFoundError):  # removed meanwhile
                directory.conclude(Result(outcome=State.FINISHED))
            (queue.folder.parent / f"alive-{handle}").unlink(missing_ok=True)
    elif choice < 0.75:
        store.cancel(owner, run_id)
    elif choice < 0.85:
        store.resume(owner, run_id)
        with (queue.folder.parent / "resumed.txt").open("a") as notes:
            notes.write(f"{run_id}\n")
    elif choice < 0.9:
        store.delete(owner, run_id)
    else:
        queue.reconcile()


@pytest.fixture
def served(settings: Settings, processes: SpawnContext) -> tuple[Settings, list[str]]:
    """What three servers left that raced for the same runs."""
    wanted = replace(
        settings, max_running_runs=AT_ONCE, max_owner_pending_runs=CAP, max_pending_runs=12
    )
    wanted.runs_folder.mkdir()
    visitors = [owners.new_owner() for _ in range(OWNERS)]
    barrier = processes.Barrier(SERVERS)
    servers = [
        processes.Process(target=serve, args=(wanted, visitors, number, barrier))
        for number in range(SERVERS)
    ]
    for server in servers:
        server.start()
    end = time.monotonic() + 2 * PATIENCE
    for server in servers:
        server.join(max(end - time.monotonic(), 0))
    for server in servers:
        server.kill()  # whoever still works is stuck
        server.join()
    assert [server.exitcode for server in servers] == [0] * SERVERS
    return wanted, visitors


def notes(settings: Settings, name: str) -> list[str]:
    path = settings.runs_folder.parent / name
    return path.read_text().splitlines() if path.exists() else []


def test_no_run_is_started_twice_and_no_more_than_may(
    served: tuple[Settings, list[str]],
) -> None:
    settings, visitors = served
    starts = [line.split() for line in notes(settings, "starts.txt")]
    assert len(starts) > SERVERS * RUNS / 2  # the others were cancelled or removed first
    resumed = notes(settings, "resumed.txt")
    for run_id, _ in starts:
        assert sum(run_id == one for one, _ in starts) <= 1 + resumed.count(run_id)
    queue = RunQueue(settings, PretendedLauncher())
    with queue.index.reading() as index:
        entries = index.entries()
    assert all(entry.state in ENDED for entry in entries)
    folders = {path.name for path in settings.runs_folder.iterdir() if owners.is_run(path.name)}
    assert {entry.id for entry in entries} == folders
    for entry in entries:
        assert queue.state(entry.id) == entry.state
    digests = {owners.digest(owner) for owner in visitors}
    assert {entry.owner for entry in entries} <= digests
    assert max(int(working) for _, working in starts) == AT_ONCE - 1  # before that start

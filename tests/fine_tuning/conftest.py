"""Queues for the tests: with processes that are only pretended, and with real ones."""

import itertools
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from multiprocessing.context import SpawnContext
from pathlib import Path
from types import ModuleType

import psutil
import pytest

from playground.errors import IndexUnreachableError
from playground.fine_tuning.runs import databases
from playground.fine_tuning.runs.identity import Identity
from playground.fine_tuning.runs.launcher import LocalLauncher
from playground.fine_tuning.runs.owners import new_owner
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.run_directory import Result, RunDirectory
from playground.fine_tuning.runs.settings import JSON, RunSettings
from playground.fine_tuning.runs.state import ACTIVE, State
from playground.fine_tuning.runs.store import Run, RunStore
from playground.settings import PREFIX, SQLITE, Settings
from tests.fine_tuning.fake_worker import MODULE
from tests.postgresql import PostgreSQL

# Seconds before a test gives up waiting. Workers have the lowest priority: beside other work on the
# machine they get to little.
PATIENCE = 240.0
ON_BOTH = pytest.mark.parametrize(
    "database",
    [SQLITE, pytest.param("postgresql", marks=pytest.mark.scale)],
    indirect=True,
)


class PretendedLauncher:
    """Processes that are nothing but a handle, until ``dies``."""

    def __init__(self, pool: str = "pretended") -> None:
        self.pool = pool
        self.launched: list[str] = []
        self.alive: set[str] = set()
        self.stopped: list[str] = []
        self.fails = False
        self.is_away = False
        self._numbers = itertools.count(1)

    def launch(self, directory: RunDirectory) -> str:
        if self.is_away:
            raise ConnectionError("no route to the cluster")
        if self.fails:
            raise OSError(12, "Cannot allocate memory")
        handle = f"pretended {next(self._numbers)}"
        self.launched.append(directory.id)
        self.alive.add(handle)
        return handle

    def is_alive(self, handle: str) -> bool | None:
        return handle in self.alive

    def stop(self, handle: str) -> None:
        self.stopped.append(handle)
        self.alive.discard(handle)


@dataclass
class Room:
    """One folder of runs, who looks after it, and one visitor."""

    queue: RunQueue
    store: RunStore
    launcher: PretendedLauncher
    owner: str

    def submit(self, name: str = "", **options: JSON) -> Run:
        settings = RunSettings(task="fake", base_model="m", options=options)
        return self.store.submit(self.owner, settings, name, {})

    def run(self, run_id: str) -> Run:
        return self.store.run(self.owner, run_id)

    def state(self, run_id: str) -> State:
        return self.run(run_id).state

    def directory(self, run_id: str) -> RunDirectory:
        return self.queue.directory(run_id)

    def lose_index(self) -> None:
        for path in self.queue.folder.glob("index.sqlite*"):
            path.unlink()
        if self.queue.settings.database != SQLITE:
            with databases.configured(self.queue.settings).writer.begin() as connection:
                connection.exec_driver_sql("DROP TABLE runs, schema_version")
            with pytest.raises(IndexUnreachableError):  # whoever asks first
                self.queue.settle()

    def dies(self, run_id: str) -> None:
        handle = self.directory(run_id).handle()
        assert handle is not None
        self.launcher.alive.discard(handle)

    def ends(self, run_id: str, outcome: State = State.FINISHED, message: str = "") -> None:
        """Do what a worker does at its end."""
        self.directory(run_id).conclude(Result(outcome=outcome, message=message))
        self.queue.advance()
        self.dies(run_id)

    def wait(self, run_id: str, *states: State) -> Run:
        """Wait until the run is in one of ``states``, or has ended without any."""
        wanted = states or set(State) - ACTIVE - {State.QUEUED}
        wait_until(lambda: self.state(run_id) in wanted, lambda: self.store.log(self.owner, run_id))
        return self.run(run_id)


def wait_until(
    holds: Callable[[], bool], said: Callable[[], object] = str, patience: float = PATIENCE
) -> None:
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, said()
        time.sleep(0.02)


def wait_for_checkpoint(store: RunStore, owner: str, run_id: str) -> None:
    """Wait until a run trains and has something to go on from."""
    wait_until(
        lambda: store.run(owner, run_id).step is not None,
        lambda: store.log(owner, run_id)[-1_000:],
    )


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """Where the index of runs is: in SQLite, or as ``ON_BOTH`` says."""
    if getattr(request, "param", SQLITE) == SQLITE:
        return SQLITE
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.empty()


@pytest.fixture
def settings(tmp_path: Path, database: str) -> Settings:
    return Settings(runs_folder=tmp_path / "runs", run_threads=1, database=database)


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> SpawnContext:
    """What starts processes anew: a fork keeps locks that other threads hold, SQLite's among them.

    A new process would run first what was the main module, and AppTest leaves a page as that.
    """
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    return multiprocessing.get_context("spawn")


@pytest.fixture
def pretended(settings: Settings) -> Room:
    launcher = PretendedLauncher()
    queue = RunQueue(settings, launcher)
    return Room(queue, RunStore(queue), launcher, new_owner())


@pytest.fixture
def real(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Room]]:
    """Yield a function that makes a room with real workers and these settings."""
    rooms: list[Room] = []

    def make(**changes: int) -> Room:
        wanted = replace(settings, **changes)  # type: ignore[arg-type]
        for field in fields(wanted):
            monkeypatch.setenv(PREFIX + field.name.upper(), str(getattr(wanted, field.name)))
        launcher = LocalLauncher(wanted, MODULE)
        queue = RunQueue(wanted, launcher)
        rooms.append(Room(queue, RunStore(queue), PretendedLauncher(), new_owner()))
        return rooms[-1]

    yield make
    for room in rooms:
        kill_all(room)


def kill_all(room: Room) -> list[str]:
    """Kill every worker and return the ids of their runs."""
    found = []
    for path in room.queue.folder.glob("[0-9a-f]*"):
        if (process := process_of(RunDirectory(path))) is not None:
            found.append(path.name)
            process.kill()
    return found


def process_of(directory: RunDirectory) -> psutil.Process | None:
    """Return the process on this machine that works on a run, None if there is none."""
    identity = Identity.from_handle(directory.handle() or "")
    return identity.process() if identity else None

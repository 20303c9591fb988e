"""Queues for the tests: with processes that are only pretended, and with real ones."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pytest

from playground.fine_tuning.runs.identity import Identity
from playground.fine_tuning.runs.launcher import LocalLauncher
from playground.fine_tuning.runs.owners import new_owner
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.run_directory import Result, RunDirectory
from playground.fine_tuning.runs.settings import JSON, RunSettings
from playground.fine_tuning.runs.state import ACTIVE, State
from playground.fine_tuning.runs.store import Run, RunStore
from playground.settings import PREFIX, Settings
from tests.fine_tuning.fake_worker import MODULE

PATIENCE = 60.0  # seconds before a test gives up waiting


class PretendedLauncher:
    """Processes that are nothing but an identity, until ``dies``."""

    def __init__(self) -> None:
        self.launched: list[str] = []
        self.alive: set[Identity] = set()
        self.stopped: list[Identity] = []
        self.fails = False
        self._pids = itertools.count(1)

    def launch(self, directory: RunDirectory) -> Identity:
        if self.fails:
            raise OSError(12, "Cannot allocate memory")
        identity = Identity(next(self._pids), 1.0)
        self.launched.append(directory.id)
        self.alive.add(identity)
        return identity

    def is_alive(self, identity: Identity) -> bool:
        return identity in self.alive

    def stop(self, identity: Identity) -> None:
        self.stopped.append(identity)
        self.alive.discard(identity)


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

    def dies(self, run_id: str) -> None:
        identity = self.directory(run_id).identity()
        assert identity is not None
        self.launcher.alive.discard(identity)

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


def wait_until(holds: Callable[[], bool], said: Callable[[], object] = str) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, said()
        time.sleep(0.02)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(runs_folder=tmp_path / "runs", run_threads=1)


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
        identity = RunDirectory(path).identity()
        if identity is not None and (process := identity.process()) is not None:
            found.append(path.name)
            process.kill()
    return found

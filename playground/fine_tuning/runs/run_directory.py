"""The folder of a run, which is the truth about it; readers never fail on half-written files."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from playground.fine_tuning.runs import disk, events
from playground.fine_tuning.runs.checkpoints import Checkpoint, last
from playground.fine_tuning.runs.settings import JSON, RunSettings
from playground.fine_tuning.runs.state import State

LOOK_AGAIN = 0.1  # seconds
SILENT_SECONDS = 60.0  # without a sign of life, one whose process cannot be seen is taken for dead


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is settled when a run is submitted."""

    owner: str  # the digest of the owner's id
    submitted: float  # seconds since 1970
    settings: RunSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a run ended."""

    outcome: State
    message: str = ""  # for the visitor
    ended: float = field(default_factory=time.time)  # seconds since 1970
    values: dict[str, JSON] = field(default_factory=dict)  # what the training function returned


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """The files of one run.

    settings.json  owner, time and settings, written once
    name.json      the name that the owner gave it
    inputs/        the files to train on, written once
    identity.json  who works on it, or did last, in the words of its launcher
    heartbeat      touched every second by whoever does
    cancel         there once the owner asked to stop
    events.jsonl   what happened, appended by that process
    log.txt        what it printed
    checkpoints/   the last complete one
    outputs/       what training made; complete once the result says finished
    result.json    how it ended, written last and in one step
    """

    path: Path

    @property
    def id(self) -> str:
        """Return the public id of the run."""
        return self.path.name

    @property
    def inputs(self) -> Path:
        """Return the folder with the files to train on."""
        return self.path / "inputs"

    @property
    def outputs(self) -> Path:
        """Return the folder for what training makes."""
        return self.path / "outputs"

    @property
    def checkpoints(self) -> Path:
        """Return the folder of the checkpoints."""
        return self.path / "checkpoints"

    @property
    def log(self) -> Path:
        """Return the file with what the process printed."""
        return self.path / "log.txt"

    @property
    def _events(self) -> Path:
        return self.path / "events.jsonl"

    def create(self, facts: Facts, name: str, inputs: Mapping[str, bytes]) -> None:
        """Write the folder of a new run, on disk before this returns."""
        for folder in (self.path, self.inputs, self.outputs, self.checkpoints):
            folder.mkdir(mode=0o700)
        for file, content in inputs.items():
            (self.inputs / Path(file).name).write_bytes(content)
        disk.write_json(self.path / "settings.json", asdict(facts))
        self.rename(name)
        disk.sync_tree(self.path)

    def facts(self) -> Facts | None:
        """Return what was settled at the start, None if this is no folder of a run."""
        value = disk.read_json(self.path / "settings.json") or {}
        try:
            return Facts(**value | {"settings": RunSettings(**value["settings"])})
        except (KeyError, TypeError):
            return None

    def name(self) -> str:
        """Return the name that the owner gave the run."""
        return str((disk.read_json(self.path / "name.json") or {}).get("name", ""))

    def rename(self, name: str) -> None:
        """Give the run another name."""
        disk.write_json(self.path / "name.json", {"name": name})

    def handle(self) -> str | None:
        """Return the launcher's handle of who works on the run or did last, None before that."""
        return disk.read_text(self.path / "identity.json") or None

    def assign(self, handle: str) -> None:
        """Write down who works on the run from now on."""
        disk.write_text(self.path / "identity.json", handle)

    def is_assigned(self, handle: str, patience: float = 0.0) -> bool:
        """Return whether ``handle`` is to work on the run; wait that many seconds for the note."""
        end = time.monotonic() + patience
        while self.handle() != handle:
            if time.monotonic() > end:
                return False
            time.sleep(LOOK_AGAIN)
        return True

    def unassign(self) -> None:
        """Forget who was to work on the run."""
        (self.path / "identity.json").unlink(missing_ok=True)

    def started(self) -> float | None:
        """Return when the last process started, in seconds since 1970."""
        return _modified(self.path / "identity.json")

    def beat(self) -> None:
        """Leave a sign of life."""
        (self.path / "heartbeat").touch()

    def heartbeat(self) -> float | None:
        """Return when the last sign of life was left, in seconds since 1970."""
        return _modified(self.path / "heartbeat")

    def beat_within(self, seconds: float) -> bool:
        """Return whether a sign of life was left that recently, by whoever was started last."""
        beat, started = self.heartbeat() or 0.0, self.started() or 0.0
        return beat >= started and beat + seconds > time.time()

    def ask_to_cancel(self) -> None:
        """Ask the process to stop; it looks after every step."""
        if self.cancel_asked() is None:  # the first time counts
            (self.path / "cancel").touch()
        disk.sync(self.path)

    def cancel_asked(self) -> float | None:
        """Return when the owner asked to stop, in seconds since 1970, None if nobody did."""
        return _modified(self.path / "cancel")

    def record(self, kind: str, values: dict[str, JSON], *, durable: bool = False) -> None:
        """Append an event; ``durable`` ones are on disk before this returns."""
        events.append(self._events, kind, values, durable=durable)

    def events(self) -> list[dict[str, Any]]:
        """Return all whole events, oldest first, with "time" and "kind"."""
        return events.read(self._events)

    def log_end(self, limit: int) -> str:
        """Return the last ``limit`` bytes of the log as text."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - limit))
                return file.read(limit).decode("utf-8", "replace")
        except OSError:
            return ""

    def last_checkpoint(self) -> Checkpoint | None:
        """Return the last complete checkpoint, None before the first."""
        return last(self.checkpoints)

    def result(self) -> Result | None:
        """Return how the run ended, None if it has not."""
        value = disk.read_json(self.path / "result.json") or {}
        try:
            return Result(**value | {"outcome": State(value["outcome"])})
        except (KeyError, TypeError, ValueError):
            return None

    def conclude(self, result: Result) -> None:
        """Write down how the run ended, in one step."""
        disk.write_json(self.path / "result.json", asdict(result))

    def ended(self) -> float:
        """Return when a run ended that no process works on any more, in seconds since 1970."""
        if (result := self.result()) is not None:
            return result.ended
        signs = (self.heartbeat(), self.started(), self.cancel_asked())
        return max((sign for sign in signs if sign is not None), default=time.time())

    def requeue(self) -> None:
        """Forget how the run ended, so that it waits again; checkpoints and events stay.

        Whenever this is cut short, what is left tells of a run that can be resumed.
        """
        for name in ("result.json", "identity.json", "cancel"):
            (self.path / name).unlink(missing_ok=True)
        disk.sync(self.path)

    def state(self, is_alive: Callable[[str], bool | None]) -> State:
        """Return the state that the files and the process tell of."""
        if (result := self.result()) is not None:
            return result.outcome
        handle, is_asked = self.handle(), self.cancel_asked() is not None
        if handle is None:
            return State.CANCELLED if is_asked else State.QUEUED
        alive = is_alive(handle)
        if alive is None:
            alive = (
                max(self.heartbeat() or 0.0, self.started() or 0.0) > time.time() - SILENT_SECONDS
            )
        if alive:
            return State.CANCELLING if is_asked else State.RUNNING
        if (result := self.result()) is not None:  # written since we looked, before it ended
            return result.outcome
        return State.CANCELLED if is_asked else State.INTERRUPTED


def _modified(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None

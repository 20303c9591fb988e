"""The runs as their owner sees them: the only door for pages.

Every method takes the owner's id first and knows no run of anybody else. Whoever asks for one hears
the same as for a run that never was. Each raises ``IndexUnreachableError`` while the database of
the index does not answer.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playground.errors import IndexUnreachableError, RunStateError, UnknownRunError
from playground.fine_tuning.runs import limits, owners
from playground.fine_tuning.runs.index import Entry, Transaction
from playground.fine_tuning.runs.queue import DAY, NEW, RunQueue
from playground.fine_tuning.runs.run_directory import Facts, RunDirectory
from playground.fine_tuning.runs.settings import JSON, RunSettings
from playground.fine_tuning.runs.state import ENDED, RESUMABLE, State
from playground.fine_tuning.tasks import Task

NAME_CHARACTERS = 100
LOG_BYTES = 100_000  # of a log's end are shown
_KILLED = "Its process ended before it did. Resume it to go on from its last checkpoint."


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run of the visitor; times in seconds since 1970."""

    id: str
    name: str
    settings: RunSettings
    state: State
    message: str  # why it ended, or waits, where that needs words
    submitted: float
    started: float | None  # when its last process started
    heartbeat: float | None  # its last sign of life
    ended: float | None
    removed: float | None  # when it will be removed with all its files
    ahead: int | None  # how many runs wait before it, if it waits
    step: int | None  # of its last complete checkpoint
    values: dict[str, JSON] = field(default_factory=dict)  # what training returned, once finished


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What a finished run of the visitor made."""

    id: str
    name: str
    task: Task  # that was learned
    settings: RunSettings
    values: Mapping[str, JSON]  # what the training function returned
    inputs: Path
    outputs: Path


class RunStore:
    """The runs of visitors, each only to its owner."""

    def __init__(self, queue: RunQueue) -> None:
        self._queue = queue

    def submit(
        self, owner: str | None, settings: RunSettings, name: str, inputs: Mapping[str, bytes]
    ) -> Run:
        """Add a run to the queue and return it; ``inputs`` are the files to train on.

        Raises:
            OwnerError: ``owner`` is no id.
            RunLimitError: too many runs wait, or too much disk is taken.
            StorageError: the disk is full, or the index does not answer.
            UnknownRunError: the owner has removed it already, in another tab.
        """
        digest, now = owners.digest(owner), time.time()
        self._queue.settle()
        directory = self._queue.directory(owners.new_run())
        facts = Facts(owner=digest, submitted=now, settings=settings)
        new = RunDirectory(self._queue.folder / f"{NEW}{directory.id}")
        entry = Entry(id=directory.id, owner=digest, state=State.QUEUED, submitted=now, queued=now)
        try:
            with self._queue.index.writing() as index:  # nobody else passes the checks meanwhile
                limits.check_pending(index, digest, self._queue.settings)
                self._check_disk(index, digest, sum(map(len, inputs.values())))
                new.create(facts, _clean(name) or settings.task, inputs)
                new.path.rename(directory.path)
                index.put(entry)
        except IndexUnreachableError:  # the visitor will try again; it must not start twice
            self._queue.discard(directory.id)
            raise
        self._queue.advance()
        return self.run(owner, directory.id)

    def _check_disk(self, index: Transaction, digest: str, extra: int) -> None:
        own = [entry.id for entry in index.entries(owner=digest)]
        limits.check_disk(self._queue.folder, own, self._queue.settings, extra)

    def runs(self, owner: str | None) -> tuple[Run, ...]:
        """Return the owner's runs, the newest first.

        Raises:
            OwnerError: ``owner`` is no id.
        """
        digest = owners.digest(owner)
        self._queue.settle()
        with self._queue.index.reading() as index:
            entries, waiting = index.entries(owner=digest), list(index.waiting())
        found = (self._run(entry, waiting) for entry in reversed(entries))
        return tuple(run for run in found if run is not None)

    def finished(self, owner: str | None) -> tuple[Finished, ...]:
        """Return what the owner's finished runs made, the newest first.

        Raises:
            OwnerError: ``owner`` is no id.
        """
        digest = owners.digest(owner)
        self._queue.settle()
        with self._queue.index.reading() as index:
            entries = index.entries(owner=digest, states=frozenset({State.FINISHED}))
        found = (made_by(self._queue.directory(entry.id)) for entry in reversed(entries))
        return tuple(run for run in found if run is not None)

    def run(self, owner: str | None, run_id: str) -> Run:
        """Return one run.

        Raises:
            OwnerError: ``owner`` is no id.
            UnknownRunError: they have no such run.
        """
        digest = owners.digest(owner)
        self._queue.settle()
        with self._queue.index.reading() as index:
            run = self._run(_entry(index, digest, run_id), list(index.waiting()))
        if run is None:
            raise _unknown()
        return run

    def rename(self, owner: str | None, run_id: str, name: str) -> None:
        """Give a run another name; an empty one changes nothing.

        Raises:
            OwnerError: ``owner`` is no id.
            UnknownRunError: they have no such run.
        """
        directory = self._directory(owner, run_id)
        if cleaned := _clean(name):
            directory.rename(cleaned)

    def cancel(self, owner: str | None, run_id: str) -> None:
        """Ask a run to stop; one that waits is cancelled at once. Its checkpoint is kept.

        Raises:
            OwnerError: ``owner`` is no id.
            UnknownRunError: they have no such run.
            RunStateError: it has ended.
        """
        digest = owners.digest(owner)
        self._queue.settle()
        with self._queue.index.writing() as index:
            entry = _entry(index, digest, run_id)
            if entry.state in ENDED:
                raise RunStateError(f"The run is {entry.state}; there is nothing to cancel.")
            self._queue.directory(run_id).ask_to_cancel()
            self._queue.put(index, entry)

    def resume(self, owner: str | None, run_id: str) -> None:
        """Let a run wait again, to go on from its last complete checkpoint.

        Raises:
            OwnerError: ``owner`` is no id.
            UnknownRunError: they have no such run.
            RunStateError: it is running, waiting or finished.
            RunLimitError: too many runs wait, or too much disk is taken.
            StorageError: the disk is full.
        """
        digest = owners.digest(owner)
        self._queue.settle()
        with self._queue.index.writing() as index:
            entry = _entry(index, digest, run_id)
            if entry.state not in RESUMABLE:
                raise RunStateError(f"The run is {entry.state}; only one that stopped can go on.")
            limits.check_pending(index, digest, self._queue.settings)
            self._check_disk(index, digest, 0)
            self._queue.requeue(index, entry)
        self._queue.advance()

    def delete(self, owner: str | None, run_id: str) -> None:
        """Remove a run with all its files.

        Raises:
            OwnerError: ``owner`` is no id.
            UnknownRunError: they have no such run.
            RunStateError: it is running.
        """
        self._directory(owner, run_id)
        if not self._queue.remove(run_id, ENDED | {State.QUEUED}):
            raise RunStateError("The run has a process. Cancel it, and delete it then.")

    def events(self, owner: str | None, run_id: str) -> list[dict[str, Any]]:
        """Return a run's events, oldest first, each with "time" and "kind".

        Raises:
            OwnerError: ``owner`` is no id.
            UnknownRunError: they have no such run.
        """
        return self._directory(owner, run_id).events()

    def log(self, owner: str | None, run_id: str) -> str:
        """Return the end of what a run printed.

        Raises:
            OwnerError: ``owner`` is no id.
            UnknownRunError: they have no such run.
        """
        return self._directory(owner, run_id).log_end(LOG_BYTES)

    def outputs(self, owner: str | None, run_id: str) -> Path:
        """Return the folder with what a finished run made; a page packs it for a download.

        Raises:
            OwnerError: ``owner`` is no id.
            UnknownRunError: they have no such run.
            RunStateError: it has not finished.
        """
        directory = self._directory(owner, run_id)
        if self._queue.state(run_id) is not State.FINISHED:
            raise RunStateError("The run has not finished; there is nothing to download yet.")
        return directory.outputs

    def inputs(self, owner: str | None, run_id: str) -> Path:
        """Return the folder with the files that a run trains on; they are only read.

        Raises:
            OwnerError: ``owner`` is no id.
            UnknownRunError: they have no such run.
        """
        return self._directory(owner, run_id).inputs

    def _words(self, state: State) -> str:
        """Return what is to be said of a run that left no word itself."""
        words = {State.INTERRUPTED: _KILLED, State.QUEUED: self._queue.obstacle}
        return words.get(state, "")

    def _directory(self, owner: str | None, run_id: str) -> RunDirectory:
        """Return the folder of the owner's run."""
        digest = owners.digest(owner)
        self._queue.settle()
        with self._queue.index.reading() as index:
            return self._queue.directory(_entry(index, digest, run_id).id)

    def _run(self, entry: Entry, waiting: list[str]) -> Run | None:
        """Return the run as its owner sees it, None if its folder is gone."""
        directory = self._queue.directory(entry.id)
        facts, result = directory.facts(), directory.result()
        if facts is None:
            return None
        checkpoint = directory.last_checkpoint()
        keep = self._queue.settings.run_retention_days * DAY
        return Run(
            id=entry.id,
            name=directory.name(),
            settings=facts.settings,
            state=entry.state,
            message=result.message if result else self._words(entry.state),
            submitted=entry.submitted,
            started=directory.started(),
            heartbeat=directory.heartbeat(),
            ended=entry.ended,
            removed=entry.ended and entry.ended + keep,
            ahead=waiting.index(entry.id) if entry.id in waiting else None,
            step=checkpoint.step if checkpoint else None,
            values=result.values if result else {},
        )


def made_by(directory: RunDirectory) -> Finished | None:
    """Return what a run made; None if it is not finished, or does not say what it learned."""
    facts, result = directory.facts(), directory.result()
    if facts is None or result is None or result.values.get("task") not in list(Task):
        return None
    return Finished(
        id=directory.id,
        name=directory.name(),
        task=Task(str(result.values["task"])),
        settings=facts.settings,
        values=result.values,
        inputs=directory.inputs,
        outputs=directory.outputs,
    )


def _entry(index: Transaction, digest: str, run_id: str) -> Entry:
    entry = index.entry(run_id, digest)
    if entry is None:
        raise _unknown()
    return entry


def _unknown() -> UnknownRunError:
    return UnknownRunError(
        "You have no such run. It may have been removed, or it was started in another browser."
    )


def _clean(name: str) -> str:
    """Return ``name`` in one line of printable characters, not too long."""
    printable = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in name))
    return printable.strip()[:NAME_CHARACTERS]

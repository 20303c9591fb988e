"""The queue of all runs: who is next, who has died, what is too old. Pages use ``store``.

Whoever calls ``advance`` moves it on: a server now and then, a worker when it is done.
"""

import logging
import math
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from playground.errors import IndexUnreachableError
from playground.fine_tuning.runs import databases, owners
from playground.fine_tuning.runs.guard import BEAT_SECONDS
from playground.fine_tuning.runs.index import Entry, Index, Transaction
from playground.fine_tuning.runs.launcher import Launcher
from playground.fine_tuning.runs.run_directory import Result, RunDirectory
from playground.fine_tuning.runs.state import ACTIVE, ENDED, RESUMABLE, State
from playground.settings import Settings

WATCH_SECONDS = 1.0  # between two looks at who is next
SWEEP_SECONDS = 5.0  # between two looks at all runs that have ended
STOP_GRACE = 30.0  # seconds that a training function has to stop after it was asked to
NEW, GONE = ".new-", ".gone-"  # before the name of a folder that is being written, or removed
UNREACHABLE = (
    "The cluster that trains runs cannot be reached now. The run keeps its place, and starts by "
    "itself when the cluster is back."
)
ABANDONED_AFTER = 3600.0  # seconds after which nobody writes a new folder any more
DAY = 86_400.0
logger = logging.getLogger(__name__)


class RunQueue:
    """All runs below ``settings.runs_folder``.

    Raises:
        StorageError: the settings name no database that can be used.
    """

    def __init__(self, settings: Settings, launcher: Launcher) -> None:
        self.settings = settings
        self.folder = settings.runs_folder.resolve()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.index = Index(databases.configured(settings))
        self.obstacle = ""  # why no waiting run starts although it might, for the visitor
        self._launcher = launcher

    def directory(self, run_id: str) -> RunDirectory:
        """Return the folder of a run."""
        return RunDirectory(self.folder / run_id)

    def state(self, run_id: str) -> State:
        """Return the state that the run's files and its process tell of."""
        return self.directory(run_id).state(self._launcher.is_alive)

    def settle(self) -> None:
        """Let no run stand in the index as running that is not; write a lost index again."""
        if self.index.create():
            self.reconcile()
        with self.index.reading() as index:
            active = index.entries(states=ACTIVE)
        if all(entry.state == self.state(entry.id) for entry in active):
            return
        with self.index.writing() as index:  # in which nobody starts a run or resumes one
            for entry in index.entries(states=ACTIVE):
                self.put(index, entry)

    def reconcile(self) -> None:
        """Make the index say what the folders say, whoever was killed and wherever; at start-up."""
        self.index.create()
        with self.index.writing() as index:
            for entry in index.entries():
                if self.directory(entry.id).facts() is None:
                    index.remove(entry.id)
                else:
                    self.put(index, entry)
            known = {entry.id for entry in index.entries()}
            for path in self.folder.iterdir():
                if owners.is_run(path.name) and path.name not in known:
                    self._adopt(index, RunDirectory(path))

    def put(self, index: Transaction, entry: Entry) -> None:
        """Write down the state that the folder tells of."""
        state = self.state(entry.id)
        if state != entry.state:
            ended = self.directory(entry.id).ended() if state in ENDED else None
            index.put(replace(entry, state=state, ended=ended))

    def requeue(self, index: Transaction, entry: Entry) -> None:
        """Let a run wait again, behind those that wait."""
        self.directory(entry.id).requeue()
        index.put(replace(entry, state=State.QUEUED, queued=time.time(), ended=None))

    def _adopt(self, index: Transaction, directory: RunDirectory) -> None:
        """Take a run into the index of which only the folder is known."""
        if (facts := directory.facts()) is not None:
            entry = Entry(
                id=directory.id,
                owner=facts.owner,
                state=State.QUEUED,
                submitted=facts.submitted,
                queued=facts.submitted,
            )
            index.put(entry)
            self.put(index, entry)

    def advance(self) -> None:
        """Start the runs that are next, as many as may run at once."""
        self.settle()
        self._stop_overdue()
        try:
            while self._start_next():
                pass
            self.obstacle = ""
        except ConnectionError as error:
            if not self.obstacle:  # once, and not at each look
                logger.warning("Runs wait. %s", error)
            self.obstacle = UNREACHABLE

    def _start_next(self) -> bool:
        """Claim the next run and start it; return False if there is none or no room.

        Claim, process and its handle are one transaction. If this process is killed within it,
        the run waits as before, and a worker that was started already finds by ``is_for`` that it
        is not the one.

        Raises:
            ConnectionError: the launcher cannot be reached; the run waits as before.
        """
        with self.index.reading() as index:
            if not index.waiting():  # by far the most looks, which shall hold up nobody
                return False
        with self.index.writing() as index:
            run_id = index.claim(self.settings.max_running_runs, self._launcher.pool)
            if run_id is None:
                return False
            directory = self.directory(run_id)
            try:
                directory.assign(self._launcher.launch(directory))
            except ConnectionError:
                raise  # undoes the claim
            except OSError as error:
                logger.exception("Run %s cannot be started.", run_id)
                self._fail(index, directory, f"It could not be started: {error.strerror}.")
        return True

    def _fail(self, index: Transaction, directory: RunDirectory, message: str) -> None:
        entry = index.entry(directory.id)
        if directory.facts() is None or entry is None:  # its folder was removed by hand
            index.remove(directory.id)
            return
        directory.conclude(Result(outcome=State.FAILED, message=message))
        self.put(index, entry)

    def is_for(self, run_id: str, handle: str) -> bool:
        """Return whether the run was started in the process ``handle``; asked by that process.

        While the index does not answer it waits, with signs of life.
        """
        while True:
            try:
                return self._is_for(run_id, handle)
            except IndexUnreachableError as error:
                logger.warning("%s It said: %s", error, error.__cause__)
                self.directory(run_id).beat()
                time.sleep(WATCH_SECONDS)

    def _is_for(self, run_id: str, handle: str) -> bool:
        self.settle()
        with self.index.writing() as index:  # waits until the claim is written down, or undone
            directory, entry = self.directory(run_id), index.entry(run_id)
            if directory.handle() != handle:
                return False
            if entry is not None and entry.state is State.QUEUED:  # the claim was undone
                directory.unassign()
            return entry is None or entry.state in ACTIVE

    def _stop_overdue(self) -> None:
        """Stop processes that neither end when they have to nor give a sign of life."""
        with self.index.reading() as index:
            active = index.entries(states=ACTIVE)
        for directory in (self.directory(entry.id) for entry in active):
            handle = directory.handle()
            if handle is not None and self._is_stuck(directory):
                logger.warning("Run %s does not stop; it is being killed.", directory.id)
                self._launcher.stop(handle)
                self.settle()

    def _is_stuck(self, directory: RunDirectory) -> bool:
        """Return whether the process should long have ended and gives no sign of life.

        One that does would have ended itself. By the clock alone a run is late, too, when the whole
        machine has slept.
        """
        asked, begun = directory.cancel_asked(), directory.started() or time.time()
        end = min(asked or time.time(), begun + self.settings.max_run_minutes * 60)
        return max(end, directory.heartbeat() or 0.0) + 2 * STOP_GRACE < time.time()

    def sweep(self) -> None:
        """Remove runs whose time is up, and what killed processes left half written."""
        self.settle()
        self._correct()
        limit = time.time() - self.settings.run_retention_days * DAY
        with self.index.reading() as index:
            ended = index.entries(states=ENDED)
        for entry in ended:
            if entry.ended is not None and entry.ended < limit:
                self.remove(entry.id, ENDED)
        for path in self.folder.glob(f"{GONE}*"):
            shutil.rmtree(path, ignore_errors=True)
        for path in self.folder.glob(f"{NEW}*"):
            if path.stat().st_mtime < time.time() - ABANDONED_AFTER:
                shutil.rmtree(path, ignore_errors=True)

    def _correct(self) -> None:
        """Believe a run that was taken for dead and was only out of sight: it goes on, or ended."""
        with self.index.reading() as index:
            ended = index.entries(states=RESUMABLE)
        for entry in ended:
            directory = self.directory(entry.id)
            result = directory.result()
            is_back = directory.beat_within(2 * BEAT_SECONDS)
            if result.outcome is not entry.state if result else is_back:
                with self.index.writing() as index:
                    if (now := index.entry(entry.id)) is not None:
                        self.put(index, now)

    def remove(self, run_id: str, states: frozenset[State]) -> bool:
        """Remove the run with its folder if it is in one of ``states``; return whether it was.

        The folder goes first and in one step. No process can start in it meanwhile.
        """
        with self.index.writing() as index:
            entry = index.entry(run_id)
            if entry is None or entry.state not in states or self.state(run_id) in ACTIVE:
                return False
            gone = self._set_aside(run_id)
            index.remove(run_id)
        shutil.rmtree(gone, ignore_errors=True)
        return True

    def discard(self, run_id: str) -> None:
        """Remove the folder of a run that the index is not to know."""
        shutil.rmtree(self._set_aside(run_id), ignore_errors=True)

    def _set_aside(self, run_id: str) -> Path:
        gone = self.folder / f"{GONE}{run_id}"
        with suppress(FileNotFoundError):  # somebody removed it by hand
            self.directory(run_id).path.rename(gone)
        return gone

    def watch(self) -> threading.Event:
        """Keep the queue moving from now on, in a thread, until the returned event is set."""
        is_known = False  # whether the index says what the folders say
        with suppress(IndexUnreachableError):  # then the thread does it as soon as it answers
            self.reconcile()
            is_known = True
        stop = threading.Event()
        threading.Thread(
            target=self._watch, args=[stop, is_known], name="runs", daemon=True
        ).start()
        return stop

    def _watch(self, stop: threading.Event, is_known: bool) -> None:
        swept = -math.inf
        while True:
            try:
                if not is_known:
                    self.reconcile()
                    is_known = True
                if time.monotonic() - swept > SWEEP_SECONDS:
                    self.sweep()
                    swept = time.monotonic()
                self.advance()
            except IndexUnreachableError as error:  # what was being written may be lost
                is_known = False
                logger.warning("%s It said: %s", error, error.__cause__)
            except Exception:  # the next look may find the disk in a better state
                logger.exception("The queue of runs could not be looked after.")
            if stop.wait(WATCH_SECONDS):
                return

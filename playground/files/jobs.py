"""Work over the rows of a file in a background thread, for a page that looks in now and then."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from playground.errors import BusyError, PlaygroundError
from playground.files.table import BadRow
from playground.settings import Settings

Result = TypeVar("Result")
ABANDONED_AFTER = 120.0  # seconds that nobody asks how far a job is
CHUNK = 64  # rows that the work gets at once
BUSY_PAUSE = 1.0  # seconds before a chunk is tried again that the engine had no room for
EMPTY_TEXT = "the text is empty"
logger = logging.getLogger(__name__)
_running: set["Job[Any]"] = set()
_starting = threading.Lock()  # of _running


class Job(Generic[Result]):
    """Rows on their way through ``work``, and what came out; ``start`` makes one.

    Every property may be read at any time and from any thread. Reading ``done``, ``seconds_left``
    or ``finished`` tells the job that somebody still waits for it.
    """

    def __init__(
        self,
        rows: Sequence[str],
        numbers: Sequence[int],
        work: Callable[[Sequence[str]], Sequence[Result | PlaygroundError]],
        *,
        chunk: int,
        abandoned_after: float = ABANDONED_AFTER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.total = len(rows)
        self._rows = list(zip(numbers, rows, strict=True))
        self._work = work
        self._chunk = chunk
        self._abandoned_after = abandoned_after
        self._clock = clock
        self._lock = threading.Lock()  # of all below
        self._begin = self._asked = clock()
        self._done = 0
        self._results: list[tuple[int, Result]] = []
        self._bad: list[BadRow] = []
        self._failed: Exception | None = None
        self._cancel = threading.Event()
        self._finished = threading.Event()

    @property
    def done(self) -> int:
        """Return how many rows are through, bad ones included."""
        with self._lock:
            self._asked = self._clock()
            return self._done

    @property
    def seconds_left(self) -> float | None:
        """Return how long the rest takes at the rate so far, None before there is one."""
        done = self.done
        if self._finished.is_set():
            return 0.0
        if not done:
            return None
        return (self._clock() - self._begin) / done * (self.total - done)

    @property
    def finished(self) -> bool:
        """Return whether nothing more will come: all is done, or it was stopped, or it failed."""
        with self._lock:
            self._asked = self._clock()
        return self._finished.is_set()

    @property
    def cancelled(self) -> bool:
        """Return whether it was stopped before its end, or is about to be."""
        return self._cancel.is_set()

    @property
    def failed(self) -> Exception | None:
        """Return what ``work`` raised, if that ended the job."""
        with self._lock:
            return self._failed

    @property
    def results(self) -> list[tuple[int, Result]]:
        """Return the line and the result of each row that has one, in the file's order."""
        with self._lock:
            return list(self._results)

    @property
    def bad(self) -> list[BadRow]:
        """Return the rows without a result, in the file's order."""
        with self._lock:
            return list(self._bad)

    def cancel(self) -> None:
        """Stop after the chunk that is running; what is done stays."""
        if not self._finished.is_set():
            self._cancel.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the job is finished, at most ``timeout`` seconds; return whether it is."""
        return self._finished.wait(timeout)

    def run(self) -> None:
        """Work through all rows and then say so; called once, in the job's own thread."""
        try:
            for begin in range(0, self.total, self._chunk):
                if not self._do(self._rows[begin : begin + self._chunk]):
                    break
        except Exception as error:  # the page that looks in next shows or raises it
            if not isinstance(error, PlaygroundError):
                logger.exception("A job over %d rows failed.", self.total)
            with self._lock:
                self._failed = error
        finally:
            with _starting:
                _running.discard(self)
            self._finished.set()

    def _do(self, rows: Sequence[tuple[int, str]]) -> bool:
        """Take a chunk of rows through; return False if the job was stopped before that."""
        texts = [text for _, text in rows if text.strip()]
        while not self._is_stopped():
            try:
                found = self._work(texts) if texts else []
            except BusyError:
                self._cancel.wait(BUSY_PAUSE)
            else:
                self._keep(rows, found)
                return True
        return False

    def _is_stopped(self) -> bool:
        with self._lock:
            if self._clock() - self._asked > self._abandoned_after:
                self._cancel.set()
        return self._cancel.is_set()

    def _keep(
        self, rows: Sequence[tuple[int, str]], found: Sequence[Result | PlaygroundError]
    ) -> None:
        """Keep what ``work`` returned for those of ``rows`` that are not empty."""
        texts = sum(bool(text.strip()) for _, text in rows)
        if len(found) != texts:
            raise ValueError(f"work returned {len(found)} results for {texts} texts")
        outcomes = iter(found)
        with self._lock:
            for number, text in rows:
                outcome = next(outcomes) if text.strip() else PlaygroundError(EMPTY_TEXT)
                if isinstance(outcome, PlaygroundError):
                    self._bad.append(BadRow(number=number, reason=str(outcome)))
                else:
                    self._results.append((number, outcome))
            self._done += len(rows)


def start(
    rows: Sequence[str],
    numbers: Sequence[int],
    work: Callable[[Sequence[str]], Sequence[Result | PlaygroundError]],
    chunk: int = CHUNK,
    settings: Settings | None = None,
    *,
    what: str = "this file",
) -> Job[Result]:
    """Start a job over ``rows`` in a thread of its own and return it.

    Args:
        rows: the texts; empty ones become bad rows and are not worked on.
        numbers: the line of each row in its file.
        work: gets a chunk of texts and returns for each its result, or the error that makes it a
            bad row. If it raises ``BusyError`` the chunk is tried again; any other error ends the
            job.
        chunk: how many rows ``work`` gets at once.
        settings: those of the environment without any.
        what: the rows, as a visitor whose job has to wait knows them.

    Raises:
        BusyError: ``settings.max_jobs`` are running already.
    """
    settings = settings or Settings.from_environment()
    job = Job(rows, numbers, work, chunk=chunk)
    with _starting:
        if len(_running) >= settings.max_jobs:
            raise BusyError(
                f"There is no room for {what} yet: {len(_running)} others are being worked on "
                "already. Try again when one is done."
            )
        _running.add(job)
    threading.Thread(target=job.run, name="job", daemon=True).start()
    return job

"""Work over rows in the background. Events, not time, decide what has happened."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from playground.errors import BusyError, PlaygroundError, TextTooLongError
from playground.files import BadRow, jobs
from playground.files.jobs import Job, start
from playground.settings import Settings

SETTINGS = Settings(max_jobs=2)
PATIENCE = 60.0  # seconds for what takes none


def lengths(texts: Sequence[str]) -> list[int]:
    return [len(text) for text in texts]


class Gate:
    """Work that waits at each chunk until the test lets it through."""

    def __init__(self) -> None:
        self.chunks: list[list[str]] = []
        self.arrived = threading.Semaphore(0)
        self._open = threading.Semaphore(0)

    def __call__(self, texts: Sequence[str]) -> list[int]:
        self.chunks.append(list(texts))
        self.arrived.release()
        assert self._open.acquire(timeout=PATIENCE)
        return lengths(texts)

    def wait(self) -> None:
        """Wait until the next chunk has begun."""
        assert self.arrived.acquire(timeout=PATIENCE)

    def let(self, chunks: int) -> None:
        self._open.release(chunks)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()
    yield made
    made.let(1_000)


def synchronous(
    rows: Sequence[str],
    work: Callable[[Sequence[str]], Sequence[int | PlaygroundError]],
    *,
    clock: Callable[[], float] = lambda: 0.0,
    chunk: int = 2,
) -> Job[int]:
    return Job(rows, range(2, len(rows) + 2), work, chunk=chunk, abandoned_after=120, clock=clock)


def test_every_row_comes_out_in_the_order_of_the_file() -> None:
    job = start(["a", "bbb", "cc", "dddd", "e"], [2, 3, 5, 6, 9], lengths, 2, SETTINGS)
    assert job.wait(PATIENCE)
    assert job.results == [(2, 1), (3, 3), (5, 2), (6, 4), (9, 1)]
    assert (job.total, job.done, job.seconds_left) == (5, 5, 0.0)
    assert (job.finished, job.cancelled, job.failed, job.bad) == (True, False, None, [])


def test_rows_of_one_line_all_keep_their_results() -> None:
    job = start(["a", "bb", "ccc"], [1, 1, 1], lengths, 2, SETTINGS)
    assert job.wait(PATIENCE)
    assert job.results == [(1, 1), (1, 2), (1, 3)]


def test_empty_texts_and_errors_are_bad_rows() -> None:
    seen: list[list[str]] = []

    def work(texts: Sequence[str]) -> list[int | PlaygroundError]:
        seen.append(list(texts))
        return [len(t) if len(t) < 4 else TextTooLongError(f"{t} is long") for t in texts]

    job = synchronous(["a", " \n", "", "", "longer", "bb"], work)
    job.run()
    assert seen == [["a"], ["longer", "bb"]]
    assert job.results == [(2, 1), (7, 2)]
    empty = "the text is empty"
    assert job.bad == [
        BadRow(number=3, reason=empty),
        BadRow(number=4, reason=empty),
        BadRow(number=5, reason=empty),
        BadRow(number=6, reason="longer is long"),
    ]
    assert job.done == 6


def test_progress_can_be_read_while_it_runs(gate: Gate) -> None:
    job = start(["a", "bb", "ccc"], [1, 2, 3], gate, 2, SETTINGS)
    gate.wait()
    assert (job.done, job.finished, job.seconds_left) == (0, False, None)
    gate.let(1)
    gate.wait()
    assert (job.done, job.finished, job.results) == (2, False, [(1, 1), (2, 2)])
    gate.let(1)
    assert job.wait(PATIENCE)
    assert job.done == 3


def test_time_left_follows_the_rate_so_far() -> None:
    now = 100.0
    seen: list[float | None] = []

    def work(texts: Sequence[str]) -> list[int]:
        nonlocal now
        seen.append(job.seconds_left)
        now += 3.0  # for two rows
        return lengths(texts)

    job = synchronous(["x"] * 8, work, clock=lambda: now)
    job.run()
    assert seen == [None, 9.0, 6.0, 3.0]


def test_cancelling_stops_after_the_chunk_and_keeps_it(gate: Gate) -> None:
    job = start(["a", "bb", "ccc", "d"], [1, 2, 3, 4], gate, 1, SETTINGS)
    gate.wait()
    job.cancel()
    assert (job.cancelled, job.finished) == (True, False)
    gate.let(4)
    assert job.wait(PATIENCE)
    assert gate.chunks == [["a"]]
    assert (job.results, job.done, job.failed) == ([(1, 1)], 1, None)


def test_cancelling_a_finished_job_changes_nothing() -> None:
    job = synchronous(["a"], lengths)
    job.run()
    job.cancel()
    assert not job.cancelled


def test_a_job_that_nobody_asks_for_stops_by_itself() -> None:
    now = 0.0

    def work(texts: Sequence[str]) -> list[int]:
        nonlocal now
        now += 50.0
        return lengths(texts)

    job = synchronous(["x"] * 20, work, clock=lambda: now)
    job.run()
    assert (job.done, job.cancelled, job.finished) == (6, True, True)  # at 150 seconds


@pytest.mark.parametrize("asked", ["done", "seconds_left", "finished"])
def test_a_job_that_is_asked_for_goes_on(asked: str) -> None:
    now = 0.0

    def work(texts: Sequence[str]) -> list[int]:
        nonlocal now
        now += 50.0
        getattr(job, asked)
        return lengths(texts)

    job = synchronous(["x"] * 20, work, clock=lambda: now)
    job.run()
    assert (job.done, job.cancelled) == (20, False)


def test_an_engine_without_room_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BUSY_PAUSE", 0.0)
    answers = iter([BusyError("64 requests"), None, BusyError("64 requests"), None])

    def work(texts: Sequence[str]) -> list[int]:
        if (error := next(answers)) is not None:
            raise error
        return lengths(texts)

    job = synchronous(["a", "bb", "ccc"], work)
    job.run()
    assert job.results == [(2, 1), (3, 2), (4, 3)]
    assert job.failed is None


def test_waiting_for_room_ends_when_the_job_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BUSY_PAUSE", float("inf"))

    def work(texts: Sequence[str]) -> list[int]:
        job.cancel()
        raise BusyError("64 requests")

    job = synchronous(["a"], work)
    job.run()
    assert (job.done, job.cancelled, job.failed) == (0, True, None)


@pytest.mark.parametrize(
    ("error", "logged"), [(TextTooLongError("of all"), 0), (KeyError("a bug"), 1)]
)
def test_an_error_ends_the_job_and_bugs_are_logged(
    error: Exception, logged: int, caplog: pytest.LogCaptureFixture
) -> None:
    def work(texts: Sequence[str]) -> list[int]:
        if "bad" in texts:
            raise error
        return lengths(texts)

    job = synchronous(["a", "b", "bad", "c", "d"], work)
    with caplog.at_level(logging.ERROR):
        job.run()
    assert job.failed is error
    assert (job.results, job.done, job.finished) == ([(2, 1), (3, 1)], 2, True)
    assert len(caplog.records) == logged


def test_work_that_loses_a_row_is_a_bug() -> None:
    job = synchronous(["a", "b"], lambda texts: lengths(texts)[1:])
    job.run()
    assert str(job.failed) == "work returned 1 results for 2 texts"


def test_so_many_jobs_at_once_and_then_room_again(gate: Gate) -> None:
    running = [start(["a"], [1], gate, settings=SETTINGS) for _ in range(2)]
    with pytest.raises(BusyError, match="no room for this file yet: 2 others"):
        start(["a"], [1], lengths, settings=SETTINGS)
    gate.let(2)
    assert all(job.wait(PATIENCE) for job in running)
    assert start(["a"], [1], lengths, settings=SETTINGS).wait(PATIENCE)


def test_a_job_that_fails_makes_room() -> None:
    def work(texts: Sequence[str]) -> list[int]:
        raise TextTooLongError("of all")

    for _ in range(3):
        job = start(["a"], [1], work, settings=Settings(max_jobs=1))
        assert job.wait(PATIENCE)
        assert isinstance(job.failed, TextTooLongError)


def test_a_job_without_rows_is_finished_at_once() -> None:
    job = start([], [], lengths, settings=SETTINGS)
    assert job.wait(PATIENCE)
    assert (job.total, job.done, job.results) == (0, 0, [])

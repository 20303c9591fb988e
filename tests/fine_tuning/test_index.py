"""The index among many processes."""

import itertools
import multiprocessing
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path

from playground.fine_tuning.runs.index import Entry, Index
from playground.fine_tuning.runs.state import State

PROCESSES = 4
RUNS = 60


def claim_all(path: Path, barrier: Barrier, answers: "multiprocessing.Queue[list[str]]") -> None:
    """Create the index with the others at once, and claim run after run."""
    index = Index(path)
    barrier.wait()
    index.create()
    with index.writing() as transaction:
        if not transaction.entries():
            for number in range(RUNS):
                transaction.put(entry(f"{number:02d}"))
    found: list[str] = []
    while True:
        with index.writing() as transaction:
            run_id = transaction.claim(RUNS)
        if run_id is None:
            answers.put(found)
            return
        found.append(run_id)


def entry(run_id: str, owner: str = "o") -> Entry:
    return Entry(id=run_id, owner=owner, state=State.QUEUED, submitted=1.0, queued=1.0)


def test_processes_never_claim_the_same_run(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(PROCESSES), context.Queue()
    arguments = (tmp_path / "index.sqlite", barrier, answers)
    processes = [context.Process(target=claim_all, args=arguments) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    claimed = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert Counter(itertools.chain(*claimed)) == {f"{number:02d}": 1 for number in range(RUNS)}
    for found in claimed:
        assert found == sorted(found)  # the oldest first


def test_no_more_are_claimed_than_may_run(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.sqlite")
    assert index.create()
    assert not index.create()
    with index.writing() as transaction:
        for number in range(3):
            transaction.put(entry(str(number)))
        assert [transaction.claim(2) for _ in range(3)] == ["0", "1", None]
        assert transaction.waiting() == ["2"]


def test_what_a_transaction_wrote_before_it_failed_is_undone(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.sqlite")
    index.create()
    try:
        with index.writing() as transaction:
            transaction.put(entry("a"))
            raise KeyError
    except KeyError:
        pass
    with index.reading() as transaction:
        assert transaction.entries() == []


def test_who_reads_before_writing_waits_its_turn(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.sqlite")
    index.create()

    def add_ten(_: int) -> None:
        for _ in range(10):
            with index.writing() as transaction:
                transaction.put(entry(str(len(transaction.entries()))))

    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(add_ten, range(PROCESSES)))
    with index.reading() as transaction:
        assert len(transaction.entries()) == 10 * PROCESSES


def test_reading_waits_for_nobody(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.sqlite")
    index.create()
    with index.writing() as writer:
        writer.put(entry("a"))
        with index.reading() as reader:
            assert reader.entries() == []
    with index.reading() as reader:
        assert reader.entry("a", "o") == entry("a")
        assert reader.entry("a", "p") is None

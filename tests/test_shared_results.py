"""A result is computed once, whoever asks and however many at a time, and bounds hold."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from playground.shared_results import SharedResults


def results(max_bytes: int = 100) -> SharedResults[str]:
    return SharedResults(max_bytes, len)


def test_those_who_ask_at_once_wait_for_one_computation() -> None:
    shared, computed, here, go_on = results(), [], threading.Barrier(6), threading.Event()

    def compute() -> str:
        computed.append("one")
        go_on.wait(60)
        return "answer"

    def ask() -> str:
        here.wait(60)
        return shared.get("key", compute)

    with ThreadPoolExecutor(5) as visitors:
        waiting = [visitors.submit(ask) for _ in range(5)]
        here.wait(60)
        go_on.set()
        found = [one.result(60) for one in waiting]
    assert found == ["answer"] * 5
    assert computed == ["one"]


def test_another_key_does_not_wait() -> None:
    shared, go_on = results(), threading.Event()

    def slow() -> str:
        go_on.wait(60)
        return "slow"

    with ThreadPoolExecutor(1) as visitor:
        waiting = visitor.submit(shared.get, "slow", slow)
        assert shared.get("fast", lambda: "fast") == "fast"
        assert not waiting.done()
        go_on.set()
        assert waiting.result(60) == "slow"


def test_the_least_recently_used_goes_first() -> None:
    shared, computed = results(max_bytes=6), []

    def compute(key: str) -> str:
        computed.append(key)
        return "abc"

    for key in ("one", "two", "one", "three", "one", "two"):
        shared.get(key, partial(compute, key))
    assert computed == ["one", "two", "three", "two"]
    assert shared.nbytes == 6


def test_an_error_reaches_those_who_wait_and_the_next_call_tries_again() -> None:
    shared, started, go_on = results(), threading.Event(), threading.Event()

    def fail() -> str:
        started.set()
        go_on.wait(60)
        raise ValueError("no")

    with ThreadPoolExecutor(2) as visitors:
        first = visitors.submit(shared.get, "key", fail)
        assert started.wait(60)
        second = visitors.submit(shared.get, "key", fail)
        go_on.set()
        for one in (first, second):
            with pytest.raises(ValueError, match="no"):
                one.result(60)
    assert shared.get("key", lambda: "yes") == "yes"


def test_when_one_is_interrupted_the_next_of_those_who_wait_computes() -> None:
    shared, started, go_on = results(), threading.Event(), threading.Event()

    class VisitorLeft(BaseException):
        pass

    def interrupted() -> str:
        started.set()
        go_on.wait(60)
        raise VisitorLeft

    with ThreadPoolExecutor(2) as visitors:
        first = visitors.submit(shared.get, "key", interrupted)
        assert started.wait(60)
        second = visitors.submit(shared.get, "key", lambda: "answer")
        go_on.set()
        assert second.result(60) == "answer"
        with pytest.raises(VisitorLeft):
            first.result(60)
    assert "key" in shared

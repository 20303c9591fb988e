"""Long computations: one at a time, in a thread that ends, and no one else waits for them."""

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from playground.errors import BusyError
from playground.models.aside import Aside
from playground.models.catalog import bundled
from playground.models.engine import Engine
from playground.models.queries import AttributionQuery, LabelQuery
from playground.settings import Settings


def test_what_it_returns_or_raises_reaches_the_caller() -> None:
    aside = Aside(max_waiting=1)
    assert aside.run(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        aside.run(lambda: 1 // 0)
    assert aside.run(lambda: 8) == 8


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priorities")
def test_the_thread_gives_way_and_no_other_does() -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = priority()
    assert Aside(max_waiting=1).run(priority) == 19
    assert priority() == before


def test_one_at_a_time_and_each_thread_ends() -> None:
    aside = Aside(max_waiting=4)
    running, most = [0], [0]
    threads = set()

    def work() -> None:
        threads.add(threading.current_thread())
        running[0] += 1
        most[0] = max(most[0], running[0])
        time.sleep(0.02)
        running[0] -= 1

    with ThreadPoolExecutor(4) as callers:
        for done in [callers.submit(aside.run, work) for _ in range(4)]:
            done.result(10)
    assert most == [1]
    assert len(threads) == 4
    assert not any(thread.is_alive() for thread in threads)


def test_too_many_callers_are_told_so() -> None:
    aside = Aside(max_waiting=1)
    inside, go = threading.Event(), threading.Event()

    def work() -> bool:
        inside.set()
        return go.wait(10)

    with ThreadPoolExecutor(1) as caller:
        first = caller.submit(aside.run, work)
        assert inside.wait(10)
        with pytest.raises(BusyError, match="too many explanations"):
            aside.run(work)
        go.set()
        assert first.result(10)
    assert aside.run(work)


def test_labels_are_told_while_an_explanation_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    [spec] = [one for one in bundled() if one.id.endswith("sentiment")]
    model = Engine(Settings(), dtype=torch.float32).model(spec)
    ids = tuple(model.tokenizer("A long, slow film.")["input_ids"])
    asked = AttributionQuery(input_ids=ids, baseline_ids=ids, label=1, steps=16)
    inside, go = threading.Event(), threading.Event()
    explain = model.encoder.attributions

    def held(query: AttributionQuery) -> object:
        inside.set()
        assert go.wait(60)
        return explain(query)

    monkeypatch.setattr(model.encoder, "attributions", held)
    with ThreadPoolExecutor(1) as other:
        explained = other.submit(model.attributions, asked)
        assert inside.wait(60)
        [logits] = model.logits([LabelQuery(input_ids=ids)])
        assert not explained.done()
        go.set()
        found = explained.result(60)
    # From a text to itself there is no way to walk, and nothing to share out.
    assert found.values == pytest.approx(0, abs=1e-6)
    scaled = (logits[1] - logits[0]) / model.labels.temperature
    assert found.score == pytest.approx(scaled, abs=1e-3)

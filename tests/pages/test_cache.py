"""Waiting for the first model of a process."""

import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import pytest
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

from pages.shared import cache
from playground.models.catalog import Task


def page() -> None:
    from pages.shared import cache
    from playground.models.catalog import Task

    cache.model("bundled/masked_lm", Task.FILL_MASK)


@pytest.mark.parametrize(
    ("module", "events"),
    [
        (None, ["chart", "model"]),
        (SimpleNamespace(), ["chart", "model"]),  # it is being imported
        (SimpleNamespace(shared=lambda: None), ["model"]),
    ],
)
def test_the_browser_can_fetch_what_draws_charts_while_torch_is_imported(
    monkeypatch: pytest.MonkeyPatch, module: SimpleNamespace | None, events: list[str]
) -> None:
    found: list[str] = []
    engine = SimpleNamespace(model=lambda *_, **__: found.append("model"))
    monkeypatch.setattr(cache, "engine", lambda: engine)
    monkeypatch.setitem(sys.modules, cache.ENGINE_MODULE, module)
    monkeypatch.setattr(DeltaGenerator, "plotly_chart", lambda *_, **__: found.append("chart"))
    assert not AppTest.from_function(page).run().exception
    assert found == events


def test_nothing_waits_for_an_engine_that_is_being_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, cache.ENGINE_MODULE, SimpleNamespace())
    assert cache.status(cache.spec("bundled/masked_lm", Task.FILL_MASK)) is None
    assert cache.held_bytes() == {}


def test_no_chart_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = SimpleNamespace(model=lambda *_, **__: None)
    monkeypatch.setattr(cache, "engine", lambda: engine)
    monkeypatch.setitem(sys.modules, cache.ENGINE_MODULE, None)
    app = AppTest.from_function(page).run()
    assert not app.exception
    assert not app.get("plotly_chart")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priorities")
@pytest.mark.parametrize(("is_running", "lower_by"), [(False, 0), (True, cache.NICENESS)])
def test_a_page_gives_way_to_the_engine_once_there_is_one(
    monkeypatch: pytest.MonkeyPatch, is_running: bool, lower_by: int
) -> None:
    def priority() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def page() -> int:
        with cache.drawing():
            return priority()

    module = SimpleNamespace(shared=lambda: None, is_running=lambda: is_running)
    beside: list[str] = []

    @contextmanager
    def beside_page() -> Iterator[None]:
        beside.append("page")
        yield

    batcher = SimpleNamespace(beside_page=beside_page)
    monkeypatch.setitem(sys.modules, cache.ENGINE_MODULE, module)
    monkeypatch.setattr(cache, "engine", lambda: SimpleNamespace(batcher=batcher))
    before = priority()
    with ThreadPoolExecutor(1) as script:
        assert script.submit(page).result() == max(before, lower_by)
    assert beside == ["page"] * is_running
    assert priority() == before


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads have no priorities")
def test_a_thread_of_an_app_with_a_low_priority_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def page() -> int:
        thread = os.PRIO_PROCESS, threading.get_native_id()
        os.setpriority(*thread, 19)
        with cache.drawing():
            return os.getpriority(*thread)

    module = SimpleNamespace(shared=lambda: None, is_running=lambda: True)
    batcher = SimpleNamespace(beside_page=nullcontext)
    monkeypatch.setitem(sys.modules, cache.ENGINE_MODULE, module)
    monkeypatch.setattr(cache, "engine", lambda: SimpleNamespace(batcher=batcher))
    with ThreadPoolExecutor(1) as script:
        assert script.submit(page).result() == 19

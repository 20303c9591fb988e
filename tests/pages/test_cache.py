"""Waiting for the first model of a process."""

import sys
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

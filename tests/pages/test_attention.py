"""The Attention page on a tiny model: every view, the switches, links and bad input."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground.models.engine import Engine

PAGE = "../explore/attention/page.py"
pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def page(home: AppTest, engine: Engine) -> AppTest:
    return home.switch_page(PAGE).run()


def show(page: AppTest, view: str) -> AppTest:
    page.session_state["attention_view"] = view
    return page.run()


@pytest.mark.parametrize("view", ["heatmap", "all-heads", "through-the-layers", "compare"])
def test_every_view_shows_a_picture_at_once(page: AppTest, view: str) -> None:
    found = show(page, view)
    assert not found.exception
    assert not found.error
    assert not found.warning
    assert found.get("plotly_chart")


def test_texts_and_switches_are_in_the_link(page: AppTest) -> None:
    page.text_area(key="text_a").set_value("a cat sat").run()
    page.session_state["special"] = "hide"
    page.run()
    asked = {name: page.query_params[name] for name in ("text_a", "special", "attention_view")}
    assert asked == {"text_a": "a cat sat", "special": "hide", "attention_view": "heatmap"}


def test_a_direction_without_a_pair_says_what_is_missing(page: AppTest) -> None:
    page.session_state["direction"] = "A to B"
    page.run()
    assert "second text" in page.warning[0].value
    page.text_input(key="text_b").set_value("a dog").run()
    assert not page.warning


def test_an_empty_text_is_asked_for(page: AppTest) -> None:
    page.text_area(key="text_a").set_value("  ").run()
    assert "no text yet" in page.warning[0].value
    assert not page.exception


def test_the_table_has_every_head(page: AppTest, engine: Engine) -> None:
    found = show(page, "all-heads")
    table = found.dataframe[-1].value  # the first lists the models
    assert len(table) == len(set(zip(table["Layer"], table["Head"], strict=True)))
    assert np.all(table["To itself"].between(0, 1))


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "😀" * 40, "\0", "ما هذا", "a " * 4_000]
)
def test_unusual_texts_are_shown(page: AppTest, text: str) -> None:
    page.text_area(key="text_a").set_value(text).run()
    assert not page.exception

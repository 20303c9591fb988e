"""What the figures of the Next sentence page show."""

import numpy as np
import pytest

from playground.models.queries import Labels
from playground.next_sentence import HeldOut, Judged, Order, Ordered, TwoSentences
from playground.plots import next_sentence as plots


def judged(first: str, second: str, probability: float) -> Judged:
    return Judged(first=first, second=second, logits=(1.0, 0.0), probability=probability, tokens=5)


def order(*sentences: int) -> Order:
    return Order(sentences=sentences, log_probability=-1.0, tau=0.0, neighbours=0.0)


@pytest.fixture
def ordered() -> Ordered:
    probabilities = np.array([[np.nan, 0.9, 0.2], [0.1, np.nan, 0.666], [0.3, 0.4, np.nan]])
    return Ordered(
        sentences=("<b>One</b>.", "Two.", "Three."),
        probabilities=probabilities,
        true=order(0, 1, 2),
        shuffled=order(2, 0, 1),
        found=order(0, 2, 1),
    )


def test_both_directions_have_a_bar_of_their_probability() -> None:
    found = TwoSentences(
        forward=judged("A", "B", 0.75),
        backward=judged("B", "A", 0.25),
        labels=Labels(names=("IS_NEXT", "NOT_NEXT")),
    )
    made = plots.both_ways(found)
    assert list(made.data[0].x) == [0.75, 0.25]
    assert list(made.layout.yaxis.ticktext) == ["A, then B", "B, then A"]
    assert made.layout.xaxis.range[1] >= 1  # a low bar looks low


def test_each_kind_of_pair_has_a_bar() -> None:
    found = HeldOut(
        measured_on="x",
        accuracy={},
        called_next={"next": 0.8, "other document": 0.1},
        paragraphs=1,
        tau=0.0,
        neighbours=0.0,
        neighbours_at_random=0.0,
    )
    made = plots.measured(found)
    assert list(made.data[0].x) == [0.8, 0.1]
    assert list(made.layout.yaxis.ticktext) == ["Next", "Other document"]


def test_the_matrix_has_percents_and_frames_what_the_order_takes(ordered: Ordered) -> None:
    made = plots.matrix(ordered)
    cells, text, frames = made.data
    assert np.array_equal(cells.z, ordered.probabilities, equal_nan=True)
    assert list(text.text) == ["", "90", "20", "10", "", "67", "30", "40", ""]
    assert list(zip(frames.y, frames.x, strict=True)) == [(0, 2), (2, 1)]
    assert "&lt;b&gt;One" in cells.customdata[0][1]
    assert "<b>" not in cells.customdata[0][1]
    assert cells.customdata[0][1].endswith("90.0 %")


def test_each_sentence_is_followed_through_the_orders(ordered: Ordered) -> None:
    made = plots.orders(ordered)
    assert [list(line.y) for line in made.data] == [[1, 0, 0], [2, 2, 1], [0, 1, 2]]
    assert list(made.data[0].text) == ["1", "1", "1"]
    assert [line.line.dash for line in made.data] == ["solid", "dash", "dash"]
    assert list(made.layout.xaxis.ticktext) == ["Shuffled", "By the head", "True"]
    assert "&lt;b&gt;" in made.data[0].hovertemplate

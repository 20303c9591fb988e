"""Figures of the Tokenizer page: what they hold, and that text stays text."""

import numpy as np
import pytest

from playground.models.vocabularies import BERT, BPE, UNIGRAM
from playground.plots import tokenizer as plots
from playground.tokenizer import UnigramSteps, compare, split
from playground.tokenizer.unigram import Cut
from tests.tokenizer.test_pieces import box


def test_a_bar_a_tokenizer_in_the_order_given() -> None:
    figure = plots.side_by_side(compare("我们 cats", [box(BPE), box(BERT)]))
    [bars] = figure.data
    assert list(bars.x) == [8, 3]
    assert list(figure.layout.yaxis.ticktext) == ["Byte-level BPE, 8,000", "BERT's WordPiece"]


def test_cuts_are_bars_of_shares() -> None:
    steps = split("▁walking", tokenizer=box(UNIGRAM)).steps
    assert isinstance(steps, UnigramSteps)
    [bars] = plots.cuts(steps).data
    assert list(bars.x) == [cut.share for cut in steps.cuts]
    typed = Cut(pieces=("<b>",), log_probabilities=(-1.0,), log_probability=-1.0, share=1.0)
    figure = plots.cuts(UnigramSteps(word="<b>", cuts=(typed,)))
    assert list(figure.layout.yaxis.ticktext) == ["&lt;b&gt;"]


def test_lengths_stand_side_by_side() -> None:
    figure = plots.lengths({"One": {1: 4, 2: 3}, "Two": {2: 5}})
    assert [bars.name for bars in figure.data] == ["One", "Two"]
    assert [list(bars.x) for bars in figure.data] == [[1, 2], [2]]
    assert [list(bars.y) for bars in figure.data] == [[4, 3], [5]]


def test_vectors_are_rows_with_zero_in_the_middle() -> None:
    values = np.array([[0.5, -0.25, 0.0], [1.0, 2.0, -3.0]])
    figure = plots.vectors(values, ["<i>", "a very long token"], limit=2.0)
    [cells] = figure.data
    assert (cells.zmin, cells.zmax) == (-2.0, 2.0)
    np.testing.assert_array_equal(cells.z, values)
    assert list(cells.x) == [1, 2, 3]
    assert list(figure.layout.yaxis.ticktext) == ["&lt;i&gt;", "a very long…"]
    assert cells.hovertemplate.startswith("%{y}, ")  # the ticks' text, sent once


def test_the_limit_leaves_a_few_numbers_out() -> None:
    values = np.ones(1_000)
    values[0] = 100.0
    assert plots.limit(values, None) == pytest.approx(1.0)
    assert plots.limit(-values) == pytest.approx(1.0)
    assert plots.limit(np.zeros(3)) == 1.0

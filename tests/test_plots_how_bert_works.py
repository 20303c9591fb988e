"""Figures of How BERT works, by what a reader takes from them."""

import math

import numpy as np
import pytest

from playground.how_bert_works import Prediction, Tour
from playground.how_bert_works.bias import Association, Bias, Effect
from playground.how_bert_works.long_range import LongRange, Reach
from playground.mask_filling import Guess, MaskedText, Token
from playground.plots import how_bert_works as plots
from playground.plots.template import BLUE, GRAY, ORANGE

NAMES = ("[CLS]", "<b>un", "able", "[MASK]", "b", "c", "[SEP]")


class Weights:
    """The part of a trace that figures of attention read."""

    weights = np.stack([np.full((7, 7), 1 / 7), np.eye(7)])  # [head, from, to]


@pytest.fixture
def tour() -> Tour:
    tokens = tuple(
        Token(
            text=name,
            id=place,
            start=place,
            end=place + 1,
            special=False,
            continues_word=name == "able",
        )
        for place, name in enumerate(NAMES)
    )
    masked = MaskedText(
        text="", input_ids=tuple(range(100, 107)), tokens=tokens, mask_positions=(3,)
    )
    rest: dict = {"parameters": None, "differences": None}
    return Tour(masked=masked, layer=0, trace=Weights(), **rest)  # type: ignore[arg-type]


def guess(token: str, probability: float) -> Guess:
    return Guess(token=token, token_id=1, probability=probability, starts_word=True)


FOUND = Prediction(
    guesses=(guess("paris", 0.5), guess("<i>", 0.25)), logits=(2.0, 1.3), others=98, rest=0.25
)


def test_pieces_are_laid_out_like_a_text_with_their_ids(tour: Tour) -> None:
    made = plots.pieces(tour)
    cells, text = made.data
    assert cells.z.shape == (2, 5)
    assert np.isnan(cells.z[1, 2:]).all()
    assert cells.z.ravel()[3] == np.nanmax(cells.z)
    assert text.text[1] == "&lt;b&gt;un<br><i>101</i>"
    assert text.text[2] == "·able<br><i>102</i>"
    assert "continues" in cells.customdata.ravel()[2]


def test_each_vector_has_a_scale_of_its_own() -> None:
    rows = {"t": np.array([0.01, -0.02] + [0.0] * 40), "x": np.array([3.0, 1.0] + [5.0] * 40)}
    [cells] = plots.vectors(rows).data
    assert cells.z.shape == (2, plots.NUMBERS_SHOWN)
    np.testing.assert_allclose(cells.z[:, :2], [[0.5, -1.0], [0.6, 0.2]])
    assert cells.customdata[1, 0] == 3.0


def test_attention_has_a_bar_for_each_token_in_the_order_of_the_text(tour: Tour) -> None:
    made = plots.attention(tour, head=1, token=2)
    assert list(made.data[0].x) == [0, 0, 1, 0, 0, 0, 0]
    assert made.layout.yaxis.ticktext[1] == "&lt;b&gt;un"


def test_every_head_has_a_row(tour: Tour) -> None:
    [cells] = plots.heads(tour, token=4).data
    np.testing.assert_allclose(cells.z, np.stack([np.full(7, 1 / 7), np.eye(7)[4]]))
    assert (cells.y0, cells.zmax) == (1, 1)


def test_units_lie_on_the_curve_of_gelu() -> None:
    before = np.array([-1.0, 0.0, 2.0])
    curve, dots = plots.units(before, before * [0.158655, 0.5, 0.977250]).data
    assert curve.x[0] <= -4 < 4 <= curve.x[-1]
    assert curve.y[-1] == pytest.approx(4, abs=1e-3)
    assert list(dots.x) == [-1, 0, 2]


def test_all_other_words_have_a_bar_too() -> None:
    made = plots.probabilities(FOUND)
    assert list(made.data[0].x) == [0.5, 0.25, 0.25]
    assert list(made.layout.yaxis.ticktext) == ["paris", "&lt;i&gt;", "98 others"]
    assert made.data[0].marker.color[-1] == GRAY


def test_distances_that_lie_close_together_share_a_tick() -> None:
    assert plots._apart([11, 24, 38, 65, 120, 233, 342, 455]) == [11, 24, 38, 65, 120, 233, 455]
    assert plots._apart([7]) == [7]


def test_losses_grow_as_probabilities_fall() -> None:
    made = plots.losses(FOUND)
    assert list(made.data[0].x) == pytest.approx([math.log(2), math.log(4)])
    assert list(made.data[0].text) == ["0.69", "1.39"]


def test_reach_shows_both_lines_with_their_errors() -> None:
    one = Reach(
        fillers=0,
        distance=11.4,
        with_cue=0.3,
        with_cue_error=0.05,
        with_other=0.1,
        with_other_error=0.02,
        log_ratio=1.1,
        log_ratio_error=0.2,
    )
    made = plots.reach(LongRange(reaches=(one,), stories=()))
    own, other = made.data
    assert (own.y[0], own.error_y.array[0]) == (0.3, 0.05)
    assert (other.y[0], other.error_y.array[0]) == (0.1, 0.02)
    assert list(made.layout.xaxis.tickvals) == [11]


def test_effects_are_coloured_by_their_side_and_gray_where_unclear() -> None:
    association = Association(title="", first="us", second="them", pairs=(), sentences=(), words=())
    effects = tuple(
        Effect(word=word, difference=value, error=0.1, first=0.1, second=0.1)
        for word, value in (("a", 1.0), ("b", 0.1), ("c", -0.5))
    )
    made = plots.effects(Bias(association=association, effects=effects, comparisons=4))
    [dots] = made.data
    assert list(dots.marker.color) == [BLUE, GRAY, ORANGE]
    assert list(dots.error_x.array) == pytest.approx([0.2] * 3)
    assert made.layout.xaxis.title.text == "← them   ln p   us →"

import math

import numpy as np
import pytest

from playground.mask_filling import (
    Choice,
    ComparedGuess,
    Comparison,
    Filling,
    Guess,
    LayerGuesses,
    LogitLens,
    MaskedText,
    PositionGuesses,
    SimulatedToken,
    Simulation,
    TargetScore,
    Token,
)
from playground.plots import mask_filling as plots
from playground.plots import template

MASKED = MaskedText(text="[MASK]", input_ids=(1,), tokens=(), mask_positions=(0,))


def guess(token: str, probability: float, *, starts_word: bool = True) -> Guess:
    return Guess(token=token, token_id=1, probability=probability, starts_word=starts_word)


def token(text: str, *, special: bool = False, continues_word: bool = False) -> Token:
    return Token(
        text=text, id=1, start=0, end=len(text), special=special, continues_word=continues_word
    )


@pytest.mark.parametrize(
    ("probability", "shown"),
    [
        (1.0, "100.0 %"),
        (0.3786, "37.9 %"),
        (0.0401, "4.01 %"),
        (0.00053, "0.053 %"),
        (0.000028, "0.003 %"),
        (0.000000003, "< 0.001 %"),
    ],
)
def test_percent_keeps_small_probabilities_apart_from_zero(probability: float, shown: str) -> None:
    assert template.percent(probability) == shown


def test_bars_are_as_long_as_the_probabilities() -> None:
    figure = plots.bars([guess("paris", 0.5), guess("s", 0.25, starts_word=False)])
    [bar] = figure.data
    assert list(bar.x) == [0.5, 0.25]
    assert list(bar.text) == ["50.0 %", "25.0 %"]
    assert list(figure.layout.yaxis.ticktext) == ["paris", "·s"]
    assert list(figure.layout.yaxis.range) == [1.5, -0.5]  # the first on top


def test_equal_names_keep_their_own_bars() -> None:
    [bar] = plots.bars([guess("a", 0.5), guess("a", 0.25)]).data
    assert list(bar.y) == [0, 1]


def test_text_is_shown_as_it_is() -> None:
    figure = plots.bars([guess("<b>x</b> &amp;", 0.5)])
    assert list(figure.layout.yaxis.ticktext) == ["&lt;b&gt;x&lt;/b&gt; &amp;amp;"]


def test_backgrounds_are_transparent() -> None:
    layout = plots.bars([guess("a", 0.5)]).layout.template.layout
    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"


def test_targets_have_one_bar_each() -> None:
    score = TargetScore(
        word="Paris",
        pieces=("par", "is"),
        token_ids=(5, 6),
        piece_log_probs=(math.log(0.5), math.log(0.5)),
        log_prob=math.log(0.25),
        probability=0.25,
    )
    figure = plots.targets([score])
    assert list(figure.data[0].x) == [0.25]
    assert list(figure.layout.yaxis.ticktext) == ["Paris"]


def test_layers_end_in_a_column_of_the_final_word() -> None:
    rows = (
        LayerGuesses(
            layer=0, guesses=(guess("the", 0.4), guess("a", 0.1)), entropy=9.0,
            final_probability=0.01,
        ),
        LayerGuesses(
            layer=1, guesses=(guess("paris", 0.6), guess("rome", 0.2)), entropy=1.0,
            final_probability=0.6,
        ),
    )  # fmt: skip
    figure = plots.layers(LogitLens(masked=MASKED, mask_index=0, layers=rows))
    heatmap, text = figure.data
    assert heatmap.z.tolist() == [[0.4, 0.1, 0.01], [0.6, 0.2, 0.6]]
    assert list(text.text) == ["the", "a", "1.00 %", "paris", "rome", "60.0 %"]
    assert list(figure.layout.yaxis.ticktext) == ["Embeddings", "Layer 1"]
    assert list(figure.layout.xaxis.ticktext) == ["1.", "2.", "<b>paris</b>"]


def test_positions_fill_rows_and_leave_the_rest_empty() -> None:
    found = [
        PositionGuesses(
            token=token(f"w{i}"), guesses=(guess("x", 0.5),), probability=i / 10, rank=None
        )
        for i in range(8)
    ]
    heatmap, text = plots.positions(found).data
    assert heatmap.z.shape == (2, 5)
    assert heatmap.z[0].tolist() == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert heatmap.z[1, :3].tolist() == pytest.approx([0.5, 0.6, 0.7])
    assert np.isnan(heatmap.z[1, 3:]).all()
    assert heatmap.customdata[1][0] == "<b>w5</b>: 50.0 %<br>x 50.0 %"
    assert list(text.text)[5:] == ["w5", "w6", "w7", "", ""]


def test_a_simulation_outlines_what_was_chosen() -> None:
    chosen = SimulatedToken(
        token=token("cat"),
        choice=Choice.REPLACED,
        shown="dog",
        guess=guess("cat", 0.5),
        probability=0.5,
        correct=True,
    )
    untouched = [
        SimulatedToken(
            token=given, choice=None, shown=given.text, guess=None, probability=None, correct=None
        )
        for given in (token("[CLS]", special=True), token("ly", continues_word=True))
    ]
    tokens = (untouched[0], untouched[1], chosen)
    figure = plots.simulation(
        Simulation(tokens=tokens, loss=math.log(2), accuracy=1.0, chosen=1, seed=0)
    )
    assert list(figure.data[1].text)[:3] == ["·ly", "dog", ""]  # no special tokens
    [outline] = figure.layout.shapes
    assert (outline.x0 + outline.x1) / 2 == pytest.approx(1)
    assert outline.line.color == template.ORANGE


def test_a_comparison_joins_both_probabilities_of_a_word() -> None:
    filling = Filling(masked=MASKED, guesses=((guess("nurse", 0.1),),), entropy=(1.0,))
    row = ComparedGuess(token="nurse", token_id=1, first=0.1, second=0.4, log_ratio=math.log(4))
    figure = plots.comparison(Comparison(first=filling, second=filling, rows=(row,)))
    line, first, second = figure.data
    assert list(line.x) == [0.1, 0.4]
    assert list(first.x) == [0.1]
    assert list(second.x) == [0.4]
    assert first.marker.symbol != second.marker.symbol  # not told apart by colour alone


def test_long_tokens_are_cut_with_an_ellipsis() -> None:
    assert template.shortened("a" * 10) == "a" * 10
    assert template.shortened("a" * 11) == "a" * 9 + "…"

import numpy as np
import pytest

from playground.models.queries import Labels
from playground.plots import sentiment as plots
from playground.plots.template import BLUE, ORANGE
from playground.sentiment import Classified, Deletion, Edit, Part, Word
from playground.text.reading import ReadText, Window

NAMES = ("NEGATIVE", "<b>POSITIVE</b>")
CUT = "&lt;b&gt;POSITIVE&lt;/…"  # to 14 characters


def classified(*parts: tuple[int, int, float], text: str = "x" * 100) -> Classified:
    """A text with windows from, to and their probability of the second label."""
    windows = tuple(
        Part(
            window=Window(input_ids=(), begin=0, end=1, lead=0),
            start=start,
            end=end,
            probabilities=(1 - value, value),
        )
        for start, end, value in parts
    )
    mean = sum(value for _, _, value in parts) / len(parts)
    read = ReadText(
        text=text, ids=(1,), spans=((0, 1),), words=(0,), front=(), back=(), max_tokens=9
    )
    return Classified(
        read=read, labels=Labels(names=NAMES), parts=windows, probabilities=(1 - mean, mean)
    )


def word(text: str, value: float) -> Word:
    return Word(text=text, start=0, end=len(text), tokens=(0,), value=value)


def test_labels_are_bars_the_likeliest_first_and_as_written() -> None:
    figure = plots.labels(classified((0, 9, 0.75)))
    [bar] = figure.data
    assert list(bar.x) == [0.75, 0.25]
    assert list(figure.layout.yaxis.ticktext) == ["&lt;b&gt;POSITIVE&lt;/b&gt;", "NEGATIVE"]


def test_words_are_told_apart_by_side_colour_and_pattern() -> None:
    figure = plots.words([word("good", 1.25), word("<i>", -0.5)])
    [bar] = figure.data
    assert list(bar.x) == [1.25, -0.5]
    assert list(bar.marker.color) == [BLUE, ORANGE]
    assert list(bar.marker.pattern.shape) == ["", "/"]
    assert list(bar.text) == ["+1.25", "−0.50"]
    assert list(figure.layout.yaxis.ticktext) == ["good", "&lt;i&gt;"]
    assert list(plots.words([word("good", 1.0)]).layout.xaxis.range) == [0, pytest.approx(1.35)]


def test_the_deletion_curves_differ_in_dash_and_symbol() -> None:
    found = Deletion(
        removed=(0, 1, 2),
        by_attribution=(0.9, 0.4, 0.5),
        at_random=(0.9, 0.8, 0.5),
        lowest=(0.9, 0.7, 0.5),
        highest=(0.9, 0.85, 0.5),
        order=(),
    )
    band, first, second = plots.deletion(found).data
    assert list(band.x) == [0, 1, 2, 2, 1, 0]
    assert list(band.y) == [0.9, 0.85, 0.5, 0.5, 0.7, 0.9]
    assert list(first.y) == [0.9, 0.4, 0.5]
    assert list(second.y) == [0.9, 0.8, 0.5]
    assert first.line.dash != second.line.dash
    assert first.marker.symbol != second.marker.symbol


def test_an_edit_joins_both_probabilities_of_each_label() -> None:
    found = Edit(
        before=classified((0, 9, 0.75)),
        after=classified((0, 9, 0.25)),
        changed_before=(),
        changed_after=(),
        label=1,
    )
    negative, positive, before, after = plots.edit(found).data
    assert list(negative.x) == [0.25, 0.75]
    assert list(positive.x) == [0.75, 0.25]
    assert list(before.x) == [0.25, 0.75]
    assert list(after.x) == [0.75, 0.25]
    assert before.marker.symbol != after.marker.symbol


def test_the_curve_has_a_dot_in_the_middle_of_each_window() -> None:
    found = classified((0, 40, 0.5), (20, 80, 1.0), text="a <b>\n text " + "x" * 90)
    figure = plots.curve(found, 1)
    reach, dots = figure.data
    assert list(reach.x) == [0, 40, None, 20, 80, None]
    assert list(dots.x) == [20, 50]
    assert list(dots.y) == [0.5, 1.0]
    assert dots.customdata[0].startswith("a &lt;b&gt; text x")
    assert figure.layout.shapes[0].y0 == 0.75


def test_models_stand_side_by_side_with_gaps_where_there_is_no_answer() -> None:
    one = classified((0, 9, 0.75))
    figure = plots.side_by_side({"a": [one, None], "<b>": [one, one]})
    cells, text = figure.data
    assert cells.z[0].tolist() == [0.75, 0.75]
    assert np.isnan(cells.z[1][0])
    assert list(text.text) == [CUT, CUT, "", CUT]
    assert list(figure.layout.xaxis.ticktext) == ["a", "&lt;b&gt;"]


def test_shares_are_of_all_texts() -> None:
    figure = plots.shares({"<a>": 1, "b": 3}, total=4)
    assert list(figure.data[0].x) == [0.25, 0.75]
    assert list(figure.layout.yaxis.ticktext) == ["&lt;a&gt; (1)", "b (3)"]

from collections.abc import Sequence

import numpy as np

from playground.named_entities import Aggregation, Found, Frequency, scheme
from playground.named_entities.find import entities
from playground.plots import named_entities as plots
from tests.named_entities.labelled import tokens

BIO = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")


def found(names: tuple[str, ...], rows: Sequence[Sequence[float]], *words: list[str]) -> Found:
    read = tokens(*words, probabilities=np.array(rows))
    labels = scheme(names)
    return Found(
        text=read.text,
        entities=entities(read, labels, Aggregation.FIRST),
        tokens=read,
        scheme=labels,
    )


def test_every_token_is_a_row_of_percentages() -> None:
    rows = [[0.996, 0.004, 0, 0, 0], [0.1, 0.7, 0.2, 0, 0], [0, 0.03, 0.97, 0, 0]]
    figure = plots.every_token(found(BIO, rows, ["in"], ["An", "<b>"]), 0, 3)
    heatmap, text = figure.data
    assert heatmap.z.tolist() == rows
    assert list(text.text)[:5] == ["100", "", "", "", ""]
    assert list(text.text)[5:10] == ["10", "70", "20", "", ""]
    assert list(figure.layout.xaxis.ticktext) == list(BIO)
    assert list(figure.layout.yaxis.ticktext) == ["in", "An", "·&lt;b&gt;"]
    assert heatmap.customdata[2][2] == "·&lt;b&gt;: I-PER 97.0 %"


def test_a_part_of_the_tokens_can_be_shown() -> None:
    rows = [[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 0, 1, 0]]
    figure = plots.every_token(found(BIO, rows, ["a"], ["b"], ["c"]), 1, 3)
    assert list(figure.layout.yaxis.ticktext) == ["b", "c"]
    assert figure.data[0].z.tolist() == rows[1:]


def test_of_many_labels_the_likeliest_are_shown_in_the_models_order() -> None:
    names = tuple(f"T{number}" for number in range(12))
    row = [0.01, 0.3, 0.0, 0.1, 0.09, 0.08, 0.07, 0.06, 0.05, 0.04, 0.0, 0.2]
    figure = plots.every_token(found(names, [row], ["a"]), 0, 1)
    shown = ["T1", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T11"]
    assert list(figure.layout.xaxis.ticktext) == shown


def test_frequencies_are_bars_with_the_most_frequent_on_top() -> None:
    rows = [
        Frequency(text="<i>Ada</i>", type="PER", count=3, texts=2),
        Frequency(text="Rome", type="LOC", count=1, texts=1),
    ]
    figure = plots.frequencies(rows)
    [bar] = figure.data
    assert list(bar.x) == [3, 1]
    assert list(bar.text) == ["3", "1"]
    assert list(bar.customdata) == ["3 in 2 texts", "1 in 1 text"]
    assert list(figure.layout.yaxis.ticktext) == ["&lt;i&gt;Ada&lt;/i&gt; · PER", "Rome · LOC"]
    assert list(figure.layout.yaxis.range) == [1.5, -0.5]
    assert len(plots.frequencies(rows * 20).data[0].x) == 20

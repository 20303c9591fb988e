"""What the figures of a report show."""

import plotly.graph_objects as go
import pytest

from playground.calibration import Bin
from playground.fine_tuning.evaluation.learning_curve import LearningCurve, Outlook, Point, Trend
from playground.fine_tuning.evaluation.report import (
    Cell,
    Confusion,
    LabelScores,
    Reliability,
    Score,
)
from playground.plots import evaluation as plots

CONFUSION = Confusion(
    rows=("<b>bad</b>", "good"),
    columns=("<b>bad</b>", "good"),
    cells=(
        Cell(row=0, column=0, count=3, examples=(1, 2, 3)),
        Cell(row=0, column=1, count=1, examples=(4,)),
        Cell(row=1, column=1, count=1200, examples=(5,)),
    ),
)


def score(value: float, low: float | None, high: float | None, name: str = "accuracy") -> Score:
    return Score(name=name, value=value, low=low, high=high, method="Wilson")


def test_a_square_over_each_cell_takes_the_click() -> None:
    made = plots.confusion(CONFUSION)
    heat, squares = made.data
    assert heat.z.tolist() == [[0.75, 0.25], [0, 1]]
    assert isinstance(squares, go.Scatter)
    assert squares.marker.opacity == 0
    assert squares.marker.symbol == "square"
    assert list(zip(squares.x, squares.y, strict=True)) == [(0, 0), (1, 0), (1, 1)]
    assert [(one.x, one.y, one.text) for one in made.layout.annotations] == [
        (0, 0, "3"),
        (1, 0, "1"),
        (1, 1, "1,200"),
    ]
    assert isinstance(squares.customdata, (list, tuple))
    assert squares.customdata[1][:2] == [0, 1]
    assert squares.customdata[1][4:] == [1, 0.25]


def test_rows_go_down_and_labels_are_text() -> None:
    made = plots.confusion(CONFUSION)
    assert list(made.layout.yaxis.range) == [1.5, -0.5]
    assert made.layout.yaxis.ticktext[0] == "&lt;b&gt;bad&lt;/b&gt;"
    assert made.data[1].customdata[0][2] == "&lt;b&gt;bad&lt;/b&gt;"


def test_a_large_matrix_has_no_numbers_and_still_takes_clicks() -> None:
    names = tuple(str(number) for number in range(60))
    cells = (Cell(row=59, column=0, count=1, examples=(0,)),)
    made = plots.confusion(Confusion(rows=names, columns=names, cells=cells))
    assert not made.layout.annotations
    assert made.data[1].customdata[0][:2] == [59, 0]


def test_scores_stand_with_their_intervals() -> None:
    made = plots.scores(
        {
            "Your model": [score(0.9, 0.8, 0.95), score(0.85, 0.7, 0.9, "macro F1")],
            "simple": [score(0.7, 0.6, 0.8), score(0.6, None, None, "macro F1")],
        }
    )
    model, simple = made.data
    assert list(model.x) == [0.9, 0.85]
    assert list(model.error_x.array) == pytest.approx([0.05, 0.05])
    assert list(model.error_x.arrayminus) == pytest.approx([0.1, 0.15])
    assert list(simple.error_x.array) == pytest.approx([0.1, 0])
    assert model.marker.symbol != simple.marker.symbol  # told apart without colour
    assert list(made.layout.yaxis.ticktext) == ["accuracy", "macro F1"]
    assert made.layout.showlegend


def test_the_worst_labels_come_first_and_at_most_thirty() -> None:
    found = [
        LabelScores(label=f"<{n}>", precision=0.5, recall=1.0, f1=n / 100, support=n)
        for n in range(40, 0, -1)
    ]
    made = plots.labels(found)
    bars, precision, recall = made.data
    assert list(bars.x) == [n / 100 for n in range(1, 31)]
    assert made.layout.yaxis.ticktext[0] == "&lt;1&gt;"
    assert (precision.name, recall.name) == ("Precision", "Recall")
    assert set(recall.x) == {1.0}


def test_reliability_has_a_diagonal_and_larger_points_for_more_answers() -> None:
    bins = (
        Bin(low=0.5, high=0.6, count=4, confidence=0.55, accuracy=0.25),
        Bin(low=0.9, high=1.0, count=100, confidence=0.95, accuracy=0.9),
    )
    found = Reliability(bins=bins, error=0.1, about="")
    diagonal, before, after = plots.reliability({"Before": found, "After": found}).data
    assert (list(diagonal.x), list(diagonal.y)) == ([0, 1], [0, 1])
    assert (list(before.x), list(before.y)) == ([0.55, 0.95], [0.25, 0.9])
    assert list(after.marker.size) == pytest.approx([10.8, 22])
    assert before.marker.symbol != after.marker.symbol


def test_the_learning_curve_goes_on_to_twice_the_examples() -> None:
    curve = LearningCurve(
        score_name="accuracy",
        points=tuple(
            Point(examples=size, share=size / 400, seed=0, score=0.5)
            for size in (100, 200, 300, 400)
        ),
    )
    outlook = Outlook(
        trend=Trend.RISING, gain=0.05, low=0.04, high=0.06, start=0.1, sentence="Rising."
    )
    made = plots.learning_curve(curve, outlook)
    dots, line = made.data
    assert list(dots.x) == [100, 200, 300, 400]
    assert list(line.x) == [200, 800]
    assert line.y[1] - line.y[0] == pytest.approx(2 * 0.05)  # two doublings
    assert made.layout.xaxis.type == "log"
    assert list(made.layout.xaxis.tickvals) == [100, 200, 300, 400, 800]

"""Would more data help: what is drawn, what is fitted, and each answer."""

from collections import Counter
from itertools import pairwise
from math import log2
from pathlib import Path

import numpy as np
import pytest

from playground.fine_tuning import Dataset, Part
from playground.fine_tuning.evaluation import learning_curve
from playground.fine_tuning.evaluation.learning_curve import LearningCurve, Point, Trend
from tests.fine_tuning.judged import labelled

DATASET = labelled([("a",)] * 40 + [("b",)] * 10 + [("c",)], [("a",), ("b",)])


def curve(*scores: tuple[float, float, float], early: float = 0.1) -> LearningCurve:
    """Return points at 100, 200, 300 and 400 examples; a row of three late scores a seed."""
    points = [
        Point(examples=round(400 * share), share=share, seed=seed, score=score)
        for seed, late in enumerate(scores)
        for share, score in zip(learning_curve.SHARES, (early, *late), strict=True)
    ]
    return LearningCurve(score_name="accuracy", points=tuple(points))


def test_subsets_keep_the_shares_of_labels_and_lie_in_each_other() -> None:
    parts = [
        learning_curve.subset(DATASET, share, 1).parts[Part.TRAINING]
        for share in learning_curve.SHARES
    ]
    assert [Counter(one.labels[0] for one in part) for part in parts] == [
        {"a": 10, "b": 3, "c": 1},
        {"a": 20, "b": 5, "c": 1},
        {"a": 30, "b": 8, "c": 1},
        {"a": 40, "b": 10, "c": 1},
    ]
    for smaller, larger in pairwise(parts):
        assert {one.number for one in smaller} < {one.number for one in larger}
    assert parts[-1] == DATASET.parts[Part.TRAINING]
    other = learning_curve.subset(DATASET, 0.25, 2).parts[Part.TRAINING]
    assert other != parts[0]
    assert learning_curve.subset(DATASET, 0.25, 1).parts[Part.TRAINING] == parts[0]


def test_each_size_is_trained_with_each_seed() -> None:
    def fit(dataset: Dataset, seed: int) -> float:
        return len(dataset.parts[Part.TRAINING]) / 64 + seed

    found = learning_curve.measured(DATASET, fit, "accuracy")
    assert len(found.points) == 16
    assert found.points[1] == Point(examples=14, share=0.25, seed=1, score=14 / 64 + 1)
    assert found.points[-1] == Point(examples=51, share=1.0, seed=3, score=51 / 64 + 3)


def test_the_gain_of_a_doubling_is_read_from_the_late_points() -> None:
    # Five points a doubling from half on, exactly; the first point is far below and does not count.
    late = tuple(0.5 + 0.05 * log2(size) for size in (200, 300, 400))
    found = learning_curve.outlook(curve(late, late))  # type: ignore[arg-type]
    assert found.gain == pytest.approx(0.05)
    assert (found.low, found.high) == pytest.approx((0.05, 0.05), abs=1e-6)
    assert found.start == pytest.approx(0.5)
    assert found.trend is Trend.RISING
    assert "rose by 5.0 points" in found.sentence


def test_the_interval_is_that_of_least_squares() -> None:
    scores = [(0.80, 0.84, 0.85), (0.82, 0.83, 0.86), (0.79, 0.85, 0.84)]
    found = learning_curve.outlook(curve(*scores))
    x = np.log2([200, 300, 400] * 3)
    y = np.array(scores).ravel()
    slope, intercept = np.polyfit(x, y, 1)
    left = y - slope * x - intercept
    error = np.sqrt((left**2).sum() / 7 / ((x - x.mean()) ** 2).sum())
    margin = 2.364624 * error  # Student's t with 7 degrees of freedom
    assert (found.gain, found.low, found.high) == pytest.approx(
        (slope, slope - margin, slope + margin), rel=1e-5
    )


@pytest.mark.parametrize(
    ("scores", "trend", "begins"),
    [
        ([(0.7, 0.74, 0.77), (0.71, 0.73, 0.78), (0.7, 0.75, 0.78)], Trend.RISING, "Still rising:"),
        ([(0.9, 0.901, 0.9), (0.899, 0.9, 0.9), (0.9, 0.9, 0.901)], Trend.FLAT, "Flat:"),
        ([(0.9, 0.8, 0.85), (0.8, 0.9, 0.8), (0.85, 0.7, 0.95)], Trend.UNCLEAR, "Not enough"),
        # It falls, and surely so: more of the same does not help.
        ([(0.9, 0.86, 0.82), (0.9, 0.85, 0.82), (0.9, 0.86, 0.81)], Trend.FLAT, "Flat:"),
    ],
)
def test_each_answer_has_its_sentence(
    scores: list[tuple[float, float, float]], trend: Trend, begins: str
) -> None:
    found = learning_curve.outlook(curve(*scores))
    assert found.trend is trend
    assert found.sentence.startswith(begins)


def test_a_curve_survives_its_file(tmp_path: Path) -> None:
    made = curve((0.1, 0.2, 0.3), (0.3, 0.2, 0.123456789))
    (tmp_path / learning_curve.NAME).write_bytes(learning_curve.dump(made))
    assert learning_curve.load(tmp_path / learning_curve.NAME) == made

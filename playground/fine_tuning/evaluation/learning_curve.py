"""Would more data help? Scores of a quick method on growing shares of the training examples."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from math import ceil, log2
from pathlib import Path

import numpy as np

from playground.fine_tuning.dataset import Dataset, Example, Part

NAME = "learning_curve.json"  # among a run's outputs
SHARES = (0.25, 0.5, 0.75, 1.0)
SEEDS = (0, 1, 2, 3)
FITTED_FROM = 0.5  # the share from which on points count: early steps say little of the next one
WORTH = 0.01  # of score, for twice the examples

# Trains on a data set with a smaller training part, by a seed; returns the validation score.
Fit = Callable[[Dataset, int], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The score of one training."""

    examples: int  # that it learned from
    share: float  # of all training examples
    seed: int
    score: float  # between 0 and 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningCurve:
    """Scores of trainings on growing shares of the examples."""

    score_name: str
    points: tuple[Point, ...]


class Trend(StrEnum):
    """What more examples would do."""

    RISING = "still rising"
    FLAT = "flat"
    UNCLEAR = "not enough to tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What the curve says of twice as many examples; figures in score, between -1 and 1."""

    trend: Trend
    gain: float  # a doubling of the examples
    low: float  # 95 % interval of the gain
    high: float
    start: float  # the fitted score at one example: start + gain * log2(examples)
    sentence: str


def measured(dataset: Dataset, fit: Fit, score_name: str) -> LearningCurve:
    """Return the scores of ``fit`` on a quarter, half, three quarters and all of the examples.

    Each seed shuffles anew, and its smaller parts lie in its larger ones. A part has of every label
    the same share, rounded up, so that none is lost.
    """
    points = []
    for share in SHARES:
        for seed in SEEDS:
            smaller = subset(dataset, share, seed)
            points.append(
                Point(
                    examples=len(smaller.parts[Part.TRAINING]),
                    share=share,
                    seed=seed,
                    score=fit(smaller, seed),
                )
            )
    return LearningCurve(score_name=score_name, points=tuple(points))


def subset(dataset: Dataset, share: float, seed: int) -> Dataset:
    """Return ``dataset`` with a ``share`` of its training examples, drawn by ``seed``."""
    training = dataset.parts[Part.TRAINING]
    groups: defaultdict[tuple[str, ...], list[Example]] = defaultdict(list)
    for place in np.random.default_rng(seed).permutation(len(training)):
        groups[training[place].label_names[:1]].append(training[place])
    kept = {id(one) for group in groups.values() for one in group[: ceil(share * len(group))]}
    smaller = tuple(one for one in training if id(one) in kept)
    return replace(dataset, parts={**dataset.parts, Part.TRAINING: smaller})


def outlook(curve: LearningCurve) -> Outlook:
    """Return what twice the examples would do to the score.

    From half of the examples on, a line is fitted to the scores over the logarithm of their number
    by least squares; its slope is the gain of a doubling, with Student's interval. Curves are about
    straight on such an axis before they level off (Viering and Loog 2022, arXiv:2103.10948), so the
    next doubling brings about as much, or less.

    Raises:
        ValueError: fewer than three points, or all of one size, lie from half of the examples on.
    """
    from scipy.stats import linregress, t

    late = [point for point in curve.points if point.share >= FITTED_FROM]
    fitted = linregress([log2(one.examples) for one in late], [one.score for one in late])
    margin = float(t.ppf(0.975, len(late) - 2) * fitted.stderr)
    gain = float(fitted.slope)
    trend = _trend(gain - margin, gain + margin)
    return Outlook(
        trend=trend,
        gain=gain,
        low=gain - margin,
        high=gain + margin,
        start=float(fitted.intercept),
        sentence=_sentence(trend, gain, gain - margin, gain + margin),
    )


def _trend(low: float, high: float) -> Trend:
    if high < WORTH:
        return Trend.FLAT
    return Trend.RISING if low > 0 else Trend.UNCLEAR


def _sentence(trend: Trend, gain: float, low: float, high: float) -> str:
    interval = f"(95 % interval {100 * low:+.1f} to {100 * high:+.1f})"
    return {
        Trend.RISING: "Still rising: from half of your examples to all of them the score rose by "
        f"{100 * gain:.1f} points {interval}. Twice as many would probably add up to about as much "
        "again.",
        Trend.FLAT: "Flat: from half of your examples to all of them the score changed by "
        f"{100 * gain:+.1f} points {interval}. More of the same will hardly help; clearer labels, "
        "another base model or method may.",
        Trend.UNCLEAR: "Not enough to tell: from half of your examples to all of them the score "
        f"changed by {100 * gain:+.1f} points {interval}, which chance alone may do.",
    }[trend]


def dump(curve: LearningCurve) -> bytes:
    """Return ``curve`` as UTF-8 JSON, which ``load`` reads."""
    return json.dumps(asdict(curve), allow_nan=False).encode()


def load(path: Path) -> LearningCurve:
    """Return the curve in the file at ``path``."""
    value = json.loads(path.read_bytes())
    points = tuple(Point(**point) for point in value["points"])
    return LearningCurve(score_name=value["score_name"], points=points)

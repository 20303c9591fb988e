"""A model's scores beside those of simpler ones, and an honest sentence on each difference."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from playground.fine_tuning.evaluation import intervals
from playground.fine_tuning.evaluation.intervals import ACCURACY, RIGHT, Metric
from playground.fine_tuning.evaluation.report import Baseline, Comparison, Outcome, Score

P_VALUE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Simple:
    """A simpler system: its counts float32 [example, label, channel], and what it is."""

    name: str
    about: str
    counts: np.ndarray


def scored(
    counts: np.ndarray, simpler: Sequence[Simple], metrics: Sequence[Metric]
) -> tuple[tuple[Score, ...], tuple[Baseline, ...]]:
    """Return the model's scores and the simpler systems', the first metric being the headline.

    ``counts`` are the model's, float32 [example, label, channel].
    """
    systems = [counts, *(one.counts for one in simpler)]
    sums = intervals.drawn_sums(systems)
    scores = [
        tuple(_score(metric, one, drawn) for metric in metrics)
        for one, drawn in zip(systems, sums, strict=True)
    ]
    baselines = tuple(
        Baseline(
            name=one.name,
            about=one.about,
            scores=of_it,
            comparison=_compared(one.name, metrics[0], (counts, one.counts), (sums[0], drawn)),
        )
        for one, of_it, drawn in zip(simpler, scores[1:], sums[1:], strict=True)
    )
    return scores[0], baselines


def _score(metric: Metric, counts: np.ndarray, drawn: np.ndarray) -> Score:
    value = _value(metric, counts)
    low, high = intervals.percentiles(metric.of(drawn))
    method = intervals.BOOTSTRAP
    # Where all answers are right, or none, every draw is alike and would feign certainty.
    if metric is ACCURACY or (low == high and value in {0.0, 1.0}):
        low, high = intervals.wilson(round(value * len(counts)), len(counts))
        method = intervals.WILSON
    return Score(name=metric.name, value=value, low=low, high=high, method=method)


def _value(metric: Metric, counts: np.ndarray) -> float:
    return float(metric.of(counts.sum(axis=0, dtype=np.float64)))


def _compared(
    name: str,
    metric: Metric,
    counts: tuple[np.ndarray, np.ndarray],
    drawn: tuple[np.ndarray, np.ndarray],
) -> Comparison:
    values = _value(metric, counts[0]), _value(metric, counts[1])
    differences = metric.of(drawn[0]) - metric.of(drawn[1])
    low, high = intervals.percentiles(differences)
    if metric is ACCURACY:
        right = [one[..., RIGHT].sum(axis=1) > 0 for one in counts]
        p_value, test = intervals.mcnemar(*right), intervals.MCNEMAR
    else:
        p_value, test = intervals.bootstrap_p(differences), intervals.PAIRED
    outcome = outcome_of(values[0] - values[1], p_value)
    return Comparison(
        outcome=outcome,
        difference=values[0] - values[1],
        low=low,
        high=high,
        p_value=p_value,
        test=test,
        sentence=sentence(outcome, name, metric.name, values, len(counts[0])),
    )


def outcome_of(gain: float, p_value: float) -> Outcome:
    """Return what a ``gain`` over another system comes to."""
    if gain > 0:
        return Outcome.BETTER if p_value < P_VALUE else Outcome.MAYBE_BETTER
    return Outcome.WORSE if p_value < P_VALUE and gain < 0 else Outcome.NOT_BETTER


def sentence(
    outcome: Outcome, name: str, score: str, values: tuple[float, float], examples: int
) -> str:
    """Return what a visitor should know of the comparison with the system ``name``."""
    against = f"{100 * values[0]:.1f} % against {100 * values[1]:.1f} % {score}"
    same = f"on the same {examples:,} examples"
    return {
        Outcome.BETTER: f"Your model beats {name}: {against} {same}, more than chance explains.",
        Outcome.MAYBE_BETTER: f"Your model scores higher than {name}, {against}, but {same} that "
        "may be chance. More examples to measure on would tell.",
        Outcome.NOT_BETTER: f"Your model does not beat {name}: {against} {same}. More examples, "
        "clearer labels or longer training may help; if not, the simple way is as good.",
        Outcome.WORSE: f"Your model is worse than {name}: {against} {same}, more than chance "
        "explains. Check the labels, train longer or with another learning rate, or take the "
        "simple way.",
    }[outcome]

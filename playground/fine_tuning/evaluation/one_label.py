"""Answers where a text, or a pair of texts, has exactly one label."""

import numpy as np

from playground import calibration
from playground.calibration import Outcomes
from playground.fine_tuning.evaluation.confusion import cells
from playground.fine_tuning.evaluation.intervals import ACCURACY, MACRO_F1, Metric
from playground.fine_tuning.evaluation.report import Answer, Confusion, Mistake, Reliability

METRICS: tuple[Metric, ...] = (ACCURACY, MACRO_F1)
PRIOR = 1.0  # texts that say nothing, beside those that the temperature is fitted on


def temperature(outcomes: Outcomes) -> float:
    """Return what to divide logits by so that probabilities say how often the model is right."""
    return calibration.fitted_temperature([outcomes], PRIOR)


def probabilities(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Return the softmax of ``logits / temperature``, float64 [example, label]."""
    return Outcomes(logits, np.empty(0)).probabilities(temperature)


def given(found: np.ndarray) -> np.ndarray:
    """Return which label is likeliest, bool [example, label]."""
    likeliest: np.ndarray = found.argmax(axis=1)[:, None] == np.arange(found.shape[1])
    return likeliest


def confusion(labels: tuple[str, ...], true: np.ndarray, said: np.ndarray) -> Confusion:
    """Return the true labels against those that were said, from bool [example, label]."""
    rows, columns = true.argmax(axis=1).tolist(), said.argmax(axis=1).tolist()
    found = cells(zip(rows, columns, range(len(rows)), strict=True))
    return Confusion(rows=labels, columns=labels, cells=found)


def mistakes(
    labels: tuple[str, ...], true: np.ndarray, said: np.ndarray, found: np.ndarray
) -> list[Mistake]:
    """Return the examples with a wrong label."""
    rows, columns = true.argmax(axis=1), said.argmax(axis=1)
    return [
        Mistake(
            example=example,
            truth=labels[rows[example]],
            said=labels[columns[example]],
            probability=float(found[example, columns[example]]),
        )
        for example in (rows != columns).nonzero()[0].tolist()
    ]


def answers(labels: tuple[str, ...], said: np.ndarray, found: np.ndarray) -> tuple[Answer, ...]:
    """Return each example's likeliest label with its probability."""
    return tuple(
        Answer(labels=(labels[label],), probabilities=(float(row[label]),))
        for label, row in zip(said.argmax(axis=1).tolist(), found, strict=True)
    )


def reliability(outcomes: Outcomes, fitted: float, *, fitted_here: bool) -> tuple[Reliability, ...]:
    """Return how far the model's confidence can be trusted, before the temperature and after.

    Where the temperature was ``fitted_here``, on these very examples, one half is measured at the
    temperature that fits the other half: none is judged by what was fitted on it.
    """
    before = _confidences(outcomes, np.ones(len(outcomes.labels)))
    found = [_reliability(before, "As the model computes them.")]
    if not fitted_here:
        after = _confidences(outcomes, np.full(len(outcomes.labels), fitted))
        about = f"Logits divided by the temperature {fitted:.2f}, fitted on the validation part."
        found.append(_reliability(after, about))
    elif len(outcomes.labels) > 1:
        after = _confidences(outcomes, _cross_fitted(outcomes))
        about = "Logits divided by a temperature, each half by the one that fits the other half."
        found.append(_reliability(after, about))
    return tuple(found)


def _cross_fitted(outcomes: Outcomes) -> np.ndarray:
    """Return a temperature an example, float [example], fitted on the other half of them."""
    odd = np.arange(len(outcomes.labels)) % 2 == 1
    halves = [Outcomes(outcomes.logits[half], outcomes.labels[half]) for half in (odd, ~odd)]
    of_odd, of_even = map(temperature, halves)
    return np.where(odd, of_even, of_odd)


def _confidences(outcomes: Outcomes, temperatures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    found = probabilities(outcomes.logits / temperatures[:, None], 1.0)
    return found.max(axis=1), found.argmax(axis=1) == outcomes.labels


def _reliability(found: tuple[np.ndarray, np.ndarray], about: str) -> Reliability:
    bins = calibration.bins(*found)
    return Reliability(bins=bins, error=calibration.error_of(bins), about=about)

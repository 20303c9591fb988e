"""Answers where a text may have any number of labels."""

import numpy as np

from playground import calibration
from playground.fine_tuning.evaluation.confusion import cells
from playground.fine_tuning.evaluation.intervals import MACRO_F1, MICRO_F1, Metric
from playground.fine_tuning.evaluation.report import Answer, Confusion, Mistake, Reliability

METRICS: tuple[Metric, ...] = (MICRO_F1, MACRO_F1)
THRESHOLD = 0.5  # from which a text has a label
COLUMNS = ("found", "missed", "wrongly given")


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Return the sigmoid of ``logits``, float64 [example, label]."""
    from scipy.special import expit

    found: np.ndarray = expit(logits)
    return found


def given(found: np.ndarray) -> np.ndarray:
    """Return which labels are as likely as not, or likelier, bool [example, label]."""
    likely: np.ndarray = found >= THRESHOLD
    return likely


def confusion(labels: tuple[str, ...], true: np.ndarray, said: np.ndarray) -> Confusion:
    """Return of each label what was found, missed and wrongly given, from bool [example, label]."""
    kinds = (true & said, true & ~said, ~true & said)
    found = (
        (label, column, example)
        for column, kind in enumerate(kinds)
        for example, label in np.argwhere(kind).tolist()
    )
    return Confusion(rows=labels, columns=COLUMNS, cells=cells(found))


def mistakes(
    labels: tuple[str, ...], true: np.ndarray, said: np.ndarray, found: np.ndarray
) -> list[Mistake]:
    """Return each label that is missing or too much; how sure the model was of either."""
    return [
        Mistake(
            example=example,
            truth=labels[label] if true[example, label] else "",
            said=labels[label] if said[example, label] else "",
            probability=float(max(found[example, label], 1 - found[example, label])),
        )
        for example, label in np.argwhere(true != said).tolist()
    ]


def answers(labels: tuple[str, ...], said: np.ndarray, found: np.ndarray) -> tuple[Answer, ...]:
    """Return the labels of each example with their probabilities."""
    return tuple(
        Answer(
            labels=tuple(labels[label] for label in row.nonzero()[0]),
            probabilities=tuple(of_it[row].tolist()),
        )
        for row, of_it in zip(said, found, strict=True)
    )


def reliability(true: np.ndarray, found: np.ndarray) -> tuple[Reliability, ...]:
    """Return how often a label that gets a probability is true, over all labels and texts."""
    bins = calibration.bins(found.ravel(), true.ravel())
    about = "Every label of every text, as the model computes them."
    return (Reliability(bins=bins, error=calibration.error_of(bins), about=about),)

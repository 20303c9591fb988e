"""What a classifier is worth: one label a text, pairs of texts, or several labels a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from playground.calibration import Outcomes
from playground.fine_tuning.dataset import Dataset, Example, Part
from playground.fine_tuning.evaluation import baselines, comparing, one_label, several_labels
from playground.fine_tuning.evaluation.intervals import GIVEN, RIGHT, TRUE, Metric
from playground.fine_tuning.evaluation.predictions import Predictions
from playground.fine_tuning.evaluation.report import (
    Answer,
    Confusion,
    LabelScores,
    Mistake,
    PartReport,
)
from playground.fine_tuning.tasks import Task

MAX_MISTAKES = 200


@dataclass(frozen=True, slots=True)
class Simpler:
    """The simple systems, trained once for all parts."""

    most_frequent: str
    majority: baselines.Decide
    simple: baselines.Decide
    about_simple: str

    @classmethod
    def of(cls, dataset: Dataset) -> "Simpler":
        """Return those of a data set."""
        pairs = dataset.task is Task.PAIRS
        about = baselines.ABOUT_PAIRS if pairs else baselines.ABOUT_TEXTS
        return cls(*baselines.majority(dataset), baselines.simple(dataset), about)

    def on(self, examples: Sequence[Example], true: np.ndarray) -> list[comparing.Simple]:
        """Return what they make of ``examples`` with the labels ``true``, bool [example, label]."""
        return [
            comparing.Simple(
                name=baselines.MAJORITY,
                about=f"Every text is “{self.most_frequent}”.",
                counts=_counts(true, self.majority(examples)),
            ),
            comparing.Simple(
                name=baselines.SIMPLE,
                about=self.about_simple,
                counts=_counts(true, self.simple(examples)),
            ),
        ]


class _Kind(Protocol):
    """What the modules of one label a text, and of several, do each in its way."""

    METRICS: tuple[Metric, ...]

    def given(self, found: np.ndarray) -> np.ndarray: ...

    def confusion(
        self, labels: tuple[str, ...], true: np.ndarray, said: np.ndarray
    ) -> Confusion: ...

    def mistakes(
        self, labels: tuple[str, ...], true: np.ndarray, said: np.ndarray, found: np.ndarray
    ) -> list[Mistake]: ...

    def answers(
        self, labels: tuple[str, ...], said: np.ndarray, found: np.ndarray
    ) -> tuple[Answer, ...]: ...


def temperature(dataset: Dataset, predictions: Predictions) -> float | None:
    """Return the temperature that fits the validation part; None with several labels a text."""
    if dataset.task is Task.MULTI_LABEL:
        return None
    true = baselines.truth(dataset, dataset.parts[Part.VALIDATION])
    return one_label.temperature(Outcomes(_logits(predictions), true.argmax(axis=1)))


def part_report(
    dataset: Dataset,
    part: Part,
    predictions: Predictions,
    simpler: Simpler,
    fitted: float | None,
) -> PartReport:
    """Return what is found on one part, with probabilities at the ``fitted`` temperature."""
    examples, labels = dataset.parts[part], dataset.labels
    true, logits = baselines.truth(dataset, examples), _logits(predictions)
    kind: _Kind
    if dataset.task is Task.MULTI_LABEL:
        kind = several_labels
        found = several_labels.probabilities(logits)
        reliability = several_labels.reliability(true, found)
    else:
        kind = one_label
        found = one_label.probabilities(logits, fitted or 1.0)
        reliability = one_label.reliability(
            Outcomes(logits, true.argmax(axis=1)),
            fitted or 1.0,
            fitted_here=part is Part.VALIDATION,
        )
    said = kind.given(found)
    counts = _counts(true, said)
    scores, compared = comparing.scored(counts, simpler.on(examples, true), kind.METRICS)
    mistakes = sorted(kind.mistakes(labels, true, said, found), key=lambda one: -one.probability)
    return PartReport(
        part=part,
        examples=len(examples),
        scores=scores,
        baselines=compared,
        labels=label_scores(labels, counts),
        confusion=kind.confusion(labels, true, said),
        mistakes=tuple(mistakes[:MAX_MISTAKES]),
        reliability=reliability,
        answers=kind.answers(labels, said, found),
    )


def label_scores(labels: tuple[str, ...], counts: np.ndarray) -> tuple[LabelScores, ...]:
    """Return precision, recall and F1 of each label from counts [example, label, channel]."""
    sums = counts.sum(axis=0, dtype=np.float64)
    return tuple(
        LabelScores(
            label=label,
            precision=float(of_it[RIGHT] / max(of_it[GIVEN], 1)),
            recall=float(of_it[RIGHT] / max(of_it[TRUE], 1)),
            f1=float(2 * of_it[RIGHT] / max(of_it[GIVEN] + of_it[TRUE], 1)),
            support=round(of_it[TRUE]),
        )
        for label, of_it in zip(labels, sums, strict=True)
    )


def _logits(predictions: Predictions) -> np.ndarray:
    if predictions.logits is None:
        raise ValueError("A classifier is judged by its logits, and there are none.")
    return predictions.logits.astype(np.float64)


def _counts(true: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Return float32 [example, label, channel]."""
    return np.stack([true & given, given, true], axis=-1).astype(np.float32)

"""What a tagger is worth: strict and partial F1 by nervaluate, and which entities are confused.

Strict: type and both ends right. Partial: an entity that overlaps a true one counts half, whatever
its type (SemEval-2013, task 9.1: Segura-Bedmar et al. 2013).
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np

from playground import calibration
from playground.fine_tuning.dataset import Dataset, Part, Span
from playground.fine_tuning.evaluation import baselines, comparing
from playground.fine_tuning.evaluation.baselines import Find
from playground.fine_tuning.evaluation.confusion import cells
from playground.fine_tuning.evaluation.intervals import PARTIAL_F1, STRICT_F1
from playground.fine_tuning.evaluation.predictions import PredictedSpan, Predictions
from playground.fine_tuning.evaluation.report import (
    Answer,
    Confusion,
    EntityCounts,
    LabelScores,
    Mistake,
    PartReport,
    Reliability,
)

NO_ENTITY = "no entity"
MAX_MISTAKES = 200
AnySpan: TypeAlias = Span | PredictedSpan
Pair: TypeAlias = tuple[Span | None, PredictedSpan | None]


def part_report(dataset: Dataset, part: Part, predictions: Predictions, known: Find) -> PartReport:
    """Return what is found on one part; ``known`` is the baseline, trained once for all parts."""
    if predictions.spans is None:
        raise ValueError("A tagger is judged by its spans, and there are none.")
    examples, labels, said = dataset.parts[part], dataset.labels, predictions.spans
    true = [one.spans for one in examples]
    nothing: list[tuple[Span, ...]] = [() for _ in examples]
    scores, compared = comparing.scored(
        counts(true, said, labels),
        [
            comparing.Simple(
                name=baselines.NOTHING,
                about="No word is of an entity, as most words are of none.",
                counts=counts(true, nothing, labels),
            ),
            comparing.Simple(
                name=baselines.SIMPLE,
                about=baselines.ABOUT_ENTITIES,
                counts=counts(true, known(examples), labels),
            ),
        ],
        [STRICT_F1, PARTIAL_F1],
    )
    pairs = [list(paired(*spans)) for spans in zip(true, said, strict=True)]
    return PartReport(
        part=part,
        examples=len(examples),
        scores=scores,
        baselines=compared,
        labels=label_scores(true, said, labels),
        confusion=_confusion(labels, pairs),
        mistakes=_mistakes(pairs),
        reliability=_reliability(true, said),
        answers=tuple(Answer(spans=spans) for spans in said),
        entities=_counted(pair for of_it in pairs for pair in of_it),
    )


def paired(true: Sequence[Span], said: Sequence[AnySpan]) -> Iterable[tuple[Any, Any]]:
    """Yield each entity that was said with the true one it meets, and those that meet none.

    It meets the one with its very ends, or else the first that it overlaps and no other has met.
    """
    left = list(true)
    for one in said:
        overlapping = [other for other in left if one.start < other.end and other.start < one.end]
        same = [other for other in overlapping if (other.start, other.end) == (one.start, one.end)]
        met = next(iter([*same, *overlapping]), None)
        if met is not None:
            left.remove(met)
        yield met, one
    yield from ((other, None) for other in left)


def counts(
    true: Sequence[Sequence[Span]], said: Sequence[Sequence[AnySpan]], labels: Sequence[str]
) -> np.ndarray:
    """Return how many entities are right, said, true and partly right.

    As float32 [example, label, channel]; one partly right counts as half.
    """
    place = {label: number for number, label in enumerate(labels)}
    found = np.zeros((len(true), len(labels), 4), dtype=np.float32)
    for row, spans in zip(found, map(paired, true, said), strict=True):
        for met, one in spans:
            if one is not None:
                row[place[one.label]] += (0, 1, 0, 0)
            if met is not None:
                row[place[met.label]] += (0, 0, 1, 0)
            if met is not None and one is not None:
                ends = (met.start, met.end) == (one.start, one.end)
                row[place[met.label]] += (ends and met.label == one.label, 0, 0, 1 if ends else 0.5)
    return found


def label_scores(
    true: Sequence[Sequence[Span]],
    said: Sequence[Sequence[AnySpan]],
    labels: Sequence[str],
) -> tuple[LabelScores, ...]:
    """Return the scores of each type, as nervaluate has them."""
    from nervaluate import Evaluator

    found = Evaluator(_dicts(true), _dicts(said), list(labels), loader="dict").evaluate()
    types = found["entities"]
    return tuple(
        LabelScores(
            label=label,
            precision=float(types[label]["strict"].precision),
            recall=float(types[label]["strict"].recall),
            f1=float(types[label]["strict"].f1),
            support=int(types[label]["strict"].possible),
            partial_f1=float(types[label]["partial"].f1),
        )
        for label in labels
        if label in types
    )


def _dicts(spans: Sequence[Sequence[AnySpan]]) -> list[list[dict[str, Any]]]:
    """Return spans as nervaluate reads them: an end is the last place inside."""
    return [
        [{"label": one.label, "start": one.start, "end": one.end - 1} for one in of_it]
        for of_it in spans
    ]


def _counted(pairs: Iterable[Pair]) -> EntityCounts:
    found = dict.fromkeys(("correct", "wrong_type", "wrong_ends", "missed", "spurious"), 0)
    for true, said in pairs:
        found[_kind(true, said)] += 1
    return EntityCounts(**found)


def _kind(true: Span | None, said: PredictedSpan | None) -> str:
    if said is None:
        return "missed"
    if true is None:
        return "spurious"
    if true.label != said.label:
        return "wrong_type"
    return "correct" if (true.start, true.end) == (said.start, said.end) else "wrong_ends"


def _confusion(labels: tuple[str, ...], pairs: Sequence[Sequence[Pair]]) -> Confusion:
    names = (*labels, NO_ENTITY)
    place = {label: number for number, label in enumerate(names)}
    found = cells(
        (
            place[true.label if true else NO_ENTITY],
            place[said.label if said else NO_ENTITY],
            example,
        )
        for example, of_it in enumerate(pairs)
        for true, said in of_it
    )
    return Confusion(rows=names, columns=names, cells=found)


def _mistakes(pairs: Sequence[Sequence[Pair]]) -> tuple[Mistake, ...]:
    found = [
        Mistake(
            example=example,
            truth=true.label if true else "",
            said=said.label,
            probability=said.probability,
            start=said.start,
            end=said.end,
        )
        for example, of_it in enumerate(pairs)
        for true, said in of_it
        if said is not None and _kind(true, said) != "correct"
    ]
    return tuple(sorted(found, key=lambda one: -one.probability)[:MAX_MISTAKES])


def _reliability(
    true: Sequence[Sequence[Span]], said: Sequence[Sequence[PredictedSpan]]
) -> tuple[Reliability, ...]:
    """Return how often an entity is right that the model finds with a probability."""
    found = [
        (one.probability, Span(one.start, one.end, one.label) in there)
        for there, of_it in zip(true, said, strict=True)
        for one in of_it
    ]
    if not found:
        return ()
    confidence, correct = map(np.array, zip(*found, strict=True))
    bins = calibration.bins(confidence, correct)
    about = "The entities that the model finds, as it computes their probabilities."
    return (Reliability(bins=bins, error=calibration.error_of(bins), about=about),)

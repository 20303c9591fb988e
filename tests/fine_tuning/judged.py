"""Small data sets and what a model says of them, for the tests of reports."""

from collections.abc import Sequence

import numpy as np

from playground.fine_tuning import Dataset, Example, Part, Span, Task
from playground.fine_tuning.evaluation import PredictedSpan, Predictions


def labelled(
    training: Sequence[Sequence[str]],
    validation: Sequence[Sequence[str]],
    test: Sequence[Sequence[str]] = (),
    task: Task = Task.CLASSIFICATION,
) -> Dataset:
    """Return a data set of examples with these labels; a text holds a word of each of its labels.

    The text of an example also has its number, so that no two are alike.
    """
    parts = {Part.TRAINING: training, Part.VALIDATION: validation, Part.TEST: test}
    numbers = iter(range(2, 10_000))
    made = {
        part: tuple(
            Example(
                number=(number := next(numbers)),
                text=" ".join([*labels, f"number{number}"]),
                second="as before" if task is Task.PAIRS else None,
                labels=tuple(labels),
                part=part,
            )
            for labels in found
        )
        for part, found in parts.items()
        if found
    }
    names = sorted({name for found in parts.values() for labels in found for name in labels})
    return Dataset(task=task, labels=tuple(names), parts=made)


def logits(dataset: Dataset, said: Sequence[str], margin: float = 3.0) -> Predictions:
    """Return the predictions of a model that says these labels, all as surely."""
    rows = [[margin * (label == one) for label in dataset.labels] for one in said]
    return Predictions(logits=np.array(rows, dtype=np.float32))


def text_with(*words: tuple[str, str]) -> tuple[str, tuple[Span, ...]]:
    """Return a text of words, and the spans of those that have a type."""
    text, spans = "", list[Span]()
    for word, label in words:
        if label:
            spans.append(Span(len(text), len(text) + len(word), label))
        text += word + " "
    return text, tuple(spans)


def tagged(
    training: Sequence[tuple[str, tuple[Span, ...]]],
    validation: Sequence[tuple[str, tuple[Span, ...]]],
) -> Dataset:
    """Return a data set of texts with entities."""
    made = {
        part: tuple(
            Example(number=number, text=text, spans=spans, part=part)
            for number, (text, spans) in enumerate(found, start=2)
        )
        for part, found in ((Part.TRAINING, training), (Part.VALIDATION, validation))
    }
    labels = sorted({one.label for found in (training, validation) for _, s in found for one in s})
    return Dataset(task=Task.ENTITIES, labels=tuple(labels), parts=made)


def said(*spans: Span, probability: float = 0.75) -> tuple[PredictedSpan, ...]:
    return tuple(PredictedSpan(one.start, one.end, one.label, probability) for one in spans)

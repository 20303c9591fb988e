"""Examples beside what the model says of them, as rows of a table."""

from collections.abc import Sequence

from playground.fine_tuning.dataset import Example, Span
from playground.fine_tuning.evaluation.predictions import PredictedSpan
from playground.fine_tuning.evaluation.report import Answer, Mistake
from playground.tables import Row

NOTHING = "–"


def predictions(examples: Sequence[Example], answers: Sequence[Answer]) -> list[Row]:
    """Return a row an example: what is true, what was said and how surely, and whether it fits."""
    return [
        of_example(example)
        | _said(example, answer)
        | {"right": _true(example) == {_name(one) for one in answer.spans or answer.labels}}
        for example, answer in zip(examples, answers, strict=True)
    ]


def mistakes(examples: Sequence[Example], found: Sequence[Mistake]) -> list[Row]:
    """Return a row a mistake, in their order."""
    return [
        of_example(examples[one.example])
        | {
            "true": one.truth or NOTHING,
            "said": one.said or NOTHING,
            "probability": one.probability,
        }
        | _entity(examples[one.example], one)
        for one in found
    ]


def of_example(example: Example) -> Row:
    """Return where an example comes from, and its text."""
    row: Row = {"line": example.number}
    if example.in_own_file:
        row["file"] = "validation"
    row["text"] = example.text
    if example.second is not None:
        row["second text"] = example.second
    return row


def _said(example: Example, answer: Answer) -> Row:
    if example.spans or answer.spans:
        return {
            "true": [_shown(example, span) for span in example.spans],
            "said": [_shown(example, span) for span in answer.spans],
            "probability": [round(span.probability, 4) for span in answer.spans],
        }
    return {
        "true": list(example.labels),
        "said": list(answer.labels),
        "probability": [round(one, 4) for one in answer.probabilities],
    }


def _shown(example: Example, span: Span | PredictedSpan) -> str:
    """Return an entity in words: "PLACE 10-14: Oslo"."""
    return f"{span.label} {span.start}-{span.end}: {example.text[span.start : span.end]}"


def _true(example: Example) -> set[object]:
    return {_name(one) for one in example.spans or example.labels}


def _name(said: str | Span | PredictedSpan) -> object:
    return said if isinstance(said, str) else (said.start, said.end, said.label)


def _entity(example: Example, found: Mistake) -> Row:
    if found.start is None or found.end is None:
        return {}
    return {"entity": example.text[found.start : found.end], "start": found.start, "end": found.end}

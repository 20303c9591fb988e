"""Each view's result as the rows of a table.

Numbers are as computed, not as shown: probabilities from 0 to 1, log-odds with natural logarithms.
Rows, windows and sentences count from 1; ``start`` and ``end`` count characters from 0, the end not
included.
"""

from collections.abc import Iterable, Mapping, Sequence

from playground.sentiment.by_sentence import BySentence
from playground.sentiment.classify import Classified
from playground.sentiment.edits import Edit
from playground.sentiment.explain import Explanation
from playground.tables import Row


def one_text(classified: Classified, explanation: Explanation | None) -> list[Row]:
    """Return one row a label and, where there is an explanation, one a word."""
    rows = [
        _row("label", name, probability=probability)
        for name, probability in _named(classified).items()
    ]
    if explanation is None:
        return rows
    label = classified.labels.names[explanation.label]
    return rows + [
        _row("word", word.text, start=word.start, end=word.end, label=label, log_odds=word.value)
        for word in explanation.words
    ]


def edit(found: Edit) -> list[Row]:
    """Return one row a label."""
    after = _named(found.after)
    return [
        {"label": name, "before": before, "after": after[name], "difference": after[name] - before}
        for name, before in _named(found.before).items()
    ]


def sentences(found: BySentence) -> list[Row]:
    """Return one row a sentence; each label has a column."""
    text = found.whole.read.text
    return [
        {
            "sentence": number,
            "start": one.start,
            "end": one.end,
            "text": text[one.start : one.end],
            **_answer(one.found.verdict, _named(one.found)),
        }
        for number, one in enumerate(found.sentences, start=1)
    ]


def long_text(found: Classified) -> list[Row]:
    """Return one row a window; each label has a column."""
    return [
        {
            "window": number,
            "start": part.start,
            "end": part.end,
            "tokens": part.window.end - part.window.begin,
            **_columns(dict(zip(found.labels.names, part.probabilities, strict=True))),
        }
        for number, part in enumerate(found.parts, start=1)
    ]


def side_by_side(
    texts: Sequence[str], answers: Mapping[str, Sequence[Classified | None]]
) -> list[Row]:
    """Return one row for each model, text and label; texts that cannot be read have none."""
    return [
        {"model": title, "text": text, "label": name, "probability": probability}
        for title, column in answers.items()
        for text, one in zip(texts, column, strict=True)
        if one is not None
        for name, probability in _named(one).items()
    ]


def file(names: Sequence[str], rows: Iterable[tuple[int, str, str, Sequence[float]]]) -> list[Row]:
    """Return one row a text; ``rows`` are lines, texts, verdicts and each label's probability."""
    return [
        {"line": line, "text": text, **_answer(verdict, dict(zip(names, found, strict=True)))}
        for line, text, verdict, found in rows
    ]


def _row(kind: str, name: str, **values: object) -> Row:
    empty = dict.fromkeys(("probability", "start", "end", "label", "log_odds"))
    return {"kind": kind, "name": name, **empty, **values}


def _named(classified: Classified) -> dict[str, float]:
    return dict(zip(classified.labels.names, classified.probabilities, strict=True))


def _answer(verdict: str, found: Mapping[str, float]) -> Row:
    return {"label": verdict, **_columns(found)}


def _columns(found: Mapping[str, float]) -> Row:
    return {f"probability of {name}": value for name, value in found.items()}

"""Each view's result as the rows of a table.

Numbers are as computed. Lines, sentences and occurrences count from 1, layers from 0, the embedding
output; ``start`` and ``end`` count characters from 0, the end not included.
"""

from collections.abc import Sequence

from playground.embeddings.contexts import Hit
from playground.embeddings.occurrences import WordInContext
from playground.embeddings.projection import Projection
from playground.embeddings.similarity import Similarity
from playground.tables import Row


def similarity(found: Similarity) -> list[Row]:
    """Return one row for every two lines and, where there is a query, for it and each line."""
    names = [str(line + 1) for line in range(len(found.texts))]
    rows = [
        _pair(names[one], names[other], found.texts[one], found.texts[other], cosine)
        for one, row in enumerate(found.cosines.tolist())
        for other, cosine in enumerate(row)
        if other > one
    ]
    if found.query_cosines is None:
        return rows
    return rows + [
        _pair("query", name, found.query, text, cosine)
        for name, text, cosine in zip(names, found.texts, found.query_cosines.tolist(), strict=True)
    ]


def points(
    projection: Projection,
    texts: Sequence[str],
    lines: Sequence[int],
    colours: Sequence[str] | None,
) -> list[Row]:
    """Return one row a line: its text, its colour's value where there is one, its coordinates."""
    return [
        {
            "line": line,
            "text": texts[place],
            **({"value": colours[place]} if colours is not None else {}),
            "x": x,
            "y": y,
        }
        for place, (line, (x, y)) in enumerate(zip(lines, projection.points.tolist(), strict=True))
    ]


def word(found: WordInContext) -> list[Row]:
    """Return one row for every layer and every two occurrences."""
    return [
        {
            "layer": layer,
            "first": one + 1,
            "second": other + 1,
            "first_sentence": found.sentences[found.occurrences[one].sentence],
            "second_sentence": found.sentences[found.occurrences[other].sentence],
            "cosine": float(found.cosines[layer, one, other]),
        }
        for layer in range(found.layers + 1)
        for one, other in found.pairs
    ]


def hits(found: Sequence[Hit]) -> list[Row]:
    """Return one row a context, the nearest first."""
    return [
        {
            "line": hit.line,
            "cosine": hit.cosine,
            "token": hit.text[hit.start : hit.end],
            "start": hit.start,
            "end": hit.end,
            "text": hit.text,
        }
        for hit in found
    ]


def _pair(first: str, second: str, text: str, other: str, cosine: float) -> Row:
    return {
        "first": first,
        "second": second,
        "first_text": text,
        "second_text": other,
        "cosine": cosine,
    }

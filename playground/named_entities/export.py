"""What a visitor takes along: rows of tables, and CoNLL's columns.

Numbers are as computed: probabilities from 0 to 1. Places count characters from 0, ends excluded.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import pairwise

import numpy as np

from playground.named_entities.find import Entity, Found
from playground.named_entities.frequencies import Frequency
from playground.named_entities.labels import OUTSIDE
from playground.tables import Row

LINE_END = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


def entities(found: Sequence[Entity]) -> list[Row]:
    """Return one row an entity; ``second`` is the next best type."""
    return [
        {
            "start": entity.start,
            "end": entity.end,
            "text": entity.text,
            "type": entity.type,
            "label": entity.label,
            "score": entity.score,
            "second": entity.second.type if entity.second else None,
            "second_probability": entity.second.probability if entity.second else None,
        }
        for entity in found
    ]


def every_token(found: Found) -> list[Row]:
    """Return one row a token, with a column a label; words count from 1."""
    tokens = found.tokens
    places = zip(tokens.spans.tolist(), tokens.words.tolist(), tokens.probabilities, strict=True)
    return [
        {
            "start": start,
            "end": end,
            "text": found.text[start:end],
            "word": word + 1,
            **dict(zip(found.scheme.names, row.tolist(), strict=True)),
        }
        for (start, end), word, row in places
    ]


def of_file(found: Iterable[tuple[int, Sequence[Entity]]]) -> list[Row]:
    """Return one row an entity of a file; ``line`` is that of its text."""
    return [{"line": line, **row} for line, one in found for row in entities(one)]


def frequencies(found: Sequence[Frequency]) -> list[Row]:
    """Return one row an entity."""
    return [asdict(row) for row in found]


def conll(found: Found, entities: Sequence[Entity]) -> str:
    """Return the text's words with the tags of ``entities``, as in the files of CoNLL-2003.

    A word a line, a space and its tag: B-type where an entity begins, I-type inside, else O; the
    model's own labels where tokens stay apart. An empty line stands where a line of the text ends.
    Entities that end within a word cut it.
    """
    return _tagged(found.text, words(found), entities)


def conll_of_file(found: Iterable[tuple[str, np.ndarray, Sequence[Entity]]]) -> str:
    """Return the same of many texts, an empty line behind each.

    Args:
        found: of each text its letters, its ``words``, and the entities to tag.
    """
    return "\n".join(_tagged(*one) for one in found)


def words(found: Found) -> np.ndarray:
    """Return where each word of the text begins and ends, int32 [word, 2]."""
    tokens = found.tokens
    first = np.flatnonzero(np.append(True, tokens.words[1:] != tokens.words[:-1]))
    ends = np.maximum.reduceat(tokens.spans[:, 1], first)
    return np.stack([tokens.spans[first, 0], ends], axis=1).astype(np.int32)


def _tagged(text: str, places: np.ndarray, entities: Sequence[Entity]) -> str:
    tags: dict[int, str] = {}
    for entity in entities:
        tags |= dict.fromkeys(range(entity.start, entity.end), f"I-{entity.type}")
        tags[entity.start] = f"B-{entity.type}" if entity.label == entity.type else entity.label
    lines: list[str] = []
    for before, (start, end) in pairwise([(0, 0), *_cut(text, places, entities)]):
        if lines and LINE_END.search(text, before[1], start):
            lines.append("")
        lines.append(f"{text[start:end]} {tags.get(start, OUTSIDE)}")
    return "\n".join([*lines, ""])


def _cut(text: str, places: np.ndarray, entities: Sequence[Entity]) -> list[tuple[int, int]]:
    """Return where words stand, cut at the ends of entities; none has white space in it."""
    cuts = {place for entity in entities for place in (entity.start, entity.end)}
    found = []
    for start, end in places.tolist():
        inner = sorted(cut for cut in range(start + 1, end) if cut in cuts)
        for begin, stop in pairwise([start, *inner, end]):
            found += [
                (begin + part.start(), begin + part.end())
                for part in re.finditer(r"\S+", text[begin:stop])
            ]
    return found

"""Sentences with named entities: read, brought to the labels of CoNLL-2003, and scored."""

import lzma
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from playground.text.tags import spans

TYPES = ("PER", "ORG", "LOC", "MISC")
LABELS = ("O", *(f"{place}-{kind}" for kind in TYPES for place in "BI"))
# What a corpus without MISC leaves outside its entities may be one: a nationality, a product.
OUTSIDE_OR_MISC = "O-or-MISC"
UNKNOWN = "?"  # a word on which a corpus says nothing that CoNLL-2003 would
TWITTER = {"PER": "PER", "ORG": "ORG", "LOC": "LOC"}
WNUT = {"person": "PER", "location": "LOC", "corporation": "ORG", "group": "ORG"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words and the tag of each: one of LABELS, OUTSIDE_OR_MISC or UNKNOWN."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


def read(file: Path) -> list[Sentence]:
    """Return the sentences of a file with a word and its tag a line, as they are.

    Raises:
        FileNotFoundError: the data folder lacks the file.
    """
    with lzma.open(file, "rt", encoding="utf-8") as stream:
        return sentences(stream.read())


def sentences(text: str) -> list[Sentence]:
    """Return the sentences of ``text``: a word and its tag a line, an empty line between two."""
    blocks = text.split("\n\n")
    pairs = [[line.rsplit(" ", 1) for line in block.split("\n") if line] for block in blocks]
    return [
        Sentence(tuple(word for word, _ in block), tuple(tag for _, tag in block))
        for block in pairs
        if block
    ]


def without_misc(sentences: list[Sentence], types: Mapping[str, str]) -> list[Sentence]:
    """Bring tweets to CoNLL's labels; ``types`` says which of CoNLL's a corpus's own are.

    Entities of other types become UNKNOWN, and so do handles (@name): the Broad Twitter Corpus
    marks them as people and organisations, WNUT-17 does not.
    """

    def brought(word: str, tag: str) -> str:
        place, _, kind = tag.partition("-")
        if word.startswith("@") and len(word) > 1:
            return UNKNOWN
        if not kind:
            return OUTSIDE_OR_MISC
        return f"{place}-{types[kind]}" if kind in types else UNKNOWN

    return [
        Sentence(
            sentence.words,
            tuple(brought(*pair) for pair in zip(sentence.words, sentence.tags, strict=True)),
        )
        for sentence in sentences
    ]


def f1(truth: Sequence[Sequence[str]], guesses: Sequence[Sequence[str]], *types: str) -> float:
    """Return the strict F1 over entities, all or those of ``types``: type and both ends right."""
    wanted = types or TYPES
    there, found = (
        {(row, *span) for row, tags in enumerate(rows) for span in spans(tags) if span[0] in wanted}
        for rows in (truth, guesses)
    )
    return 2 * len(there & found) / max(len(there) + len(found), 1)

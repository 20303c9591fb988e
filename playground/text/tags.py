"""A tag a word, as files with named entities have them: B-PER, I-PER, O."""

import re
from collections.abc import Iterator, Sequence

# BIO and IOB1, and with an end or a single word marked: BIOES (E, S) and BILOU (L, U).
_TAG = re.compile(r"O|[BIESLU]-\S+")
_BEGINS, _ENDS = "BSU", "ESLU"


def is_tag(tag: str) -> bool:
    """Tell whether ``tag`` is one of a scheme that ``to_bio`` reads."""
    return _TAG.fullmatch(tag) is not None


def to_bio(tags: Sequence[str]) -> tuple[str, ...]:
    """Return the tags of one sentence with B- where an entity begins and I- where it goes on.

    An I- tag that continues nothing of its type begins an entity, as in IOB1.

    Raises:
        ValueError: a tag is of no scheme known here; the message is that tag.
    """
    made = []
    going_on = ""  # the type of an entity that has not ended
    for tag in tags:
        if not is_tag(tag):
            raise ValueError(tag)
        mark, _, kind = tag.partition("-")
        if kind:
            begins = mark in _BEGINS or kind != going_on
            made.append(f"{'B' if begins else 'I'}-{kind}")
        else:
            made.append(tag)
        going_on = "" if mark in _ENDS else kind
    return tuple(made)


def continued(tag: str) -> str:
    """Return the BIO tag of what follows within the same entity, or outside of any."""
    return f"I-{tag[2:]}" if tag.startswith("B-") else tag


def spans(tags: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the entities in BIO tags as type, first word and the word behind the last.

    An I- tag that continues nothing of its type begins an entity, as in CoNLL's own scorer.
    """
    begin, kind = 0, ""
    for place, tag in enumerate((*tags, "O")):
        mark, _, found = tag.partition("-")
        if kind and (mark != "I" or found != kind):
            yield kind, begin, place
            kind = ""
        if mark in {"B", "I"} and not kind:
            begin, kind = place, found

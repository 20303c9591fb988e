"""How often each entity occurs in many texts."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from playground.named_entities.find import Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """One entity as it is written most often, and how often it occurs in any spelling."""

    text: str
    type: str
    count: int
    texts: int  # in which it occurs


def frequencies(found: Iterable[Iterable[Entity]]) -> tuple[Frequency, ...]:
    """Return the entities of many texts, most frequent first, then by their letters.

    ``found`` has the entities of one text after the other. Entities of one type are the same if
    they differ in nothing but case and white space.
    """
    spellings: dict[tuple[str, str], Counter[str]] = {}
    texts: Counter[tuple[str, str]] = Counter()
    for entities in found:
        here = set()
        for entity in entities:
            written = " ".join(entity.text.split())
            key = written.casefold(), entity.type
            spellings.setdefault(key, Counter())[written] += 1
            here.add(key)
        texts.update(here)
    rows = [
        Frequency(
            text=written.most_common(1)[0][0],
            type=key[1],
            count=written.total(),
            texts=texts[key],
        )
        for key, written in spellings.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.count, row.text.casefold(), row.type)))

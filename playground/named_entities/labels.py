"""What a token classifier's labels say: a type, and by their prefix where an entity begins or ends.

Read are the usual schemes: BIO and IOB1 (Ramshaw and Marcus 1995; Tjong Kim Sang and Veenstra
1999), types without prefixes, and BIOES, BILOU and BMES, which also mark an entity's last token and
entities of one token (Ratinov and Roth 2009).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

OUTSIDE = "O"  # the label, and here the type, of what belongs to no entity
# E- or L- is an entity's last token, S- or U- its only one, M- one inside.
LAST, ONLY, INSIDE = "EL", "SU", "M"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """What each label of a model says; arrays are in the order of the labels."""

    names: tuple[str, ...]
    prefixes: str  # the letters that are prefixes here, such as "BI"
    types: tuple[str, ...]  # each once, in the order in which the labels bring them
    type_of: np.ndarray  # int64 [label], an index of types
    begins: np.ndarray  # bool [label]: a B- label
    single: np.ndarray  # bool [label]: of an entity of one token
    closes: np.ndarray  # bool [label]: of an entity's last token

    @property
    def has_outside(self) -> bool:
        """Whether the model can say that a token belongs to no entity."""
        return OUTSIDE in self.types

    def by_type(self, probabilities: np.ndarray) -> np.ndarray:
        """Return label probabilities [..., label] summed over the labels of each type."""
        of_type = np.zeros((len(self.names), len(self.types)), dtype=probabilities.dtype)
        of_type[np.arange(len(self.names)), self.type_of] = 1
        return probabilities @ of_type


@lru_cache(64)
def scheme(names: tuple[str, ...]) -> Scheme:
    """Return how labels of these ``names`` are to be read.

    B- and I- are always prefixes. Another letter is one if a type of it also has a B- or I- label:
    E- is a prefix beside B-PER and E-PER, and part of a name in a lone E-MAIL.
    """
    begun = {name[2:] for name in names if name.startswith(("B-", "I-"))}
    others = LAST + ONLY + INSIDE
    prefixes = "BI" + "".join(
        letter for letter in others if any(f"{letter}-{kind}" in names for kind in begun)
    )
    parts = [_parts(name, prefixes) for name in names]
    types = tuple(dict.fromkeys(kind for _, kind in parts))
    marks = np.array([prefix for prefix, _ in parts])
    return Scheme(
        names=names,
        prefixes=prefixes,
        types=types,
        type_of=np.array([types.index(kind) for _, kind in parts]),
        begins=marks == "B",
        single=np.isin(marks, list(ONLY)),
        closes=np.isin(marks, list(LAST + ONLY)),
    )


def _parts(name: str, prefixes: str) -> tuple[str, str]:
    prefix, _, kind = name.partition("-")
    return (prefix, kind) if kind and prefix in set(prefixes) else ("", name)

"""How alike lines are: the cosine of the angle between their vectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.embeddings.vectors import Embedded, embed_read, notices, read_all
from playground.errors import LinesError, PlaygroundError
from playground.models.queries import Pooling
from playground.text.reading import ReadText

if TYPE_CHECKING:
    from playground.models.engine import Model

FEWEST, MOST = 2, 30  # lines
ALIKE = 0.8  # where even the least similar of several lines are as near, the vectors say little
SEVERAL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """A line and the cosine of its vector with another one."""

    line: int
    cosine: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Similarity:
    """Lines against each other and, where there is one, a query against them."""

    texts: tuple[str, ...]
    cosines: np.ndarray  # float32 [line, line], 1 on the diagonal
    query: str
    query_cosines: np.ndarray | None  # float32 [line]; None without a query
    pooling: Pooling
    notices: tuple[str, ...] = ()

    def neighbours(self, line: int) -> tuple[Neighbour, ...]:
        """Return all other lines, the nearest first."""
        return tuple(one for one in _ranked(self.cosines[line]) if one.line != line)

    @property
    def nearest_to_query(self) -> tuple[Neighbour, ...]:
        """All lines, those nearest to the query first; none without a query."""
        return () if self.query_cosines is None else _ranked(self.query_cosines)

    @property
    def lowest(self) -> float:
        """The cosine of the two lines that are least alike."""
        return float(self.cosines.min())

    @property
    def says_little(self) -> bool:
        """Whether even lines that have nothing in common are near each other."""
        return len(set(self.texts)) >= SEVERAL and self.lowest > ALIKE


def compare(
    texts: Sequence[str], query: str = "", *, model: "Model", pooling: Pooling = Pooling.MEAN
) -> Similarity:
    """Return the cosine of every two of ``texts``, and of ``query`` with each.

    Raises:
        LinesError: fewer than two lines, or too many for a matrix.
        TextError: a line, or the query, has nothing to read or is too long.
        BusyError: too many requests are waiting.
    """
    if not FEWEST <= len(texts) <= MOST:
        there = "is 1 line" if len(texts) == 1 else f"are {len(texts)} lines"
        raise LinesError(
            f"There {there}. Write {FEWEST} to {MOST} texts, each in a line of its own; the view "
            "Map takes more."
        )
    wanted = [*texts, query] if query.strip() else list(texts)
    read = read_all(wanted, model=model)
    found = embed_read(read, model=model, pooling=pooling)
    vectors = np.stack([_or_raise(one).vector for one in found])
    cosines = np.clip(vectors @ vectors.T, -1, 1)
    count = len(texts)
    return Similarity(
        texts=tuple(texts),
        cosines=cosines[:count, :count],
        query=query,
        query_cosines=cosines[count, :count] if len(wanted) > count else None,
        pooling=pooling,
        notices=notices([one for one in read if isinstance(one, ReadText)], model=model),
    )


def _ranked(cosines: np.ndarray) -> tuple[Neighbour, ...]:
    order = np.argsort(-cosines, kind="stable").tolist()
    return tuple(Neighbour(line=line, cosine=float(cosines[line])) for line in order)


def _or_raise(one: Embedded | PlaygroundError) -> Embedded:
    if isinstance(one, PlaygroundError):
        raise one
    return one

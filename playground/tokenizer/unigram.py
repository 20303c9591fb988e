"""Unigram: of all ways to cut a word the one whose pieces are likeliest together.

Kudo 2018, Subword Regularization, sections 3.1 and 3.2. A piece has a probability p(x), of which
the vocabulary keeps the natural logarithm; a cut x_1 ... x_n has the product of its pieces'.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from playground.models.vocabularies import LoadedTokenizer

UNKNOWN_PENALTY = 10.0  # below the least likely piece, as SentencePiece has it
BEST = 6  # cuts that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One way to cut a word."""

    pieces: tuple[str, ...]
    log_probabilities: tuple[float, ...]  # of each piece
    log_probability: float  # their sum
    share: float  # of the probability of all ways to cut the word


@dataclass(frozen=True, slots=True, kw_only=True)
class UnigramSteps:
    """How unigram cuts a word, and what comes close."""

    word: str
    cuts: tuple[Cut, ...]  # the likeliest first

    @property
    def pieces(self) -> tuple[str, ...]:
        """The likeliest cut, unknown letters that stand side by side as one."""
        return self.cuts[0].pieces


@dataclass(frozen=True, slots=True)
class _Table:
    scores: dict[str, float]
    unknown: float
    longest: int


@dataclass(frozen=True, slots=True)
class _Path:
    score: float
    pieces: tuple[tuple[str, float, bool], ...]  # text, its score, whether it is unknown


def steps(word: str, *, tokenizer: LoadedTokenizer) -> UnigramSteps:
    """Return the likeliest ways to cut ``word``; there are at most 2^(letters - 1).

    The best few up to each place are kept, which is enough to know the best few of all.
    """
    table = _table(tokenizer)
    best: list[list[_Path]] = [[_Path(0.0, ())]]
    total = [0.0]  # logarithm of the sum over all ways to get to each place
    for end in range(1, len(word) + 1):
        edges = _edges(word, end, table)
        paths = [
            _Path(path.score + edge[1], (*path.pieces, edge))
            for start, edge in edges
            for path in best[start]
        ]
        best.append(sorted(paths, key=lambda path: -path.score)[:BEST])
        total.append(float(np.logaddexp.reduce([total[s] + edge[1] for s, edge in edges])))
    return UnigramSteps(word=word, cuts=tuple(_cut(path, total[-1]) for path in best[-1]))


def _edges(word: str, end: int, table: _Table) -> list[tuple[int, tuple[str, float, bool]]]:
    """Return the pieces that end at ``end``, each with the place where it starts."""
    found = []
    for start in range(max(0, end - table.longest), end):
        piece = word[start:end]
        if piece in table.scores:
            found.append((start, (piece, table.scores[piece], False)))
    # A letter that is no piece is unknown, even where longer pieces hold it.
    if word[end - 1] not in table.scores:
        found.append((end - 1, (word[end - 1], table.unknown, True)))
    return found


def _cut(path: _Path, total: float) -> Cut:
    pieces: list[str] = []
    scores: list[float] = []
    after_unknown = False
    for text, score, unknown in path.pieces:
        if unknown and after_unknown:
            pieces[-1] += text
            scores[-1] += score
        else:
            pieces.append(text)
            scores.append(score)
        after_unknown = unknown
    return Cut(
        pieces=tuple(pieces),
        log_probabilities=tuple(scores),
        log_probability=path.score,
        share=float(np.exp(path.score - total)),
    )


@lru_cache(maxsize=4)
def _table(tokenizer: LoadedTokenizer) -> _Table:
    scores = dict(tokenizer.state["model"]["vocab"])
    return _Table(
        scores=scores,
        unknown=min(scores.values()) - UNKNOWN_PENALTY,
        longest=max(map(len, scores)),
    )

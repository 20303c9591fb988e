"""Embeddings: texts and words as vectors, everything its page shows."""

from playground.embeddings.contexts import (
    Hit,
    LineReader,
    LineStates,
    Token,
    search,
    search_notices,
    tokens,
)
from playground.embeddings.occurrences import Occurrence, WordInContext, follow
from playground.embeddings.projection import Method, Projection, pca
from playground.embeddings.shared import shared_states, shared_vectors
from playground.embeddings.similarity import Neighbour, Similarity, compare
from playground.embeddings.vectors import Embedded, cut_notices, embed

__all__ = [
    "Embedded",
    "Hit",
    "LineReader",
    "LineStates",
    "Method",
    "Neighbour",
    "Occurrence",
    "Projection",
    "Similarity",
    "Token",
    "WordInContext",
    "compare",
    "cut_notices",
    "embed",
    "follow",
    "pca",
    "search",
    "search_notices",
    "shared_states",
    "shared_vectors",
    "tokens",
]

"""Attention maps written by hand."""

from collections.abc import Sequence

import numpy as np

from playground.attention.text import AttentionMap
from playground.text.tokens import FIRST, SECOND, Token


def attention_map(
    tokens: Sequence[str], weights: np.ndarray | None = None, *, second: int | None = None
) -> AttentionMap:
    """Return a map of ``tokens``, those from ``second`` on of a second text; even unless told."""
    count = len(tokens)
    if weights is None:
        weights = np.full((1, 1, count, count), 1 / count)
    return AttentionMap(
        texts=("", "")[: 1 if second is None else 2],
        tokens=tuple(
            Token(
                text=text,
                start=0,
                end=len(text),
                sentence=FIRST if second is None or place < second else SECOND,
                continues_word=False,
            )
            for place, text in enumerate(tokens)
        ),
        input_ids=(0,) * count,
        token_type_ids=(0,) * count,
        weights=weights.astype(np.float32),
        hidden_states=np.zeros((len(weights) + 1, count, 1), np.float32),
    )

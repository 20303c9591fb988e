"""Sentences with a mask, and the words that are weighed in its place."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from playground.models.queries import Query
from playground.text.pieces import vocabulary

if TYPE_CHECKING:
    from playground.mask_filling import MaskedText
    from playground.models.engine import Model


def piece_of(word: str, model: "Model") -> int | None:
    """Return the id of ``word`` in mid-sentence, or None where the vocabulary splits it."""
    known = vocabulary(model.tokenizer)
    ids = known.word_ids(word, before="a ")
    return ids[0] if len(ids) == 1 and not known.special_ids.intersection(ids) else None


def log_probs(
    texts: Sequence["MaskedText"], targets: Sequence[Sequence[int]], *, model: "Model"
) -> np.ndarray:
    """Return ln p of each text's ``targets``, as many for each, at its first mask: [text, target].

    Raises:
        BusyError: too many requests are waiting.
    """
    queries = [
        Query(
            input_ids=text.input_ids,
            positions=text.mask_positions[:1],
            targets=tuple(wanted),
        )
        for text, wanted in zip(texts, targets, strict=True)
    ]
    answers = model.scores(queries)
    return np.array([one.target_log_probs[0, 0] for one in answers], dtype=np.float64)

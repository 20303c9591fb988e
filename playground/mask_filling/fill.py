"""Filling each mask by itself: the most probable tokens and how sure the model is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.mask_filling.text import MaskedText, read
from playground.models.queries import Query
from playground.text.pieces import vocabulary

if TYPE_CHECKING:
    from playground.models.engine import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """One token that a model predicts, with its probability over the whole vocabulary."""

    token: str  # readable, without ##, Ġ or ▁
    token_id: int
    probability: float
    starts_word: bool  # False if it continues the word before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """The guesses for every mask of a text, each made while all the other masks stay masked."""

    masked: MaskedText
    guesses: tuple[tuple[Guess, ...], ...]  # [mask][k], most probable first
    entropy: tuple[float, ...]  # of each mask's distribution, in nats


def fill(text: str, *, model: "Model", top_k: int = 10) -> Filling:
    """Return the ``top_k`` most probable tokens for every mask of ``text``.

    Raises:
        TextError: as ``text.read`` does.
        BusyError: too many requests are waiting.
    """
    masked = read(text, model=model)
    [scores] = model.scores(
        [Query(input_ids=masked.input_ids, positions=masked.mask_positions, top_k=top_k)]
    )
    return Filling(
        masked=masked,
        guesses=tuple(
            guesses_at(masked, position, ids, log_probs, model=model)
            for position, ids, log_probs in zip(
                masked.mask_positions, scores.top_ids[0], scores.top_log_probs[0], strict=True
            )
        ),
        entropy=tuple(map(float, scores.entropy[0])),
    )


def guesses_at(
    masked: MaskedText,
    position: int,
    token_ids: Iterable[int],
    log_probs: Iterable[float],
    *,
    model: "Model",
) -> tuple[Guess, ...]:
    """Return tokens with their log probabilities, [k] each, as guesses for one position."""
    words = vocabulary(model.tokenizer)
    before = masked.text[: masked.tokens[position].start]
    guesses = []
    for token_id, log_prob in zip(token_ids, log_probs, strict=True):
        piece = words.piece(int(token_id), before)
        guesses.append(
            Guess(
                token=piece.text,
                token_id=int(token_id),
                probability=float(np.exp(log_prob)),
                starts_word=piece.starts_word,
            )
        )
    return tuple(guesses)

"""Filling several masks together: beam search over whole fillings."""

from dataclasses import dataclass
from enum import StrEnum
from heapq import nlargest
from typing import TYPE_CHECKING

import numpy as np

from playground.mask_filling.text import MaskedText, filled_sentence, read
from playground.models.queries import Query
from playground.text.pieces import vocabulary

if TYPE_CHECKING:
    from playground.models.engine import Model


class Order(StrEnum):
    """In which order the masks are filled; it is fixed once for a text, for all beams alike."""

    LEFT_TO_RIGHT = "left to right"
    MOST_CERTAIN_FIRST = "most certain first"  # ascending entropy while all masks are masked


@dataclass(frozen=True, slots=True, kw_only=True)
class JointFilling:
    """One token for every mask, in text order, and the score of them all together."""

    words: tuple[str, ...]
    token_ids: tuple[int, ...]
    log_prob: float  # natural logarithm
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JointFillings:
    """The best fillings that the search found, highest score first."""

    masked: MaskedText
    order: tuple[int, ...]  # indices of masks, as they were filled
    fillings: tuple[JointFilling, ...]
    beam_width: int


@dataclass(frozen=True, slots=True)
class _Beam:
    input_ids: tuple[int, ...]
    log_prob: float = 0.0

    def filled(self, position: int, token_id: int, log_prob: float) -> "_Beam":
        ids = (*self.input_ids[:position], token_id, *self.input_ids[position + 1 :])
        return _Beam(ids, self.log_prob + log_prob)


def fill_jointly(
    text: str,
    *,
    model: "Model",
    order: Order = Order.LEFT_TO_RIGHT,
    beam_width: int = 10,
    top_k: int = 10,
) -> JointFillings:
    """Return the best ``top_k`` of the at most ``beam_width`` fillings that the search keeps.

    The score of a filling is the sum, over the masks in ``order``, of log p(token | the text, the
    tokens filled in earlier, the later masks still masked). With a ``beam_width`` of the
    vocabulary's size to the power of the masks but one, the search is exhaustive.

    The conditional distributions of a masked language model need not belong to any one joint
    distribution, so another order gives other scores. On generating from such a model token by
    token see Wang and Cho 2019, "BERT has a Mouth, and It Must Speak"; on scoring sentences by its
    conditionals see Salazar et al. 2020, "Masked Language Model Scoring".

    Raises:
        TextError: as ``text.read`` does.
        BusyError: too many requests are waiting.
    """
    masked = read(text, model=model)
    mask_order = _mask_order(masked, order, model)
    beams = [_Beam(masked.input_ids)]
    for mask in mask_order:
        beams = _step(beams, masked.mask_positions[mask], beam_width, model)
    return JointFillings(
        masked=masked,
        order=mask_order,
        fillings=tuple(_filling(masked, beam, model) for beam in beams[:top_k]),
        beam_width=beam_width,
    )


def _mask_order(masked: MaskedText, order: Order, model: "Model") -> tuple[int, ...]:
    if order is Order.LEFT_TO_RIGHT:
        return tuple(range(len(masked.mask_positions)))
    [scores] = model.scores([Query(input_ids=masked.input_ids, positions=masked.mask_positions)])
    return tuple(map(int, np.argsort(scores.entropy[0], kind="stable")))


def _step(beams: list[_Beam], position: int, beam_width: int, model: "Model") -> list[_Beam]:
    """Fill one mask of every beam, all in one request, and keep the best ``beam_width``."""
    answers = model.scores(
        [Query(input_ids=b.input_ids, positions=(position,), top_k=beam_width) for b in beams]
    )
    grown = [
        beam.filled(position, int(token_id), float(log_prob))
        for beam, scores in zip(beams, answers, strict=True)
        for token_id, log_prob in zip(scores.top_ids[0, 0], scores.top_log_probs[0, 0], strict=True)
    ]
    return nlargest(beam_width, grown, key=lambda beam: beam.log_prob)


def _filling(masked: MaskedText, beam: _Beam, model: "Model") -> JointFilling:
    words = vocabulary(model.tokenizer)
    token_ids = tuple(beam.input_ids[position] for position in masked.mask_positions)
    return JointFilling(
        words=tuple(words.piece(token_id).text for token_id in token_ids),
        token_ids=token_ids,
        log_prob=beam.log_prob,
        sentence=filled_sentence(masked, token_ids, model=model),
    )

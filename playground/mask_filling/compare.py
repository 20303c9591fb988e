"""Two sentences side by side: how the guesses for the one mask of each differ."""

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from playground.errors import TooManyMasksError
from playground.mask_filling.fill import Filling, fill, guesses_at
from playground.models.queries import Query
from playground.text.cleaning import MASK

if TYPE_CHECKING:
    from playground.models.engine import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedGuess:
    """One token with its probability in both sentences."""

    token: str
    token_id: int
    first: float
    second: float
    log_ratio: float  # ln(second / first); 0 means no difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The guesses of both sentences, and all their tokens in one table.

    ``rows`` are sorted by the absolute difference of the two probabilities, largest first: a ratio
    alone would put tokens on top that are improbable in both sentences.
    """

    first: Filling
    second: Filling
    rows: tuple[ComparedGuess, ...]


def compare(first_text: str, second_text: str, *, model: "Model", top_k: int = 20) -> Comparison:
    """Return the ``top_k`` guesses of each sentence with their exact probabilities in both.

    Raises:
        MaskMissingError: one of the sentences has no mask.
        TooManyMasksError: one of them has several.
        TextError: as ``text.read`` does.
        BusyError: too many requests are waiting.
    """
    fillings = [
        _one_mask(fill(text, model=model, top_k=top_k), name)
        for text, name in ((first_text, "first"), (second_text, "second"))
    ]
    union = dict.fromkeys(guess.token_id for f in fillings for guess in f.guesses[0])
    answers = model.scores(
        [
            Query(
                input_ids=filling.masked.input_ids,
                positions=filling.masked.mask_positions,
                targets=tuple(union),
            )
            for filling in fillings
        ]
    )
    first, second = (answer.target_log_probs[0, 0].tolist() for answer in answers)
    guesses = guesses_at(
        fillings[0].masked, fillings[0].masked.mask_positions[0], union, first, model=model
    )
    rows = [
        ComparedGuess(
            token=guess.token,
            token_id=guess.token_id,
            first=exp(one),
            second=exp(other),
            log_ratio=other - one,
        )
        for guess, one, other in zip(guesses, first, second, strict=True)
    ]
    rows.sort(key=lambda row: abs(row.second - row.first), reverse=True)
    return Comparison(first=fillings[0], second=fillings[1], rows=tuple(rows))


def _one_mask(filling: Filling, name: str) -> Filling:
    masks = len(filling.guesses)
    if masks > 1:
        raise TooManyMasksError(
            f"The {name} sentence has {masks} masks; to compare two sentences, each has exactly "
            f"one. Write words in place of the other {MASK} tokens."
        )
    return filling

"""What a model predicts at every position of a text in which nothing is hidden from it."""

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from playground.mask_filling.fill import Guess, guesses_at
from playground.mask_filling.text import Token, read
from playground.models.queries import Query

if TYPE_CHECKING:
    from playground.models.engine import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionGuesses:
    """What a model predicts where ``token`` stands, with that token in full view."""

    token: Token
    guesses: tuple[Guess, ...]  # most probable first
    probability: float  # of the token that stands there
    rank: int | None  # of the token that stands there: 1 if it is the first guess, None below top_k


def predict_everywhere(text: str, *, model: "Model", top_k: int = 5) -> tuple[PositionGuesses, ...]:
    """Return the guesses at every token of ``text``, special tokens left out, in one pass.

    Nothing is masked for it, as in exBERT (Hoover et al. 2020); masks of the text stay masks.

    Raises:
        TextError: as ``text.read`` does, except that no mask is needed.
        BusyError: too many requests are waiting.
    """
    masked = read(text, model=model, masks_needed=False)
    positions = tuple(i for i, token in enumerate(masked.tokens) if not token.special)
    vocabulary_ids = tuple(sorted({masked.input_ids[position] for position in positions}))
    column = {token_id: index for index, token_id in enumerate(vocabulary_ids)}
    [scores] = model.scores(
        [
            Query(
                input_ids=masked.input_ids,
                positions=positions,
                top_k=top_k,
                targets=vocabulary_ids,
            )
        ]
    )
    found = []
    for row, position in enumerate(positions):
        token = masked.tokens[position]
        top_ids = scores.top_ids[0, row].tolist()
        found.append(
            PositionGuesses(
                token=token,
                guesses=guesses_at(
                    masked, position, top_ids, scores.top_log_probs[0, row], model=model
                ),
                probability=exp(scores.target_log_probs[0, row, column[token.id]]),
                rank=top_ids.index(token.id) + 1 if token.id in top_ids else None,
            )
        )
    return tuple(found)

"""Simulating masked-language-model pre-training on a visitor's text.

The procedure is that of BERT (Devlin et al. 2019, section 3.1, Task 1, and appendix A.1): 15 % of
the tokens are chosen; of these 80 % are replaced by the mask, 10 % by a random token, and 10 % stay
as they are. The loss is the cross entropy of the model's guesses at the chosen positions.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import exp
from typing import TYPE_CHECKING

import numpy as np

from playground.errors import EmptyTextError
from playground.mask_filling.fill import Guess, guesses_at
from playground.mask_filling.text import MaskedText, Token, read
from playground.models.queries import Query
from playground.text.pieces import Vocabulary, vocabulary

if TYPE_CHECKING:
    from playground.models.engine import Model

SHARE = 0.15
MASKED_SHARE, REPLACED_SHARE = 0.8, 0.1


class Choice(StrEnum):
    """What happens to a token that was chosen for prediction."""

    MASKED = "masked"
    REPLACED = "replaced"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedToken:
    """One token of the text; what is None applies to chosen tokens only."""

    token: Token
    choice: Choice | None
    shown: str  # what the model sees in its place
    guess: Guess | None  # the model's first
    probability: float | None  # that the model gives to the true token
    correct: bool | None  # whether the first guess is the true token


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """One step of pre-training without the learning; special tokens are among ``tokens``."""

    tokens: tuple[SimulatedToken, ...]
    loss: float  # mean cross entropy over the chosen tokens, in nats
    accuracy: float  # share of chosen tokens that the first guess gets right
    chosen: int
    seed: int
    notices: tuple[str, ...] = ()

    def count(self, choice: Choice) -> int:
        """Return how many of the chosen tokens met ``choice``."""
        return sum(token.choice is choice for token in self.tokens)


def simulate(text: str, *, model: "Model", seed: int = 0, share: float = SHARE) -> Simulation:
    """Return one round of masking and prediction; the same seed gives the same round.

    As in BERT's own data preparation the number of chosen tokens is ``share`` of the tokens,
    rounded, and at least one. Special tokens and masks of the text are never chosen.

    Raises:
        TextError: as ``text.read`` does, except that no mask is needed; also if the text has
            nothing but masks.
        BusyError: too many requests are waiting.
    """
    masked = read(text, model=model, masks_needed=False)
    words = vocabulary(model.tokenizer)
    choices, input_ids = _corrupt(masked, words, seed, share)
    chosen = tuple(sorted(choices))
    [scores] = model.scores(
        [
            Query(
                input_ids=input_ids,
                positions=chosen,
                top_k=1,
                targets=tuple(masked.input_ids[position] for position in chosen),
            )
        ]
    )
    true_log_probs = np.diagonal(scores.target_log_probs[0])
    results = {}
    for row, position in enumerate(chosen):
        [guess] = guesses_at(
            masked, position, scores.top_ids[0, row], scores.top_log_probs[0, row], model=model
        )
        token = masked.tokens[position]
        results[position] = SimulatedToken(
            token=token,
            choice=choices[position],
            shown=_shown(token, input_ids[position], words),
            guess=guess,
            probability=exp(true_log_probs[row]),
            correct=guess.token_id == token.id,
        )
    return Simulation(
        tokens=tuple(
            results.get(position) or _untouched(token)
            for position, token in enumerate(masked.tokens)
        ),
        loss=-float(true_log_probs.mean()),
        accuracy=sum(bool(result.correct) for result in results.values()) / len(results),
        chosen=len(chosen),
        seed=seed,
        notices=masked.notices,
    )


def _corrupt(
    masked: MaskedText, words: Vocabulary, seed: int, share: float
) -> tuple[dict[int, Choice], tuple[int, ...]]:
    """Return the choice at each chosen position, and the input ids that the model sees."""
    candidates = [
        position
        for position, token in enumerate(masked.tokens)
        if not token.special and token.id != words.mask_id
    ]
    if not candidates:
        raise EmptyTextError("The text has only masks. Write some words for the model to predict.")
    rng = np.random.default_rng(seed)
    count = min(len(candidates), max(1, round(share * len(candidates))))
    ordinary = np.setdiff1d(np.arange(words.size), list(words.special_ids))
    choices: dict[int, Choice] = {}
    input_ids = list(masked.input_ids)
    for position in rng.choice(candidates, size=count, replace=False).tolist():
        draw = rng.random()
        if draw < MASKED_SHARE:
            choices[position] = Choice.MASKED
            input_ids[position] = words.mask_id
        elif draw < MASKED_SHARE + REPLACED_SHARE:
            choices[position] = Choice.REPLACED
            input_ids[position] = int(rng.choice(ordinary))
        else:
            choices[position] = Choice.KEPT
    return choices, tuple(input_ids)


def _shown(token: Token, seen_id: int, words: Vocabulary) -> str:
    return token.text if seen_id == token.id else words.piece(seen_id).text


def _untouched(token: Token) -> SimulatedToken:
    return SimulatedToken(
        token=token, choice=None, shown=token.text, guess=None, probability=None, correct=None
    )

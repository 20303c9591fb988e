"""Each view's result as the rows of a table.

Numbers are as computed, not as shown: probabilities from 0 to 1, natural logarithms, entropies in
nats; masks, positions and ranks count from 1.
"""

from collections.abc import Sequence
from dataclasses import asdict
from math import exp

from playground.mask_filling.compare import Comparison
from playground.mask_filling.fill import Filling
from playground.mask_filling.joint import JointFillings
from playground.mask_filling.layers import LogitLens
from playground.mask_filling.positions import PositionGuesses
from playground.mask_filling.pretraining import Simulation
from playground.mask_filling.targets import TargetScore
from playground.tables import Row


def fill(filling: Filling) -> list[Row]:
    """Return one row a guess."""
    return [
        {"mask": mask, "rank": rank, **asdict(guess), "entropy": entropy}
        for mask, (guesses, entropy) in enumerate(
            zip(filling.guesses, filling.entropy, strict=True), start=1
        )
        for rank, guess in enumerate(guesses, start=1)
    ]


def jointly(found: JointFillings) -> list[Row]:
    """Return one row a filling; ``order`` is the one in which the masks were filled."""
    order = [mask + 1 for mask in found.order]
    return [
        {"rank": rank, **asdict(filling), "probability": exp(filling.log_prob), "order": order}
        for rank, filling in enumerate(found.fillings, start=1)
    ]


def compare_words(scores: Sequence[TargetScore]) -> list[Row]:
    """Return one row a word."""
    return [asdict(score) for score in scores]


def every_position(found: Sequence[PositionGuesses]) -> list[Row]:
    """Return one row a guess; ``found`` is what stands there, with its own probability and rank."""
    return [
        {
            "position": position,
            "found": place.token.text,
            "found_probability": place.probability,
            "found_rank": place.rank,
            "rank": rank,
            **asdict(guess),
        }
        for position, place in enumerate(found, start=1)
        for rank, guess in enumerate(place.guesses, start=1)
    ]


def layers(lens: LogitLens) -> list[Row]:
    """Return one row a guess; layer 0 is the embeddings."""
    return [
        {
            "layer": row.layer,
            "rank": rank,
            **asdict(guess),
            "entropy": row.entropy,
            "final_probability": row.final_probability,
        }
        for row in lens.layers
        for rank, guess in enumerate(row.guesses, start=1)
    ]


def pretraining(simulated: Simulation) -> list[Row]:
    """Return one row a chosen token."""
    tokens = (token for token in simulated.tokens if not token.token.special)
    return [
        {
            "position": position,
            "original": token.token.text,
            "treatment": token.choice.value,
            "shown": token.shown,
            "guess": token.guess.token,
            "correct": token.correct,
            "probability": token.probability,
        }
        for position, token in enumerate(tokens, start=1)
        if token.choice is not None and token.guess is not None
    ]


def side_by_side(compared: Comparison) -> list[Row]:
    """Return one row a token."""
    return [asdict(row) for row in compared.rows]

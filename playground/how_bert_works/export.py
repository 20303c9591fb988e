"""What visitors take along: the numbers of each step of the tour, and of the limits, as rows.

Numbers are as computed, not as shown; positions, layers, heads and units count from 1.
"""

from dataclasses import asdict

import numpy as np

from playground.how_bert_works.bias import Bias
from playground.how_bert_works.long_range import LongRange
from playground.how_bert_works.tour import Prediction, Tour
from playground.mask_filling import LogitLens
from playground.mask_filling import export as mask_filling
from playground.tables import Row


def pieces(tour: Tour) -> list[Row]:
    """Return one row a token."""
    return [
        {"position": place, "token": token.text, "id": token.id, "special": token.special}
        for place, token in enumerate(tour.masked.tokens, start=1)
    ]


def vectors(tour: Tour) -> list[Row]:
    """Return one row a token: its three vectors and what becomes of their sum."""
    found = tour.trace.inputs
    assert found.segment is not None  # BERT has
    assert found.position is not None
    return [
        {
            "position": place,
            "token": token.text,
            "token_vector": words.tolist(),
            "position_vector": where.tolist(),
            "segment_vector": segment.tolist(),
            "input_vector": made.tolist(),
        }
        for place, (token, words, where, segment, made) in enumerate(
            zip(
                tour.masked.tokens,
                found.token,
                found.position,
                found.segment,
                found.output,
                strict=True,
            ),
            start=1,
        )
    ]


def attention(tour: Tour, *, head: int, token: int) -> list[Row]:
    """Return one row a token that is attended to, from ``token`` by ``head``."""
    trace = tour.trace
    return [
        {
            "to_position": place,
            "to": one.text,
            "score": float(trace.scores[head, token, place - 1]),
            "weight": float(trace.weights[head, token, place - 1]),
            "key": trace.key[head, place - 1].tolist(),
            "value": trace.value[head, place - 1].tolist(),
        }
        for place, one in enumerate(tour.masked.tokens, start=1)
    ]


def heads(tour: Tour, *, token: int) -> list[Row]:
    """Return one row a head and a token that is attended to, from ``token``."""
    return [
        {
            "layer": tour.layer + 1,
            "head": head + 1,
            "to_position": place + 1,
            "to": tour.masked.tokens[place].text,
            "weight": float(tour.trace.weights[head, token, place]),
        }
        for head, place in np.ndindex(tour.trace.weights[:, token].shape)
    ]


def feed_forward(tour: Tour, *, token: int) -> list[Row]:
    """Return one row a unit of the feed-forward part at ``token``."""
    before, after = tour.trace.inner[token], tour.trace.activated[token]
    return [
        {"unit": unit, "before": one, "after": other}
        for unit, (one, other) in enumerate(zip(before.tolist(), after.tolist(), strict=True), 1)
    ]


def layers(lens: LogitLens) -> list[Row]:
    """Return one row a layer's guess; layer 0 is the input vectors."""
    return mask_filling.layers(lens)


def output(found: Prediction) -> list[Row]:
    """Return one row a word, most probable first, with its logit and what the loss would be."""
    return [
        {
            "rank": rank,
            "token": guess.token,
            "token_id": guess.token_id,
            "logit": logit,
            "probability": guess.probability,
            "loss": -float(np.log(guess.probability)),
        }
        for rank, (guess, logit) in enumerate(zip(found.guesses, found.logits, strict=True), 1)
    ]


def long_range(found: LongRange) -> list[Row]:
    """Return one row a distance."""
    return [asdict(one) | {"cues": found.cues} for one in found.reaches]


def bias(found: Bias) -> list[Row]:
    """Return one row a word; ``first`` and ``second`` are its mean probabilities."""
    groups = {"first_group": found.association.first, "second_group": found.association.second}
    return [asdict(one) | groups | {"comparisons": found.comparisons} for one in found.effects]

"""Rollout and flow against products and cuts written by hand."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from playground.attention import FLOW_TOKENS, attend, flow, rollout
from playground.errors import TextTooLongError
from playground.models.engine import Model

TOLERANCE = 1e-6
# Two layers of one head over two tokens. With the residual connection they are
# [[1, 0], [0.2, 0.8]] and [[0.75, 0.25], [0, 1]].
TWO_LAYERS = np.array([[[[1, 0], [0.4, 0.6]]], [[[0.5, 0.5], [0, 1]]]], dtype=np.float32)


def some_weights(layers: int, heads: int, tokens: int) -> np.ndarray:
    """Return attention as a model might have it, far from even."""
    weights = np.random.default_rng(0).random((layers, heads, tokens, tokens)) ** 6
    return weights / weights.sum(axis=-1, keepdims=True)


def test_rollout_by_hand() -> None:
    first = [[1.0, 0.0], [0.2, 0.8]]
    second = [
        [0.75 * 1 + 0.25 * 0.2, 0.75 * 0 + 0.25 * 0.8],
        [0 * 1 + 1 * 0.2, 0 * 0 + 1 * 0.8],
    ]
    np.testing.assert_allclose(rollout(TWO_LAYERS), [first, second], atol=TOLERANCE)


def test_rollout_takes_the_mean_over_heads() -> None:
    heads = np.array([[[[1, 0], [0, 1]], [[0, 1], [1, 0]]]], dtype=np.float32)
    np.testing.assert_allclose(rollout(heads), [[[0.75, 0.25], [0.25, 0.75]]], atol=TOLERANCE)


def test_rollout_of_a_model_sums_to_one(look_into: Callable[[str], Model]) -> None:
    attended = attend("the cat sat on the mat", model=look_into("bert"))
    found = rollout(attended.weights)
    assert found.shape == (attended.layers, len(attended.tokens), len(attended.tokens))
    np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-5)


def test_flow_by_hand() -> None:
    # Input 0 from token 0: 0.75 straight down, and 0.25 over token 1, of which 0.2 goes on.
    # Input 1 from token 0: nothing straight down, and all of the 0.25 over token 1.
    np.testing.assert_allclose(flow(TWO_LAYERS, 0), [0.95, 0.25], atol=TOLERANCE)
    np.testing.assert_allclose(flow(TWO_LAYERS, 1), [0.2, 0.8], atol=TOLERANCE)


def test_flow_is_the_smallest_cut() -> None:
    weights = some_weights(layers=3, heads=2, tokens=3)
    for token in range(3):
        expected = [smallest_cut(weights, token, sink) for sink in range(3)]
        np.testing.assert_allclose(flow(weights, token), expected, atol=TOLERANCE)


def smallest_cut(weights: np.ndarray, token: int, sink: int) -> float:
    """Return the maximum flow by trying all cuts (Ford and Fulkerson 1956) of three tokens."""
    capacities = 0.5 * weights.mean(axis=1) + 0.5 * np.eye(3)
    levels = len(weights) - 1  # between the input and the last layer
    cuts = []
    for sides in product([False, True], repeat=3 * levels):
        above = [
            np.arange(3) != sink,  # the other inputs lead nowhere: cutting them off costs nothing
            *np.reshape(sides, (levels, 3)),
            np.arange(3) == token,
        ]
        cuts.append(
            sum(
                capacities[layer][np.ix_(above[layer + 1], ~above[layer])].sum()
                for layer in range(len(weights))
            )
        )
    return min(cuts)


def test_flow_of_a_model_is_a_share(look_into: Callable[[str], Model]) -> None:
    attended = attend("the cat sat on the mat", model=look_into("bert"))
    found = flow(attended.weights, 0)
    assert found.shape == (len(attended.tokens),)
    assert found.min() > 0
    assert found.max() <= 1
    # One path is the residual connection all the way down.
    assert found[0] >= 0.5


def test_flow_of_too_much_is_refused() -> None:
    tokens = FLOW_TOKENS + 1
    weights = np.full((1, 1, tokens, tokens), 1 / tokens, dtype=np.float32)
    with pytest.raises(TextTooLongError, match=f"{tokens} tokens.* at most {FLOW_TOKENS}"):
        flow(weights, 0)
    with pytest.raises(TextTooLongError, match="at most 1,"):
        flow(TWO_LAYERS, 0, max_tokens=1)


@pytest.mark.parametrize("token", [-1, 2])
def test_flow_from_no_token_is_refused(token: int) -> None:
    with pytest.raises(IndexError, match=f"token {token}"):
        flow(TWO_LAYERS, token)

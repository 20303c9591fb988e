"""Step by step: one head's attention from one token, computed anew from the model's own numbers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.attention.text import AttentionMap

if TYPE_CHECKING:
    from playground.models.engine import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How one head, looking from one token, comes to its weights and its output; all float32."""

    x: np.ndarray  # [hidden], what enters the layer at the token
    q: np.ndarray  # [head_dim], the token's query
    k: np.ndarray  # [token, head_dim], every token's key
    v: np.ndarray  # [token, head_dim], every token's value
    scores: np.ndarray  # [token], q·k / sqrt(head_dim)
    weights: np.ndarray  # [token], their softmax; sums to 1
    output: np.ndarray  # [head_dim], the values' sum, weighted by ``weights``
    difference: float  # largest absolute difference of ``weights`` from the model's own


def step(attended: AttentionMap, *, layer: int, head: int, token: int, model: "Model") -> Step:
    """Return the attention of ``head`` in ``layer`` from ``token``, with each intermediate result.

    softmax(q Kᵀ / sqrt(d_k)) V, where q, K and V are linear in what enters the layer (Vaswani et
    al. 2017, Attention Is All You Need, equation 1). ``model`` is the one that ``attended`` is of.

    Raises:
        UnsupportedModelError: the model's attention adds another term to the scores.
        IndexError: there is no such layer, head or token.
    """
    for name, index, count in zip(
        ("layer", "head", "token"), (layer, head, token), attended.weights.shape[:3], strict=True
    ):
        if not 0 <= index < count:
            raise IndexError(f"There is no {name} {index}: they count from 0 to {count - 1}.")
    parameters = model.head_parameters(layer, head)
    states = attended.hidden_states[layer]
    x = states[token]
    q = parameters.query_weight @ x + parameters.query_bias
    k = states @ parameters.key_weight.T + parameters.key_bias
    v = states @ parameters.value_weight.T + parameters.value_bias
    scores = k @ q * np.float32(parameters.scale)
    weights = _softmax(scores)
    return Step(
        x=x,
        q=q,
        k=k,
        v=v,
        scores=scores,
        weights=weights,
        output=weights @ v,
        difference=float(np.abs(weights - attended.weights[layer, head, token]).max()),
    )


def _softmax(scores: np.ndarray) -> np.ndarray:
    """Return exp(score) / sum of exp(scores); without their maximum, exp could overflow."""
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()

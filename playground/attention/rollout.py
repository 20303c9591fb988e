"""Through the layers: how much of each input token reaches each token, by rollout and by flow.

Both follow attention down a graph whose nodes are the tokens at every layer (Abnar and Zuidema
2020, Quantifying Attention Flow in Transformers). Heads count alike, and half of each layer is the
residual connection, which passes a token on as it is.
"""

from itertools import accumulate

import numpy as np

from playground.errors import TextTooLongError

# One flow is computed for each input token, over all edges: 128 tokens take 0.6 s at 12 layers and
# twice that at 24; the time grows with the third power of the length, to 6 s at 256 tokens.
FLOW_TOKENS = 128
# Capacities are whole numbers. What leaves the source is this in all, and all flow comes from
# there: 32 bits hold it, and rounding costs less than 1e-6 of a flow.
UNIT = 10**9


def rollout(weights: np.ndarray) -> np.ndarray:
    """Return the attention rollout of ``weights`` [layer, head, from, to] at every layer.

    The result, [layer, from, to], says how much of each input token is in each token after a layer:
    the product of 0.5 A + 0.5 I over the layers up to it (equation 1 of the paper). Rows sum to 1.
    """
    return np.array(list(accumulate(_with_residual(weights), lambda below, layer: layer @ below)))


def flow(weights: np.ndarray, token: int, *, max_tokens: int = FLOW_TOKENS) -> np.ndarray:
    """Return the attention flow, 0 to 1, from ``token`` after the last layer to each input token.

    The flow to an input token is the maximum flow through the graph of ``weights`` [layer, head,
    from, to] whose capacities are 0.5 A + 0.5 I. Each is a problem of its own, so that, unlike
    rollout's, they do not sum to 1. The result is float64 [to].

    Raises:
        TextTooLongError: there are more than ``max_tokens`` tokens.
        IndexError: there is no such token.
    """
    # Here and not above: they take 0.2 s, and the first paint needs no flow.
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    layers, _, count, _ = weights.shape
    if count > max_tokens:
        raise TextTooLongError(
            f"The text has {count:,} tokens; attention flow is computed for at most "
            f"{max_tokens:,}, since its cost grows with the third power of the length. Shorten "
            "the text, or look at the rollout, which has no such limit."
        )
    if not 0 <= token < count:
        raise IndexError(f"There is no token {token}: they count from 0 to {count - 1}.")
    capacities = np.rint(UNIT * _with_residual(weights)).astype(np.int32)
    layer, start, end = np.indices(capacities.shape).reshape(3, -1)
    # Node number level * count + token; level 0 is the input and a layer leads down to the one
    # below it.
    edges = (layer + 1) * count + start, layer * count + end
    nodes = (layers + 1) * count
    graph = csr_array((capacities.ravel(), edges), shape=(nodes, nodes))
    source = layers * count + token
    flows = np.array([maximum_flow(graph, source, sink).flow_value for sink in range(count)])
    return np.minimum(flows / UNIT, 1)  # the rounded capacities of a row may sum to a hair more


def _with_residual(weights: np.ndarray) -> np.ndarray:
    """Return 0.5 A + 0.5 I of each layer, [layer, from, to], with A the mean over its heads."""
    mixed = 0.5 * weights.mean(axis=1) + 0.5 * np.eye(weights.shape[-1], dtype=weights.dtype)
    return mixed / mixed.sum(axis=-1, keepdims=True)

"""Each step of a BERT computed anew in numpy, by its formula, beside the model's own numbers."""

from dataclasses import dataclass

import numpy as np

from playground.models.trace_queries import Linear, Norm, Trace, TraceParameters
from playground.tokenizer.input_layer import layer_norm


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """How far each step computed anew is from the model's own, as a share of its largest number.

    Numbers of 32 bits are exact to a share of 0.0000001; torch's sum over the vocabulary, in
    softmax, to some hundred of these.
    """

    inputs: float
    attention: float
    heads: float
    feed_forward: float
    output: float


def linear(states: np.ndarray, layer: Linear) -> np.ndarray:
    """Return ``states`` [..., in] times the layer's matrix, plus its bias, [..., out]."""
    return states @ layer.weight.T + layer.bias


def norm(states: np.ndarray, layer: Norm) -> np.ndarray:
    """Return LayerNorm of ``states`` [..., hidden]."""
    return layer_norm(states, weight=layer.weight, bias=layer.bias, epsilon=layer.eps)


def gelu(values: np.ndarray) -> np.ndarray:
    """Return x·Φ(x), Φ being the normal distribution's share below x.

    Hendrycks and Gimpel 2016, Gaussian Error Linear Units, arXiv:1606.08415, section 2.
    """
    from scipy.special import ndtr

    return values * ndtr(values)


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return exp(score) / sum of exp(scores) along the last axis, in float64.

    Without the scores' maximum, exp could overflow.
    """
    scores = scores.astype(np.float64)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def differences(
    trace: Trace, parameters: TraceParameters, *, layer: int, position: int
) -> Differences:
    """Return how far each step computed anew is from ``trace``.

    Its inside is that of ``layer``, its prediction that at ``position``. Each
    step starts from what the model itself put into it.
    """
    inputs, entering, leaving = trace.inputs, trace.states[layer], trace.states[layer + 1]
    embedding_norm = Norm(weight=inputs.norm_weight, bias=inputs.norm_bias, eps=inputs.norm_epsilon)
    query, key, value = (
        _by_head(linear(entering, one), parameters.heads)
        for one in (parameters.query, parameters.key, parameters.value)
    )
    scores = query @ key.swapaxes(1, 2) / np.sqrt(query.shape[-1])
    weights = softmax(trace.scores)
    context = np.concatenate(list(trace.weights @ value), axis=-1)
    mixed = linear(trace.context, parameters.mixing)
    attended = norm(entering + mixed, parameters.attention_norm)
    inner = linear(trace.attended, parameters.inner)
    activated = gelu(inner)
    outer = linear(trace.activated, parameters.outer)
    ended = norm(trace.attended + outer, parameters.output_norm)
    transformed = norm(
        gelu(linear(trace.states[-1, position], parameters.transform)), parameters.transform_norm
    )
    logits = linear(trace.transformed, parameters.decoder)
    return Differences(
        inputs=_most(
            (norm(inputs.summed, embedding_norm), inputs.output), (inputs.output, trace.states[0])
        ),
        attention=_most((scores, trace.scores), (weights, trace.weights), (context, trace.context)),
        heads=_most((mixed, trace.mixed), (attended, trace.attended)),
        feed_forward=_most(
            (inner, trace.inner),
            (activated, trace.activated),
            (outer, trace.outer),
            (ended, leaving),
        ),
        output=_most(
            (transformed, trace.transformed),
            (logits, trace.logits[-1]),
            (softmax(trace.logits[-1]), trace.probabilities),
        ),
    )


def _by_head(states: np.ndarray, heads: int) -> np.ndarray:
    """Return ``states`` [token, hidden] as [head, token, size]."""
    return states.reshape(len(states), heads, -1).swapaxes(0, 1)


def _most(*pairs: tuple[np.ndarray, np.ndarray]) -> float:
    return max(float(np.abs(made - own).max() / np.abs(own).max()) for made, own in pairs)

"""All numbers between a text and its prediction: what is asked, and what comes back; no torch."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from playground.models.queries import InputLayer


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceQuery:
    """One tokenized text whose way through a BERT is wanted, with one layer's inside."""

    kind: ClassVar[Hashable] = "trace"
    input_ids: tuple[int, ...]  # special tokens included
    position: int  # the token whose prediction is read
    layer: int  # the one that is looked into, from 0

    @property
    def tokens(self) -> int:
        """The length of the text."""
        return len(self.input_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a masked language model computed on its way through one text; arrays are float32.

    Names in the order of the computation. Of the layers only the one that was asked for is kept
    with its inside; ``states`` has what enters and leaves each of them.
    """

    inputs: InputLayer
    states: np.ndarray  # [layer + 1, token, hidden], the embedding output first
    query: np.ndarray  # [head, token, size]
    key: np.ndarray  # [head, token, size]
    value: np.ndarray  # [head, token, size]
    scores: np.ndarray  # [head, from_token, to_token], q·k / sqrt(size)
    weights: np.ndarray  # [head, from_token, to_token], their softmax; rows sum to 1
    context: np.ndarray  # [token, hidden], the heads' outputs side by side
    mixed: np.ndarray  # [token, hidden], those times the output matrix
    attention_sum: np.ndarray  # [token, hidden], with what entered the layer added
    attended: np.ndarray  # [token, hidden], after LayerNorm
    inner: np.ndarray  # [token, inner], of the feed-forward part, before GELU
    activated: np.ndarray  # [token, inner], after it
    outer: np.ndarray  # [token, hidden], back at the width of the layer
    output_sum: np.ndarray  # [token, hidden], with ``attended`` added; LayerNorm ends the layer
    transformed: np.ndarray  # [hidden], what the output layer reads at the position asked for
    logits: np.ndarray  # [layer + 1, vocabulary] there, each layer's state through the head
    probabilities: np.ndarray  # [vocabulary], softmax of the last layer's logits


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """A linear layer: ``states @ weight.T + bias``."""

    weight: np.ndarray  # float32 [out, in]
    bias: np.ndarray  # float32 [out]


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """The parameters of a LayerNorm."""

    weight: np.ndarray  # float32 [hidden]
    bias: np.ndarray  # float32 [hidden]
    eps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceParameters:
    """Everything a trace was computed with, behind the input layer."""

    heads: int
    query: Linear
    key: Linear
    value: Linear
    mixing: Linear  # the output matrix of the attention
    attention_norm: Norm
    inner: Linear
    outer: Linear
    output_norm: Norm
    transform: Linear  # of the prediction head
    transform_norm: Norm
    decoder: Linear  # onto the vocabulary; its weight is the table of token vectors

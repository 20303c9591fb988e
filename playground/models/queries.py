"""What can be asked of a model, and what comes back; plain values, no torch."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One tokenized text and the positions to read from it.

    ``input_ids`` include the special tokens. ``targets`` are token ids whose probability is wanted
    at every position. With ``every_layer`` each layer's hidden states go through the same head
    (logit lens), the embedding output first.
    """

    input_ids: tuple[int, ...]
    positions: tuple[int, ...]
    token_type_ids: tuple[int, ...] | None = None
    top_k: int = 0
    targets: tuple[int, ...] = ()
    every_layer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The answer to one query; the layer axis has length 1 unless every layer was asked for.

    Probabilities are over the whole vocabulary; logarithms are natural.
    """

    top_ids: np.ndarray  # int64 [layer, position, k], most probable first
    top_log_probs: np.ndarray  # float32 [layer, position, k]
    target_log_probs: np.ndarray  # float32 [layer, position, target]
    entropy: np.ndarray  # float32 [layer, position], in nats


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelQuery:
    """One tokenized text, or pair of texts, whose labels are wanted.

    The answer is an array of logits, float32: [label] of a text classifier, [token, label] of a
    token classifier.
    """

    input_ids: tuple[int, ...]  # special tokens included
    token_type_ids: tuple[int, ...] | None = None
    every_layer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What a classifier tells apart."""

    names: tuple[str, ...]  # in the order of the logits
    several: bool = False  # whether a text may have several, each with a probability of its own
    temperature: float = 1.0  # by which logits are divided before they become probabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionQuery:
    """One tokenized text, or pair of texts, whose attention is wanted."""

    input_ids: tuple[int, ...]  # special tokens included
    token_type_ids: tuple[int, ...] | None = None
    every_layer: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Attentions:
    """All attention weights of one text, in fp32, as the model itself returns them."""

    weights: np.ndarray  # float32 [layer, head, from_token, to_token]; rows sum to 1
    hidden_states: np.ndarray  # float32 [layer + 1, token, hidden], the embedding output first


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadParameters:
    """What one head computes its queries, keys and values with: ``states @ weight.T + bias``."""

    query_weight: np.ndarray  # float32 [head_dim, hidden]
    query_bias: np.ndarray  # float32 [head_dim]
    key_weight: np.ndarray  # float32 [head_dim, hidden]
    key_bias: np.ndarray  # float32 [head_dim]
    value_weight: np.ndarray  # float32 [head_dim, hidden]
    value_bias: np.ndarray  # float32 [head_dim]
    scale: float  # of the scores: 1 / sqrt(head_dim)

"""What can be asked of a model, and what comes back; plain values, no torch."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np


class Asked(Protocol):
    """What the engine knows of any query: which others it may share a batch with."""

    @property
    def kind(self) -> Hashable:
        """Queries of one kind, of one model, run in one batch."""

    @property
    def tokens(self) -> int:
        """How many tokens it sends through the model, padding left out."""


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

    @property
    def kind(self) -> Hashable:
        """A batch reads every layer of all its texts, or the last of all."""
        return "every layer" if self.every_layer else "last layer"

    @property
    def tokens(self) -> int:
        """The length of the text."""
        return len(self.input_ids)


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

    kind: ClassVar[Hashable] = "labels"
    input_ids: tuple[int, ...]  # special tokens included
    token_type_ids: tuple[int, ...] | None = None

    @property
    def tokens(self) -> int:
        """The length of the text."""
        return len(self.input_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributionQuery:
    """One tokenized text and the label whose score is to be shared out among its tokens.

    The score is the label's log-odds: the logarithm of its probability over that of all others.
    ``baseline_ids``, as many as ``input_ids``, are the text that says nothing, from which the way
    to the real one is walked in ``steps`` steps. None of them is padding, which has no position in
    RoBERTa and its kin.
    """

    kind: ClassVar[Hashable] = "attribution"
    input_ids: tuple[int, ...]  # special tokens included
    baseline_ids: tuple[int, ...]
    label: int  # index of its logit
    steps: int
    token_type_ids: tuple[int, ...] | None = None

    @property
    def tokens(self) -> int:
        """The text goes through the model once a step."""
        return len(self.input_ids) * self.steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributions:
    """The share of each token in the score of a label, by integrated gradients."""

    values: np.ndarray  # float32 [token], in log-odds
    score: float  # log-odds of the label for the text
    baseline_score: float  # and for the baseline

    @property
    def gap(self) -> float:
        """What the values' sum lacks of the difference of the scores; exact integrals leave 0.

        Completeness: Sundararajan et al. 2017, proposition 1.
        """
        return self.score - self.baseline_score - float(self.values.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What a classifier tells apart."""

    names: tuple[str, ...]  # in the order of the logits
    several: bool = False  # whether a text may have several, each with a probability of its own
    temperature: float = 1.0  # by which logits are divided before they become probabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionQuery:
    """One tokenized text, or pair of texts, whose attention is wanted."""

    kind: ClassVar[Hashable] = "attention"
    input_ids: tuple[int, ...]  # special tokens included
    token_type_ids: tuple[int, ...] | None = None

    @property
    def tokens(self) -> int:
        """The length of the text."""
        return len(self.input_ids)


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

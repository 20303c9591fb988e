"""What can be asked of a model, and what comes back; plain values, no torch."""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
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

    input_ids: tuple[int, ...]  # special tokens included
    baseline_ids: tuple[int, ...]
    label: int  # index of its logit
    steps: int
    token_type_ids: tuple[int, ...] | None = None


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


class Pooling(StrEnum):
    """How one vector is made of the last layer's hidden states of a text."""

    MEAN = "mean of all tokens"
    FIRST = "first token"  # [CLS], or <s>


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorQuery:
    """One tokenized text whose vector is wanted.

    The answer is float32 [hidden], of length 1.
    """

    kind: ClassVar[Hashable] = "vector"
    input_ids: tuple[int, ...]  # special tokens included
    pooling: Pooling = Pooling.MEAN
    token_type_ids: ClassVar[None] = None

    @property
    def positions(self) -> range:
        """The tokens that the vector is made of: special tokens count, as in training."""
        return range(1 if self.pooling is Pooling.FIRST else len(self.input_ids))

    @property
    def tokens(self) -> int:
        """The length of the text."""
        return len(self.input_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatesQuery:
    """One tokenized text whose hidden states are wanted at some positions.

    The answer is float32 [layer, position, hidden]: the embedding output first and then every
    layer, or ``layer`` alone, of which 0 is the embedding output.
    """

    input_ids: tuple[int, ...]  # special tokens included
    positions: tuple[int, ...]
    layer: int | None = None
    token_type_ids: ClassVar[None] = None

    @property
    def kind(self) -> Hashable:
        """A batch reads the same layer of all its texts, or all layers."""
        return "states", self.layer

    @property
    def tokens(self) -> int:
        """The length of the text."""
        return len(self.input_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputQuery:
    """One tokenized text, or pair of texts, whose way through the input layer is wanted."""

    kind: ClassVar[Hashable] = "input layer"
    input_ids: tuple[int, ...]  # special tokens included
    token_type_ids: tuple[int, ...] | None = None

    @property
    def tokens(self) -> int:
        """The length of the text."""
        return len(self.input_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputLayer:
    """The input layer's parts for one text, in fp32: what is looked up, and what is made of it.

    The model's own output is LayerNorm(token + segment + position), parts that are None left out.
    ``size`` is the width of the embeddings; where the layers above are wider (ALBERT, ELECTRA), a
    matrix behind this layer stretches its output to ``hidden_size``.
    """

    token: np.ndarray  # float32 [token, size]
    segment: np.ndarray | None  # float32 [token, size]; None where the family has none
    position: np.ndarray | None  # float32 [token, size]; None where it is not part of the input
    position_ids: np.ndarray | None  # int64 [token]; rows of the table of positions
    norm_weight: np.ndarray  # float32 [size]
    norm_bias: np.ndarray  # float32 [size]
    norm_epsilon: float  # added to the variance
    output: np.ndarray  # float32 [token, size], as the model itself computes it
    hidden_size: int

    @property
    def summed(self) -> np.ndarray:
        """The sum of the parts that there are, float32 [token, size]."""
        found = self.token
        for part in (self.segment, self.position):
            found = found if part is None else found + part
        return found


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

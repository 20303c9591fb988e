"""What a trained model says of the examples that were held out."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, order=True)
class PredictedSpan:
    """The entity ``text[start:end]``, with the probability of its label."""

    start: int
    end: int
    label: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """What a model says of a part's examples, in their order; what its task lacks is None.

    ``logits`` is float32 [example, label], for classification, several labels and pairs; ``spans``
    is for named entities.
    """

    logits: np.ndarray | None = None
    spans: tuple[tuple[PredictedSpan, ...], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedScores:
    """How well a masked LM fills masks in held-out texts; the same masks for every model.

    ``loss`` is the mean cross-entropy in nats a masked token; its exponential is the perplexity.
    Without the single ``losses`` the perplexity has no interval, and no test tells chance apart.
    """

    tokens: int  # that were masked
    loss: float
    top_1: float  # share of masks whose likeliest token is the right one
    top_5: float
    losses: np.ndarray | None = None  # float32 [masked token], whose mean is ``loss``

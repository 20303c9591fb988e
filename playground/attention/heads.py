"""One head in figures: how it spreads its attention and where it sends it."""

from dataclasses import dataclass

import numpy as np

from playground.attention.text import AttentionMap


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadFigures:
    """Figures of every head, each float32 [layer, head], means over all tokens of the text."""

    entropy: np.ndarray  # of a row, in nats
    distance: np.ndarray  # tokens between the one that attends and the one attended to
    special: np.ndarray  # share that special tokens such as [CLS] and [SEP] get
    previous: np.ndarray  # share that the token before gets
    next: np.ndarray  # share that the token after gets
    same: np.ndarray  # share that the token gives itself


def head_figures(attended: AttentionMap) -> HeadFigures:
    """Return what characterises each head on this text (compare Clark et al., 2019, section 3)."""
    weights = attended.weights
    tokens = np.arange(weights.shape[-1])
    distances = np.abs(tokens[:, None] - tokens).astype(np.float32)
    logarithms = np.log(weights, out=np.zeros_like(weights), where=weights > 0)
    return HeadFigures(
        entropy=-np.einsum("lhij,lhij->lh", weights, logarithms) / len(tokens),
        distance=np.einsum("lhij,ij->lh", weights, distances) / len(tokens),
        special=weights[..., attended.specials].sum(axis=-1).mean(axis=-1),
        previous=_beside(weights, -1),
        next=_beside(weights, 1),
        same=_beside(weights, 0),
    )


def _beside(weights: np.ndarray, offset: int) -> np.ndarray:
    """Return the mean over the tokens that have one at ``offset`` of what that one gets."""
    return np.diagonal(weights, offset=offset, axis1=-2, axis2=-1).mean(axis=-1)

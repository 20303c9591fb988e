"""Child and base: how alike the hidden states of one text are, layer by layer."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground import attention
from playground.errors import UnsupportedModelError

if TYPE_CHECKING:
    from playground.models.engine import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Similarity:
    """Two models' states of one text; the first row is the embeddings' output."""

    tokens: tuple[str, ...]
    cosine: np.ndarray  # float [layer + 1, token], from -1 to 1
    cka: np.ndarray  # float [layer + 1], from 0 to 1
    notices: tuple[str, ...] = ()

    @property
    def mean_cosine(self) -> np.ndarray:
        """The mean over the tokens; float [layer + 1]."""
        mean: np.ndarray = self.cosine.mean(axis=1)
        return mean


def similarity(text: str, *, child: "Model", base: "Model") -> Similarity:
    """Return how alike the hidden states of ``text`` are in two models without their heads.

    Raises:
        TextError: as ``attention.attend`` does.
        UnsupportedModelError: they cut the text into other tokens, or differ in size.
        BusyError: too many requests are waiting.
    """
    ours, theirs = (
        attention.shared_maps().attend(text, "", model=model) for model in (child, base)
    )
    if ours.input_ids != theirs.input_ids or ours.hidden_states.shape != theirs.hidden_states.shape:
        raise UnsupportedModelError(
            f"{child.spec.title} and {base.spec.title} cut this text differently or differ in "
            "size, so their states cannot be compared one by one."
        )
    return Similarity(
        tokens=tuple(token.text for token in ours.tokens),
        cosine=cosine(ours.hidden_states, theirs.hidden_states),
        cka=np.array(
            [cka(x, y) for x, y in zip(ours.hidden_states, theirs.hidden_states, strict=True)]
        ),
        notices=ours.notices,
    )


def cosine(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the cosine of the angle between vectors [..., hidden]."""
    norms = np.linalg.norm(first, axis=-1) * np.linalg.norm(second, axis=-1)
    found: np.ndarray = (first * second).sum(axis=-1) / norms
    return found


def cka(first: np.ndarray, second: np.ndarray) -> float:
    """Return the linear centered kernel alignment of states [token, hidden], 0 to 1.

    It sees which tokens are alike and not how the space is turned (Kornblith et al. 2019,
    arXiv:1905.00414, section 3). NaN for a single token, which is like nothing.
    """
    grams = []
    for states in (first, second):
        centered = states.astype(np.float64) - states.mean(axis=0, dtype=np.float64)
        grams.append(centered @ centered.T)
    norms = np.linalg.norm(grams[0]) * np.linalg.norm(grams[1])
    return float((grams[0] * grams[1]).sum() / norms) if norms else float("nan")

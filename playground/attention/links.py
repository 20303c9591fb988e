"""The strongest links of a head: for each token, the few others that take most of its attention."""

from dataclasses import dataclass

import numpy as np

# Below this part of a row's total lies the rounding of fp32: it never asks for one more link.
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Links:
    """Links of one head, from-token by from-token in the text's order, strongest first in each."""

    starts: np.ndarray  # int64 [token + 1]; those of token i are starts[i] : starts[i + 1]
    targets: np.ndarray  # int64 [link]; the token that each goes to
    weights: np.ndarray  # float32 [link]

    @property
    def sources(self) -> np.ndarray:
        """The token that each link comes from; int64 [link]."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeadLinks:
    """A head's links with what it is called; ``number`` counts the model's heads, from 0."""

    name: str
    number: int  # it decides the colour, so a head keeps its own
    links: Links


def strongest(weights: np.ndarray, share: float) -> Links:
    """Return each row's smallest set of strongest links that holds ``share`` of the row's total.

    This is the selection that exBERT opens with (Hoover et al., 2020). Of equal weights the
    earlier token goes first. A weight of zero is no link, whatever the share.

    Args:
        weights: float32 [from_token, to_token], none negative; rows need not sum to 1.
        share: from 0 (no links) to 1 (all of them, but for a millionth of the row).
    """
    rows, columns = weights.shape
    ordered, places = _descending(weights.astype(np.float32, copy=False))
    reached = np.cumsum(ordered, axis=1, dtype=np.float64)
    wanted = (share - _ROUNDING) * reached[:, -1:]
    # A link belongs in as long as those before it fall short.
    before = np.hstack([np.zeros((rows, 1)), reached[:, : columns - 1]])
    kept = (before < wanted) & (ordered > 0)
    return Links(
        starts=np.concatenate([[0], np.cumsum(kept.sum(axis=1))]),
        targets=places[kept],
        weights=ordered[kept],
    )


def _descending(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each row's values from the highest down, and where they stood: [row, column] both.

    Floats that are not negative order as their bits do. With the column in the lower half of the
    number all are different, so the fast sort gives what the stable one does, in a third of its
    time.
    """
    bits = ~weights.view(np.uint32)
    columns = np.arange(weights.shape[1], dtype=np.uint64)
    ordered = np.sort((bits.astype(np.uint64) << np.uint64(32)) | columns, axis=1)
    values = ~(ordered >> np.uint64(32)).astype(np.uint32)
    return values.view(np.float32), (ordered & np.uint64(0xFFFFFFFF)).astype(np.int64)

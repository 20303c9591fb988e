"""The check on an attribution: take the words away that it calls important, and look."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.models.queries import LabelQuery
from playground.sentiment.classify import probabilities
from playground.sentiment.explain import Explanation, Word

if TYPE_CHECKING:
    from playground.models.engine import Model

POINTS = 10  # of a curve, besides the whole text
RANDOM_ORDERS = 10
# A window of more words takes longer, and its random orders differ less.
MANY_WORDS, ORDERS_OF_MANY = 100, 3
SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """The probability of a label while words are taken away, none at first and all at the end."""

    removed: tuple[int, ...]  # words
    by_attribution: tuple[float, ...]  # the words that speak most for the label first
    at_random: tuple[float, ...]  # the mean over some random orders
    lowest: tuple[float, ...]  # of those orders
    highest: tuple[float, ...]
    order: tuple[Word, ...]  # of ``by_attribution``

    @property
    def mean_by_attribution(self) -> float:
        """The mean height of the curve; the lower, the faster it falls."""
        return float(np.mean(self.by_attribution))

    @property
    def mean_at_random(self) -> float:
        """The mean height of the random orders' curve."""
        return float(np.mean(self.at_random))

    @property
    def is_faster(self) -> bool:
        """Whether the probability falls faster than at random."""
        return self.mean_by_attribution < self.mean_at_random


def deletion(explanation: Explanation, *, model: "Model") -> Deletion:
    """Return how the label's probability falls as words are deleted from the window.

    Words are deleted with all their tokens, so that the rest closes up; special tokens stay. After
    the deletion metric of Petsiuk et al. 2018 (RISE, arXiv:1806.07421, section 4.1) and
    comprehensiveness of DeYoung et al. 2020 (ERASER, arXiv:1911.03429, section 4).

    Raises:
        BusyError: too many requests are waiting.
    """
    words = explanation.words
    rng = np.random.default_rng(SEED)
    best_first = np.argsort([-word.value for word in words], kind="stable")
    random_orders = ORDERS_OF_MANY if len(words) > MANY_WORDS else RANDOM_ORDERS
    orders = [best_first, *(rng.permutation(len(words)) for _ in range(random_orders))]
    counts = sorted({round(len(words) * point / POINTS) for point in range(POINTS + 1)})
    queries = [
        LabelQuery(input_ids=_without(explanation, order[:count]))
        for order in orders
        for count in counts
    ]
    found = probabilities(np.stack(model.logits(queries)), model.labels)[:, explanation.label]
    curves = found.reshape(len(orders), len(counts))
    return Deletion(
        removed=tuple(counts),
        by_attribution=tuple(curves[0].tolist()),
        at_random=tuple(curves[1:].mean(axis=0).tolist()),
        lowest=tuple(curves[1:].min(axis=0).tolist()),
        highest=tuple(curves[1:].max(axis=0).tolist()),
        order=tuple(words[index] for index in best_first),
    )


def _without(explanation: Explanation, removed: np.ndarray) -> tuple[int, ...]:
    """Return the window's ids without those of the words numbered ``removed``."""
    window = explanation.window
    gone = {
        window.lead + token - window.begin
        for index in removed
        for token in explanation.words[index].tokens
    }
    return tuple(id_ for place, id_ in enumerate(window.input_ids) if place not in gone)

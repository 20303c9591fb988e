"""A shuffled paragraph put in order again by what may follow what."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from playground.errors import TextError, TextTooLongError
from playground.next_sentence.judge import check_length, judge, language_notices
from playground.settings import Settings
from playground.text.cleaning import blanked
from playground.text.sentences import sentence_spans

if TYPE_CHECKING:
    from playground.models.engine import Model

FEWEST_SENTENCES, MOST_SENTENCES = 2, 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order of sentences, numbered from 0 as the text has them, against the true one."""

    sentences: tuple[int, ...]
    log_probability: float  # the sum over neighbours of the logarithm that one follows the other
    tau: float  # Kendall's, 1 for the true order and -1 for its reverse
    neighbours: float  # share of the true neighbours that stand one right behind the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A paragraph's sentences, shuffled and put in order.

    ``probabilities`` [first, second], float64, are those that the second follows the first, in the
    order of the text; NaN on the diagonal.
    """

    sentences: tuple[str, ...]  # in the order of the text
    probabilities: np.ndarray
    true: Order
    shuffled: Order
    found: Order
    notices: tuple[str, ...] = ()

    @property
    def neighbours_at_random(self) -> float:
        """The share of true neighbours that a random order keeps on average.

        Of n! orders, (n - 1)! have a given sentence right behind a given other one.
        """
        return 1 / len(self.sentences)


def order_paragraph(
    text: str, *, seed: int, model: "Model", settings: Settings | None = None
) -> Ordered:
    """Return the sentences of ``text``, shuffled by ``seed`` and put in order by the model.

    Raises:
        TextError: there are too few sentences.
        TextTooLongError: there are too many, or too many characters.
        BusyError: too many requests are waiting.
    """
    check_length(len(text), settings)
    seen = blanked(text)
    sentences = tuple(" ".join(seen[start:end].split()) for start, end in sentence_spans(text))
    count = len(sentences)
    if count < FEWEST_SENTENCES:
        raise TextError(
            f"There {'is one sentence' if count else 'is no sentence'} here. Write at least "
            f"{FEWEST_SENTENCES}; a sentence ends with “.”, “!”, “?” or its line."
        )
    if count > MOST_SENTENCES:
        raise TextTooLongError(
            f"The paragraph has {count} sentences; at most {MOST_SENTENCES} are put in order "
            "here. Take some out."
        )
    probabilities = _matrix(sentences, model)
    scores = np.log(np.clip(probabilities, np.finfo(float).tiny, None))
    shuffled = np.random.default_rng(seed).permutation(count)
    # The search sees the sentences as they were shuffled, or a tie would favour the true order.
    path = best_path(scores[np.ix_(shuffled, shuffled)])
    return Ordered(
        sentences=sentences,
        probabilities=probabilities,
        true=compared(range(count), scores),
        shuffled=compared(shuffled.tolist(), scores),
        found=compared(shuffled[list(path)].tolist(), scores),
        notices=language_notices(text, model),
    )


def _matrix(sentences: Sequence[str], model: "Model") -> np.ndarray:
    count = len(sentences)
    places = [(i, j) for i in range(count) for j in range(count) if i != j]
    judged = judge([(sentences[i], sentences[j]) for i, j in places], model=model)
    found = np.full((count, count), np.nan)
    for place, one in zip(places, judged, strict=True):
        found[place] = one.probability
    return found


def best_path(scores: np.ndarray) -> tuple[int, ...]:
    """Return the order of all items whose steps have the highest sum of ``scores`` [from, to].

    It is the best of all orders: dynamic programming over sets of items (Held and Karp 1962), 2^n
    sets of n items. The diagonal is never read.
    """
    count = len(scores)
    steps = scores.copy()
    np.fill_diagonal(steps, -np.inf)
    bits = 1 << np.arange(count)
    # best[set, last]: the highest sum of a path through the set that ends with `last`.
    best = np.full((1 << count, count), -np.inf)
    before = np.zeros((1 << count, count), dtype=np.int64)
    best[bits, np.arange(count)] = 0.0
    for members in range(1, 1 << count):
        added = np.flatnonzero(members & bits == 0)
        through = best[members][:, None] + steps[:, added]
        larger = members | bits[added]
        best[larger, added] = through.max(axis=0)
        before[larger, added] = through.argmax(axis=0)
    members = (1 << count) - 1
    path = [int(best[members].argmax())]
    while len(path) < count:
        last = path[-1]
        path.append(int(before[members, last]))
        members ^= 1 << last
    return tuple(reversed(path))


def compared(order: Sequence[int], scores: np.ndarray) -> Order:
    """Return an order of items, whose true order is 0, 1, 2, ..., with its figures.

    ``scores`` [from, to] are logarithms of probabilities.
    """
    from scipy.stats import kendalltau

    neighbours = list(pairwise(order))
    return Order(
        sentences=tuple(order),
        log_probability=float(sum(scores[pair] for pair in neighbours)),
        tau=float(kendalltau(order, range(len(order))).statistic),
        neighbours=sum(b == a + 1 for a, b in neighbours) / len(neighbours),
    )

"""How far scores can be trusted: 95 % intervals, and tests on the same examples.

A model's answers are counted as float32 [example, label, channel]; every metric is a function of
the sums over examples, so that a bootstrap is one matrix product.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

RIGHT, GIVEN, TRUE, PARTLY = range(4)  # channels; PARTLY is for entities alone
DRAWS = 2_000
CHUNK = 100  # draws at once: a chunk of 20,000 examples takes 8 MB
LEVEL = 0.95
WILSON = "Wilson score interval (Wilson 1927)"
BOOTSTRAP = "percentile bootstrap over examples, 2,000 seeded draws (Efron and Tibshirani 1993)"
MCNEMAR = "exact McNemar test (McNemar 1947)"
PAIRED = "paired bootstrap over examples, 2,000 seeded draws (Berg-Kirkpatrick et al. 2012)"


@dataclass(frozen=True, slots=True)
class Metric:
    """A score: its name, and what it makes of sums float [..., label, channel]."""

    name: str
    of: Callable[[np.ndarray], np.ndarray]


def _accuracy(sums: np.ndarray) -> np.ndarray:
    return _share(sums[..., RIGHT].sum(axis=-1), sums[..., TRUE].sum(axis=-1))


def _micro_f1(sums: np.ndarray) -> np.ndarray:
    return _f1(sums.sum(axis=-2), RIGHT)


def _macro_f1(sums: np.ndarray) -> np.ndarray:
    occurs = sums[..., GIVEN] + sums[..., TRUE] > 0  # a label that is nowhere says nothing
    return _share(_f1(sums, RIGHT).sum(axis=-1, where=occurs), occurs.sum(axis=-1))


def _partial_f1(sums: np.ndarray) -> np.ndarray:
    return _f1(sums.sum(axis=-2), PARTLY)


def _f1(sums: np.ndarray, right: int) -> np.ndarray:
    return _share(2 * sums[..., right], sums[..., GIVEN] + sums[..., TRUE])


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return part / np.maximum(whole, 1)


ACCURACY = Metric("accuracy", _accuracy)
MICRO_F1 = Metric("micro F1", _micro_f1)
MACRO_F1 = Metric("macro F1", _macro_f1)
STRICT_F1 = Metric("strict F1", _micro_f1)
PARTIAL_F1 = Metric("partial F1", _partial_f1)


def wilson(right: int, total: int) -> tuple[float, float]:
    """Return the interval of the share ``right / total``."""
    from scipy.stats import binomtest

    found = binomtest(right, total).proportion_ci(LEVEL, method="wilson")
    return float(found.low), float(found.high)


def drawn_sums(counts: Sequence[np.ndarray], seed: int = 0) -> list[np.ndarray]:
    """Return each system's counts summed over examples drawn with replacement.

    Every system gets the same draws. Returned are arrays float32 [draw, label, channel].
    """
    parts: list[list[np.ndarray]] = [[] for _ in counts]
    for weights in _weights(len(counts[0]), seed):
        for made, one in zip(parts, counts, strict=True):
            made.append((weights @ one.reshape(len(one), -1)).reshape(-1, *one.shape[1:]))
    return [np.concatenate(made) for made in parts]


def _weights(examples: int, seed: int) -> Iterator[np.ndarray]:
    """Yield how often each draw has each example, float32 [draw, example]."""
    rng = np.random.default_rng(seed)
    for _ in range(DRAWS // CHUNK):
        drawn = rng.integers(examples, size=(CHUNK, examples))
        drawn += examples * np.arange(CHUNK)[:, None]
        flat = np.bincount(drawn.ravel(), minlength=CHUNK * examples)
        yield flat.reshape(CHUNK, examples).astype(np.float32)


def percentiles(values: np.ndarray) -> tuple[float, float]:
    """Return where the middle 95 % of ``values`` [draw] begin and end."""
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def mcnemar(first: np.ndarray, second: np.ndarray) -> float:
    """Return the two-sided p value of two systems being right equally often.

    ``first`` and ``second`` say, bool [example], where each is right. Counted are the examples on
    which they differ; were the systems equal, each would be right on half of those.
    """
    from scipy.stats import binomtest

    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    if only_first + only_second == 0:
        return 1.0
    return float(binomtest(only_first, only_first + only_second).pvalue)


def bootstrap_p(differences: np.ndarray) -> float:
    """Return the two-sided p value of no difference, from drawn ``differences`` [draw].

    A draw is added on either side, so that no p value is 0 (Davison and Hinkley 1997, 4.2).
    """
    lower = min(int((differences <= 0).sum()), int((differences >= 0).sum()))
    return min(1.0, 2 * (lower + 1) / (len(differences) + 1))

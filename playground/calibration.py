"""Temperature scaling and the expected calibration error (Guo et al. 2017, sections 2 and 4.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np

BINS = 15  # as in the paper
LOWEST, HIGHEST = 0.02, 50.0  # temperatures that are looked at


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a model said of some texts, and what is true.

    ``logits`` is float [text, label], ``labels`` int64 [text].
    """

    logits: np.ndarray
    labels: np.ndarray

    @property
    def accuracy(self) -> float:
        """The share of texts whose likeliest label is right."""
        return float((self.logits.argmax(axis=1) == self.labels).mean())

    def probabilities(self, temperature: float = 1.0) -> np.ndarray:
        """Return the softmax of ``logits / temperature``, float64 [text, label]."""
        return np.exp(_log_probabilities(self.logits, temperature))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """The answers whose confidence is from ``low`` to ``high``."""

    low: float
    high: float
    count: int
    confidence: float  # mean of theirs
    accuracy: float  # share of them that is right


def together(sets: Sequence[Outcomes]) -> Outcomes:
    """Return the outcomes of several sets as one."""
    return Outcomes(
        np.concatenate([one.logits for one in sets]), np.concatenate([one.labels for one in sets])
    )


def fitted_temperature(sets: Sequence[Outcomes], prior: float = 0.0) -> float:
    """Return the number by which to divide the logits so that the labels become likeliest.

    Each set weighs the same, however many texts it has. One number for all labels changes no
    decision. ``prior`` is a number of further texts a set on which every label is equally true:
    with one, a model that was right on all of a few texts does not become sure of everything.
    """
    from scipy.optimize import minimize_scalar

    def loss(log_temperature: float) -> float:
        return sum(_loss(one, exp(log_temperature), prior) for one in sets) / len(sets)

    # In the temperature's inverse the loss is convex, so there is one minimum to find.
    bounds = log(LOWEST), log(HIGHEST)
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-7})
    return exp(float(found.x))


def _loss(outcomes: Outcomes, temperature: float, prior: float) -> float:
    logs = _log_probabilities(outcomes.logits, temperature)
    said = logs[np.arange(len(logs)), outcomes.labels].sum() + prior * logs.mean()
    return -float(said) / (len(logs) + prior)


def _log_probabilities(logits: np.ndarray, temperature: float) -> np.ndarray:
    from scipy.special import log_softmax

    found: np.ndarray = log_softmax(logits.astype(np.float64) / temperature, axis=1)
    return found


def bins(confidence: np.ndarray, correct: np.ndarray) -> tuple[Bin, ...]:
    """Return the answers in 15 bins of equal width, without the empty ones.

    ``confidence`` is float [answer] between 0 and 1, ``correct`` bool [answer].
    """
    places = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(
            low=place / BINS,
            high=(place + 1) / BINS,
            count=int((places == place).sum()),
            confidence=float(confidence[places == place].mean()),
            accuracy=float(correct[places == place].mean()),
        )
        for place in np.unique(places).tolist()
    )


def error_of(found: Sequence[Bin]) -> float:
    """Return the expected calibration error: the mean gap, a bin counting by its answers."""
    total = sum(one.count for one in found)
    return sum(one.count * abs(one.confidence - one.accuracy) for one in found) / max(total, 1)


def expected_error(outcomes: Outcomes, temperature: float = 1.0) -> float:
    """Return the mean gap between confidence and accuracy over 15 bins of equal width.

    The confidence is the probability of the likeliest label; a bin counts by the texts in it.
    """
    probabilities = outcomes.probabilities(temperature)
    correct = probabilities.argmax(axis=1) == outcomes.labels
    return error_of(bins(probabilities.max(axis=1), correct))

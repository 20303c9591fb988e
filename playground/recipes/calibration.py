"""Temperature scaling and the expected calibration error (Guo et al. 2017, sections 2 and 4.2)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

BINS = 15  # as in the paper


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
        scaled = torch.from_numpy(self.logits).double() / temperature
        return scaled.softmax(dim=1).numpy()


def together(sets: Sequence[Outcomes]) -> Outcomes:
    """Return the outcomes of several sets as one."""
    return Outcomes(
        np.concatenate([one.logits for one in sets]), np.concatenate([one.labels for one in sets])
    )


def fitted_temperature(sets: Sequence[Outcomes]) -> float:
    """Return the number by which to divide the logits so that the labels become likeliest.

    Each set weighs the same, however many texts it has. One number for all labels changes no
    decision.
    """
    pairs = [(torch.from_numpy(one.logits).double(), torch.from_numpy(one.labels)) for one in sets]
    log_temperature = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_temperature], max_iter=100, line_search_fn="strong_wolfe")

    def negative_log_likelihood() -> torch.Tensor:
        optimizer.zero_grad()
        losses = [
            nn.functional.cross_entropy(logits / log_temperature.exp(), labels)
            for logits, labels in pairs
        ]
        loss = torch.stack(losses).mean()
        loss.backward()
        return loss

    optimizer.step(negative_log_likelihood)
    return float(log_temperature.detach().exp())


def expected_error(outcomes: Outcomes, temperature: float = 1.0) -> float:
    """Return the mean gap between confidence and accuracy over 15 bins of equal width.

    The confidence is the probability of the likeliest label; a bin counts by the texts in it.
    """
    probabilities = outcomes.probabilities(temperature)
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == outcomes.labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [abs(float((confidence - correct)[bins == number].sum())) for number in range(BINS)]
    return sum(gaps) / len(correct)

"""What is minimized, and the score by which epochs are compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from playground.fine_tuning.dataset import Dataset, Example, Part
from playground.fine_tuning.evaluation import PredictedSpan, Predictions
from playground.fine_tuning.tasks import Task
from playground.fine_tuning.training.rows import NOT_READ, tags
from playground.models.loading import Checkpoint
from playground.named_entities.aggregation import Aggregation
from playground.named_entities.find import entities
from playground.named_entities.labels import scheme
from playground.named_entities.tokens import Tokens
from playground.text.reading import ReadText
from playground.text.words import own_spans, word_numbers

# As the report calls them.
SCORES = {
    Task.CLASSIFICATION: "accuracy",
    Task.PAIRS: "accuracy",
    Task.MULTI_LABEL: "micro F1",
    Task.ENTITIES: "strict F1",
    Task.ADAPTATION: "perplexity",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How well a model does on the validation part."""

    loss: float
    score: float
    rank: float  # the higher, the better


class Objective:
    """The loss of a batch, from a model's output and the labels."""

    def __init__(self, task: Task, weights: Tensor | None = None) -> None:
        self._several = task is Task.MULTI_LABEL
        self._weights = weights

    def __call__(
        self, output: Mapping[str, Tensor], labels: Tensor, num_items_in_batch: Any = None
    ) -> Tensor:
        """Return the mean loss a text, or a word; as ``Trainer`` calls it."""
        logits = output["logits"].float()
        if self._several:
            return nn.functional.binary_cross_entropy_with_logits(logits, labels.float())
        weights = None if self._weights is None else self._weights.to(logits.device)
        return nn.functional.cross_entropy(
            logits.flatten(0, -2), labels.flatten(), weights, ignore_index=NOT_READ
        )


def class_weights(dataset: Dataset) -> Tensor:
    """Return a weight a label, [label]: as much for each label's examples together.

    As scikit-learn's "balanced": examples / (labels * examples of the label).
    """
    counts = dataset.label_counts[Part.TRAINING]
    found = torch.tensor([counts[name] for name in dataset.labels], dtype=torch.float32)
    return found.sum() / (len(found) * found.clamp(min=1))


def score(task: Task, examples: Sequence[Example], labels: Sequence[str], said: Predictions) -> float:
    """Return the score that ``SCORES`` names, between 0 and 1."""
    if said.spans is not None:
        found = {(n, s.start, s.end, s.label) for n, row in enumerate(said.spans) for s in row}
        true = {(n, s.start, s.end, s.label) for n, one in enumerate(examples) for s in one.spans}
        return _f1(len(found & true), len(found), len(true))
    logits = cast(np.ndarray, said.logits)
    true_labels = np.array([[name in one.labels for name in labels] for one in examples])
    if task is Task.MULTI_LABEL:
        given = logits > 0  # a probability over one half
        return _f1(int((given & true_labels).sum()), int(given.sum()), int(true_labels.sum()))
    return float(true_labels[np.arange(len(logits)), logits.argmax(axis=1)].mean())


def _f1(right: int, given: int, true: int) -> float:
    return 2 * right / (given + true) if given + true else 1.0


def spans(
    logits: Sequence[np.ndarray], reads: Sequence[ReadText], dataset: Dataset, model: Checkpoint
) -> tuple[tuple[PredictedSpan, ...], ...]:
    """Return the entities that a tagger's ``logits`` [token, tag] of each text stand for.

    They are put together as the page Named entities does it: a word has its first token's tag.
    """
    labels = scheme(tags(dataset.labels))
    found = []
    for of_text, read in zip(logits, reads, strict=True):
        lead = len(read.front)
        count = len(of_text) - lead - len(read.back)
        probabilities = torch.from_numpy(of_text[lead : lead + count]).softmax(dim=-1).numpy()
        tokens = Tokens(
            text=read.text,
            seen=read.text,
            ids=read.ids[:count],
            spans=own_spans(read)[:count],
            words=word_numbers(read, tokenizer=model.tokenizer)[:count],
            probabilities=probabilities,
            stretches=(),
            unknown=0,
        )
        found.append(
            tuple(
                PredictedSpan(one.start, one.end, one.type, one.score)
                for one in entities(tokens, labels, Aggregation.FIRST)
            )
        )
    return tuple(found)

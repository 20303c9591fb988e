"""Running one classifier, of whole texts, pairs or each token: the logits of its labels."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate

import numpy as np
import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from playground.models.attribution import attributions
from playground.models.catalog import Task
from playground.models.hidden_states import HiddenStates
from playground.models.loading import Checkpoint
from playground.models.queries import AttributionQuery, Attributions, LabelQuery
from playground.models.tracing import recorded


def classification_head(model: PreTrainedModel, task: Task) -> Callable[[Tensor], Tensor]:
    """Return the part of a classifier that turns hidden states into logits.

    It takes [..., hidden] and gives [..., label]. For a text's label the states are those of the
    first token, which is all that these families read. The base model and this head, one after the
    other, are the model's own forward pass.
    """
    if task is Task.TOKEN_CLASSIFICATION:
        return model.classifier
    if task is Task.NEXT_SENTENCE:
        return nn.Sequential(model.base_model.pooler.dense, nn.Tanh(), model.cls)
    match model.config.model_type:
        case "bert":
            pooled: tuple[nn.Module, ...] = (model.base_model.pooler.dense, nn.Tanh())
        case "albert":
            pooled = (model.base_model.pooler, model.base_model.pooler_activation)
        case "distilbert":
            pooled = (model.pre_classifier, nn.ReLU())
        case "deberta" | "deberta-v2":
            return lambda states: model.classifier(model.pooler(states[..., None, :]))
        case _:
            return lambda states: model.classifier(states[..., None, :])
    return nn.Sequential(*pooled, model.classifier)


class Classifier:
    """A sequence or token classifier that answers batches of ``LabelQuery``s.

    The layers run in ``dtype``, the head in fp32. A classifier of sequences has attributions as
    well, all in fp32 and about ``max_batch_tokens`` tokens at once. But for these it is not
    thread-safe: the engine calls it from one thread.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        *,
        device: torch.device,
        dtype: torch.dtype,
        max_batch_tokens: int = 1_024,
    ) -> None:
        assert checkpoint.labels is not None
        self.model = checkpoint.model.to(device)
        self._labels = checkpoint.labels
        self._task = checkpoint.spec.task
        head = classification_head(self.model, self._task)
        width = self.model.config.hidden_size
        self._head = recorded(
            lambda states: head(states[0]),
            ((torch.ones(1, cells, width, device=device),) for cells in (3, 1, 5)),
        )
        self._states = HiddenStates(checkpoint, device=device, dtype=dtype)
        self._max_batch_tokens = max_batch_tokens

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the layers' products."""
        return self._states.dtype

    def attributions(self, query: AttributionQuery) -> Attributions:
        """Return each token's share in the score of a label; unlike the rest, in any thread."""
        return attributions(
            query,
            self.model,
            head_of=partial(classification_head, task=self._task),
            labels=self._labels,
            tokens_at_once=self._max_batch_tokens,
        )

    def scores(self, queries: Sequence[LabelQuery]) -> list[np.ndarray]:
        """Return each query's logits in fp32, [label] of each text, or [token, label]."""
        of_tokens = self._task is Task.TOKEN_CLASSIFICATION
        read = [
            _Read(query, tuple(range(len(query.input_ids))) if of_tokens else (0,))
            for query in queries
        ]
        with torch.inference_mode():
            logits = self._head(self._states.read(read)).numpy(force=True)
        ends = accumulate(len(one.positions) for one in read)
        rows = [logits[end - len(one.positions) : end] for end, one in zip(ends, read, strict=True)]
        return rows if of_tokens else [row[0] for row in rows]


class _Read:
    """A ``LabelQuery`` with the positions that its task reads."""

    def __init__(self, query: LabelQuery, positions: tuple[int, ...]) -> None:
        self.input_ids = query.input_ids
        self.token_type_ids = query.token_type_ids
        self.positions = positions

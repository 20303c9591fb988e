"""Running one masked language model: logits only where they are asked for."""

from collections.abc import Callable, Sequence
from itertools import accumulate
from timeit import repeat

import numpy as np
import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from playground.models.hidden_states import HiddenStates, on_device
from playground.models.loading import Checkpoint
from playground.models.queries import Query, Scores
from playground.models.tracing import as_one_call

# Vocabulary logits held at once, as a count of floats: 64 positions of BERT's vocabulary.
LOGITS_AT_ONCE = 2_000_000
# The traced head always finds so many best tokens, as many as the pages show.
TRACED_K = 20
MANY = 3  # states from which on the product with the vocabulary has the weights first


def prediction_head(model: PreTrainedModel) -> Callable[[Tensor], Tensor]:
    """Return the part of a masked LM that turns hidden states [..., hidden] into vocabulary logits.

    The base model and this head, one after the other, are the model's own forward pass.
    """
    match model.config.model_type:
        case "distilbert":
            return nn.Sequential(
                model.vocab_transform,
                model.activation,
                model.vocab_layer_norm,
                model.vocab_projector,
            )
        case "electra":
            return nn.Sequential(model.generator_predictions, model.generator_lm_head)
        case "albert":
            return model.predictions
        case "deberta" | "deberta-v2" if not model.config.legacy:
            words = model.base_model.embeddings.word_embeddings
            return lambda states: model.lm_predictions(states, words)
        case "bert" | "deberta" | "deberta-v2":
            return model.cls
        case _:
            return model.lm_head


class Encoder:
    """A masked language model that answers batches of queries; its prediction head runs in fp32.

    Not thread-safe: the engine calls it from one thread.
    """

    def __init__(self, checkpoint: Checkpoint, *, device: torch.device, dtype: torch.dtype) -> None:
        self.device = device
        self.model = checkpoint.model.to(device).requires_grad_(False)
        decoder = self.model.get_output_embeddings()
        if decoder.out_features == self.model.config.vocab_size:  # not in DeBERTa's newer head
            self.model.set_output_embeddings(VocabularyProjection(decoder))
        self._head = prediction_head(self.model)
        # Two traces, because in each of them the way through the vocabulary is fixed.
        self._few, self._many = (
            traced_summary(
                self._head,
                torch.ones(1, count, self.model.config.hidden_size, device=device),
                self.model.config.vocab_size,
            )
            for count in (MANY - 1, MANY)
        )
        self._states = HiddenStates(checkpoint, device=device, dtype=dtype)

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the layers' products."""
        return self._states.dtype

    def scores(self, queries: Sequence[Query]) -> list[Scores]:
        """Answer ``queries`` in one padded batch; all or none of them ask for every layer."""
        with torch.inference_mode():
            states = self._states.read(queries, every_layer=queries[0].every_layer)
            values = self._read(states, queries)
        # As few calls of torch as can be: each gives up Python's lock, and to take it back beside
        # thirty visitors' scripts can take longer than the model.
        shape = len(states), states.shape[1]
        by_layer = [value.numpy(force=True).reshape(*shape, *value.shape[1:]) for value in values]
        ends = accumulate(len(query.positions) for query in queries)
        return [
            _answer(query, [value[:, end - len(query.positions) : end] for value in by_layer])
            for query, end in zip(queries, ends, strict=True)
        ]

    def _read(self, states: Tensor, queries: Sequence[Query]) -> tuple[Tensor, ...]:
        """Return top ids, their log probabilities, the targets' and the entropies of ``states``.

        All queries' states [layer, position, hidden] pass the head together, because one product
        with the vocabulary for thirty states costs little more than for one; a bounded number at
        once.
        """
        k = min(max(query.top_k for query in queries), self.model.config.vocab_size)
        asked_for = np.zeros(
            (sum(len(q.positions) for q in queries), max(len(q.targets) for q in queries)),
            dtype=np.int64,
        )
        ends = accumulate(len(query.positions) for query in queries)
        for end, query in zip(ends, queries, strict=True):
            asked_for[end - len(query.positions) : end, : len(query.targets)] = query.targets
        targets = on_device(np.tile(asked_for, (len(states), 1)), self.device)
        chunk = max(1, LOGITS_AT_ONCE // self.model.config.vocab_size)
        if k <= TRACED_K and len(targets) <= chunk:
            return self._traced(states, targets)
        parts = [
            self._traced(some, wanted) if k <= TRACED_K else summary(self._head(some), wanted, k)
            for some, wanted in zip(
                states.flatten(0, 1).split(chunk), targets.split(chunk), strict=True
            )
        ]
        return tuple(map(torch.cat, zip(*parts, strict=True)))

    def _traced(self, states: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        return (self._few if len(targets) < MANY else self._many)(states, targets)


def traced_summary(
    head: Callable[[Tensor], Tensor], states: Tensor, vocab_size: int
) -> Callable[[Tensor, Tensor], tuple[Tensor, ...]]:
    """Return ``summary`` behind ``head`` as one call, for the same reason that the base is one.

    It takes states [..., hidden]; it is recorded with these ``states``.
    """

    def run(states: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        return summary(head(states.flatten(0, -2)), targets, min(TRACED_K, vocab_size))

    targets = torch.zeros(states.shape[:-1].numel(), 1, dtype=torch.long, device=states.device)
    try:
        return as_one_call(run, (states, targets))
    except RuntimeError:  # it cannot be traced
        return run


def summary(logits: Tensor, targets: Tensor, k: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return top ids, their log probabilities, the ``targets``' and the entropy of each state."""
    log_probs = logits.log_softmax(dim=-1)
    top = log_probs.topk(k)
    entropy = -(log_probs.exp() * log_probs).sum(dim=-1)
    return top[1], top[0], log_probs.gather(1, targets), entropy


def _answer(query: Query, values: list[np.ndarray]) -> Scores:
    """Cut one query's values [layer, position, ...] to what it asked for."""
    top_ids, top, targets, entropy = values
    return Scores(
        top_ids=top_ids[..., : query.top_k],
        top_log_probs=top[..., : query.top_k],
        target_log_probs=targets[..., : len(query.targets)],
        entropy=entropy,
    )


class VocabularyProjection(nn.Module):
    """A linear layer onto the vocabulary, at the speed with which memory is read. Same fp32 result.

    The product can be written with the states first or with the weights first. Of many states, the
    second takes eight in the time of three. Of one or two, some processors read the 47 MB of BERT's
    decoder at a fifth of the memory's speed with the weights first, others at a tenth with the
    states first; so both ways are tried here.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.weight = linear.weight
        self.bias = linear.bias
        two = self.weight[:2]
        self.few = min(
            (states_first, weights_first),
            key=lambda way: min(repeat(lambda: way(two, self.weight, self.bias), number=1)),
        )

    def forward(self, states: Tensor) -> Tensor:
        """Return logits [state, vocabulary] of ``states`` [state, hidden]."""
        if len(states) < MANY:
            twice = torch.cat([states, states[:1]])  # at least two
            return self.few(twice, self.weight, self.bias)[:-1]
        return weights_first(states, self.weight, self.bias)


def states_first(states: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Return logits [state, vocabulary] as PyTorch's linear layer computes them."""
    return nn.functional.linear(states, weight, bias)


def weights_first(states: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Return logits [state, vocabulary] from the product of ``weight`` and the turned states."""
    logits = (weight @ states.T).T
    return logits if bias is None else logits + bias

"""Running one masked language model: padding, precision, logits only where they are asked for."""

import warnings
from collections.abc import Callable, Sequence
from itertools import accumulate

import numpy as np
import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from playground.models.last_layer import pick
from playground.models.loading import Checkpoint
from playground.models.projections import join_projections
from playground.models.queries import Query, Scores
from playground.models.tracing import LastHiddenState, trace

# Vocabulary logits held at once, as a count of floats: 64 positions of BERT's vocabulary.
LOGITS_AT_ONCE = 2_000_000
# The traced head always finds so many best tokens, as many as the pages show.
TRACED_K = 20


def fast_dtype(device: torch.device) -> torch.dtype:
    """Return the dtype in which ``device`` multiplies matrices fastest without losing soundness.

    bfloat16 where the processor has instructions for it, else float32.
    """
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    capabilities = torch.cpu.get_capabilities()
    has_bf16 = capabilities.get("avx512_bf16") or capabilities.get("amx_bf16")
    return torch.bfloat16 if has_bf16 else torch.float32


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
    """A masked language model that answers batches of queries.

    The matrix products of the layers run in ``dtype``; sums, normalisations, the embeddings before
    and the prediction head after them stay in fp32. With bfloat16 that is what autocast computes,
    but the weights are cast once instead of at every call. Not thread-safe: the engine calls it
    from one thread.
    """

    def __init__(self, checkpoint: Checkpoint, *, device: torch.device, dtype: torch.dtype) -> None:
        self.device = device
        self.model = checkpoint.model.to(device)
        # DeBERTa's first version masks scores with fp32's smallest number: bfloat16 cannot hold it.
        fp32_only = self.model.config.model_type == "deberta"
        self.dtype = torch.float32 if fp32_only else dtype
        self.pad_token_id = checkpoint.tokenizer.pad_token_id or 0
        self._base = self.model.base_model
        decoder = self.model.get_output_embeddings()
        if decoder.out_features == self.model.config.vocab_size:  # not in DeBERTa's newer head
            self.model.set_output_embeddings(VocabularyProjection(decoder))
        self._head = prediction_head(self.model)
        self._summary = traced_summary(
            self._head, self.model.config.hidden_size, self.model.config.vocab_size, device
        )
        layers = getattr(self._base, "encoder", None) or self._base.transformer
        for module in layers.modules():
            if isinstance(module, nn.Linear):
                module.to(self.dtype)
        join_projections(layers)
        module = LastHiddenState(self._base, self.dtype).eval()
        self._traced = {
            padded: trace(module, device=device, padded=padded) for padded in (False, True)
        }

    def scores(self, queries: Sequence[Query]) -> list[Scores]:
        """Answer ``queries`` in one padded batch; all or none of them ask for every layer."""
        with torch.inference_mode():
            states = self._states(queries)
            values = self._read(states.flatten(0, 1), queries)
        # numpy from here on: every call of torch gives up Python's lock, and to take it back beside
        # thirty visitors' scripts can take longer than the model.
        shape = len(states), states.shape[1]
        by_layer = [value.cpu().numpy().reshape(*shape, *value.shape[1:]) for value in values]
        ends = accumulate(len(query.positions) for query in queries)
        return [
            _answer(query, [value[:, end - len(query.positions) : end] for value in by_layer])
            for query, end in zip(queries, ends, strict=True)
        ]

    def _states(self, queries: Sequence[Query]) -> Tensor:
        """Return fp32 hidden states [layer, position, hidden] at all the queries' positions."""
        inputs = self._padded(queries)
        positions, rows = self._positions(queries)
        every_layer = queries[0].every_layer
        if not every_layer and "token_type_ids" not in inputs:
            traced = self._traced["attention_mask" in inputs]
            read = traced(inputs.pop("input_ids"), positions, **inputs)[None]
            return read.float().flatten(1, 2)[:, rows]
        lower = self.dtype is not torch.float32
        with torch.autocast(self.device.type, torch.bfloat16, enabled=lower):
            output = self._base(**inputs, output_hidden_states=every_layer)
        layers = output.hidden_states if every_layer else (output.last_hidden_state,)
        read = torch.stack([pick(states.float(), positions) for states in layers])
        return read.flatten(1, 2)[:, rows]

    def _positions(self, queries: Sequence[Query]) -> tuple[Tensor, Tensor]:
        """Return positions to read [text, position], filled up with 0, and the cells that count."""
        counts = np.array([len(query.positions) for query in queries])
        asked = np.arange(counts.max()) < counts[:, None]
        positions = np.zeros(asked.shape, dtype=np.int64)
        positions[asked] = [position for query in queries for position in query.positions]
        rows = np.flatnonzero(asked)
        return torch.from_numpy(positions).to(self.device), torch.from_numpy(rows).to(self.device)

    def _padded(self, queries: Sequence[Query]) -> dict[str, Tensor]:
        shape = len(queries), max(len(query.input_ids) for query in queries)
        input_ids = np.full(shape, self.pad_token_id)
        attention_mask = np.zeros(shape, dtype=np.int64)
        token_type_ids = np.zeros(shape, dtype=np.int64)
        for row, query in enumerate(queries):
            length = len(query.input_ids)
            input_ids[row, :length] = query.input_ids
            attention_mask[row, :length] = 1
            if query.token_type_ids is not None:
                token_type_ids[row, :length] = query.token_type_ids
        inputs = {"input_ids": input_ids}
        if not attention_mask.all():
            inputs["attention_mask"] = attention_mask
        if any(query.token_type_ids is not None for query in queries):
            inputs["token_type_ids"] = token_type_ids
        return {name: torch.from_numpy(ids).to(self.device) for name, ids in inputs.items()}

    def _read(self, states: Tensor, queries: Sequence[Query]) -> tuple[Tensor, ...]:
        """Return top ids, their log probabilities, the targets' and the entropies of ``states``.

        All queries' states [layer * position, hidden] pass the head together, because one product
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
        layers = len(states) // len(asked_for)
        targets = torch.from_numpy(np.tile(asked_for, (layers, 1))).to(self.device)
        chunk = max(1, LOGITS_AT_ONCE // self.model.config.vocab_size)
        parts = [
            self._summary(some, wanted) if k <= TRACED_K else summary(self._head(some), wanted, k)
            for some, wanted in zip(states.split(chunk), targets.split(chunk), strict=True)
        ]
        return parts[0] if len(parts) == 1 else tuple(map(torch.cat, zip(*parts, strict=True)))


def traced_summary(
    head: Callable[[Tensor], Tensor], hidden_size: int, vocab_size: int, device: torch.device
) -> Callable[[Tensor, Tensor], tuple[Tensor, ...]]:
    """Return ``summary`` behind ``head`` as one call, for the same reason that the base is one."""

    def run(states: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        return summary(head(states), targets, min(TRACED_K, vocab_size))

    states = torch.ones(3, hidden_size, device=device)
    example = states, torch.zeros(3, 1, dtype=torch.long, device=device)
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return torch.jit.trace(run, example, check_trace=False)
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
    """A linear layer onto the vocabulary, with the product written the other way round.

    For one state PyTorch reads the 47 MB of BERT's decoder at a third of the memory's speed; with
    the weights first and two columns or more it reads at full speed. Same fp32 result.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.weight = linear.weight
        self.bias = linear.bias

    def forward(self, states: Tensor) -> Tensor:
        """Return logits [state, vocabulary] of ``states`` [state, hidden]."""
        columns = torch.cat([states, states[:1]]).T  # at least two
        logits = (self.weight @ columns).T[:-1]
        return logits if self.bias is None else logits + self.bias

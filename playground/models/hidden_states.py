"""Hidden states of any base model where they are read: padding, precision, the traced pass."""

import copy
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from playground.models.catalog import Task
from playground.models.last_layer import pick
from playground.models.loading import Checkpoint
from playground.models.projections import join_projections
from playground.models.tracing import LastHiddenState, ReadStates, trace


class ReadAt(Protocol):
    """What a query of hidden states has."""

    @property
    def input_ids(self) -> tuple[int, ...]:
        """Token ids, special tokens included."""

    @property
    def token_type_ids(self) -> tuple[int, ...] | None:
        """Segments, or None for one text."""

    @property
    def positions(self) -> Sequence[int]:
        """The tokens whose hidden states are read."""


def on_device(ids: np.ndarray, device: torch.device) -> Tensor:
    """Return ``ids`` as a tensor on ``device``.

    To move a tensor to the processor where it lies already gives up Python's lock all the same.
    """
    tensor = torch.from_numpy(ids)
    return tensor if device.type == "cpu" else tensor.to(device)


def fast_dtype(device: torch.device) -> torch.dtype:
    """Return the dtype in which ``device`` multiplies matrices fastest without losing soundness.

    bfloat16 where the processor has instructions for it, else float32.
    """
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    capabilities = torch.cpu.get_capabilities()
    has_bf16 = capabilities.get("avx512_bf16") or capabilities.get("amx_bf16")
    return torch.bfloat16 if has_bf16 else torch.float32


def first_layers(base: PreTrainedModel, count: int) -> PreTrainedModel:
    """Return a model that shares the weights of ``base`` and ends with its first ``count`` layers.

    All these families normalise after a layer, not before it, so the last hidden state of one is
    the hidden state that the other has at that layer.
    """
    stack = _stack(base)
    is_albert = base.config.model_type == "albert"
    name = "albert_layer_groups" if is_albert else "layer"
    layers = getattr(stack, name)
    parts = (*base.children(), *stack.children(), *layers)
    shared = {id(part): part for part in parts if part is not stack and part is not layers}
    shallow = copy.deepcopy(base, shared)
    kept = list(layers)[:count]
    if is_albert:  # it runs few groups of layers, each many times
        turns = base.config.num_hidden_layers / base.config.num_hidden_groups
        kept = [layers[int(run / turns)] for run in range(count)]
        shallow.config.num_hidden_layers = shallow.config.num_hidden_groups = count
    setattr(_stack(shallow), name, nn.ModuleList(kept))
    return shallow


def _stack(base: PreTrainedModel) -> Any:
    """Return the part of a model that holds its layers."""
    return getattr(base, "encoder", None) or base.transformer


class HiddenStates:
    """A base model that reads batches of texts.

    The matrix products of the layers run in ``dtype``; sums, normalisations and the embeddings
    before them stay in fp32. With bfloat16 that is what autocast computes, but the weights are cast
    once instead of at every call. Not thread-safe: the engine calls it from one thread.
    """

    def __init__(self, checkpoint: Checkpoint, *, device: torch.device, dtype: torch.dtype) -> None:
        self.device = device
        self.model = checkpoint.model.base_model
        # DeBERTa's first version masks scores with fp32's smallest number: bfloat16 cannot hold it.
        fp32_only = self.model.config.model_type == "deberta"
        self.dtype = torch.float32 if fp32_only else dtype
        self.pad_token_id = checkpoint.tokenizer.pad_token_id or 0
        stack = _stack(self.model)
        for module in stack.modules():
            if isinstance(module, nn.Linear):
                module.to(self.dtype)
        join_projections(stack)
        self._last = LastHiddenState(self.model, self.dtype).eval()
        self._traced: dict[tuple[bool, bool], ReadStates] = {}  # by padded, pairs
        # A trace takes a second or so: what is sure to be asked for has it ready when it is loaded.
        only_pairs = checkpoint.spec.task is Task.NEXT_SENTENCE
        for padded in (True,) if only_pairs else (False, True):
            self._pass(padded=padded, pairs=only_pairs)
        self._shallow: dict[int, PreTrainedModel] = {}  # by the number of layers

    def read(
        self, queries: Sequence[ReadAt], *, every_layer: bool = False, layer: int | None = None
    ) -> Tensor:
        """Return fp32 hidden states [layer, position, hidden] at all the queries' positions.

        That is the last layer's, those of every layer, the embedding output first, or those of one
        ``layer``, of which 0 is the embedding output.
        """
        if layer == 0 and self.model.config.model_type == "deberta-v2":  # not without any layer
            return self.read(queries, every_layer=True)[:1]
        inputs = self._padded(queries)
        positions, cells = self._positions(queries)
        model = self.model if layer is None else self._first_layers(layer)
        if model is self.model and not every_layer:
            traced = self._pass(padded="attention_mask" in inputs, pairs="token_type_ids" in inputs)
            return traced(inputs.pop("input_ids"), positions, cells, *inputs.values())
        lower = self.dtype is not torch.float32
        with torch.autocast(self.device.type, torch.bfloat16, enabled=lower):
            output = model(**inputs, output_hidden_states=every_layer)
        layers = output.hidden_states if every_layer else (output.last_hidden_state,)
        read = torch.stack([pick(states.float(), positions) for states in layers])
        return read.flatten(1, 2)[:, cells]

    def _pass(self, *, padded: bool, pairs: bool) -> ReadStates:
        """Return the traced pass over single texts or ``pairs``, made when it is first wanted."""
        if (padded, pairs) not in self._traced:
            self._traced[padded, pairs] = trace(
                self._last, device=self.device, padded=padded, pairs=pairs
            )
        return self._traced[padded, pairs]

    def _first_layers(self, count: int) -> PreTrainedModel:
        """Return the model without the layers above the first ``count``."""
        if count == self.model.config.num_hidden_layers:
            return self.model
        if count not in self._shallow:
            self._shallow[count] = first_layers(self.model, count)
        return self._shallow[count]

    def _positions(self, queries: Sequence[ReadAt]) -> tuple[Tensor, Tensor]:
        """Return positions to read [text, position], filled up with 0, and the cells that count."""
        counts = np.array([len(query.positions) for query in queries])
        asked = np.arange(counts.max()) < counts[:, None]
        positions = np.zeros(asked.shape, dtype=np.int64)
        positions[asked] = [position for query in queries for position in query.positions]
        return on_device(positions, self.device), on_device(np.flatnonzero(asked), self.device)

    def _padded(self, queries: Sequence[ReadAt]) -> dict[str, Tensor]:
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
        pairs = any(query.token_type_ids is not None for query in queries)
        if pairs or not attention_mask.all():
            inputs["attention_mask"] = attention_mask
        if pairs:
            inputs["token_type_ids"] = token_type_ids
        return {name: on_device(ids, self.device) for name, ids in inputs.items()}

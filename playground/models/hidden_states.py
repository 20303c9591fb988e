"""Hidden states of any base model where they are read: padding, precision, the traced pass."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from playground.models.last_layer import pick
from playground.models.loading import Checkpoint
from playground.models.projections import join_projections
from playground.models.tracing import LastHiddenState, trace


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


def fast_dtype(device: torch.device) -> torch.dtype:
    """Return the dtype in which ``device`` multiplies matrices fastest without losing soundness.

    bfloat16 where the processor has instructions for it, else float32.
    """
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    capabilities = torch.cpu.get_capabilities()
    has_bf16 = capabilities.get("avx512_bf16") or capabilities.get("amx_bf16")
    return torch.bfloat16 if has_bf16 else torch.float32


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
        layers = getattr(self.model, "encoder", None) or self.model.transformer
        for module in layers.modules():
            if isinstance(module, nn.Linear):
                module.to(self.dtype)
        join_projections(layers)
        module = LastHiddenState(self.model, self.dtype).eval()
        self._traced = {
            padded: trace(module, device=device, padded=padded) for padded in (False, True)
        }

    def read(self, queries: Sequence[ReadAt], *, every_layer: bool = False) -> Tensor:
        """Return fp32 hidden states [layer, position, hidden] at all the queries' positions."""
        inputs = self._padded(queries)
        positions, rows = self._positions(queries)
        if not every_layer and "token_type_ids" not in inputs:
            traced = self._traced["attention_mask" in inputs]
            read = traced(inputs.pop("input_ids"), positions, **inputs)[None]
            return read.float().flatten(1, 2)[:, rows]
        lower = self.dtype is not torch.float32
        with torch.autocast(self.device.type, torch.bfloat16, enabled=lower):
            output = self.model(**inputs, output_hidden_states=every_layer)
        layers = output.hidden_states if every_layer else (output.last_hidden_state,)
        read = torch.stack([pick(states.float(), positions) for states in layers])
        return read.flatten(1, 2)[:, rows]

    def _positions(self, queries: Sequence[ReadAt]) -> tuple[Tensor, Tensor]:
        """Return positions to read [text, position], filled up with 0, and the cells that count."""
        counts = np.array([len(query.positions) for query in queries])
        asked = np.arange(counts.max()) < counts[:, None]
        positions = np.zeros(asked.shape, dtype=np.int64)
        positions[asked] = [position for query in queries for position in query.positions]
        rows = np.flatnonzero(asked)
        return torch.from_numpy(positions).to(self.device), torch.from_numpy(rows).to(self.device)

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
        if not attention_mask.all():
            inputs["attention_mask"] = attention_mask
        if any(query.token_type_ids is not None for query in queries):
            inputs["token_type_ids"] = token_type_ids
        return {name: torch.from_numpy(ids).to(self.device) for name, ids in inputs.items()}

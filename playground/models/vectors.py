"""Vectors of whole texts, and hidden states without attention weights, in batches."""

import copy
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

import numpy as np
import torch

from playground.models.hidden_states import HiddenStates, ReadAt
from playground.models.loading import Checkpoint
from playground.models.queries import StatesQuery, VectorQuery


def reader(checkpoint: Checkpoint, *, device: torch.device, dtype: torch.dtype) -> HiddenStates:
    """Return a fast reader of a model that was loaded to be looked into.

    It has a copy of the layers, with fused attention where the family has it, and shares the
    embeddings. Casting the one model's weights anew for each batch takes twice as long.
    """
    model = checkpoint.model.base_model
    shared = {id(model.embeddings): model.embeddings}
    own = copy.deepcopy(model, shared)
    if type(own)._supports_sdpa:
        own.set_attn_implementation("sdpa")
    return HiddenStates(replace(checkpoint, model=own), device=device, dtype=dtype)


def vectors(queries: Sequence[VectorQuery], read: HiddenStates) -> list[np.ndarray]:
    """Return one vector a query, float32 [hidden], of length 1."""
    found = _split(queries, read.read(queries)[0].cpu().numpy())
    means = np.stack([states.mean(axis=0) for states in found])
    return list(means / np.linalg.norm(means, axis=1, keepdims=True))


def states(queries: Sequence[StatesQuery], read: HiddenStates) -> list[np.ndarray]:
    """Return the hidden states that each query asks for, float32 [layer, position, hidden]."""
    layer = queries[0].layer
    found = read.read(queries, every_layer=layer is None, layer=layer).cpu().numpy()
    return [part.swapaxes(0, 1) for part in _split(queries, found.swapaxes(0, 1))]


def _split(queries: Sequence[ReadAt], rows: np.ndarray) -> list[np.ndarray]:
    """Return the rows that belong to each query, in order."""
    ends = accumulate(len(query.positions) for query in queries)
    return [
        rows[end - len(query.positions) : end] for query, end in zip(queries, ends, strict=True)
    ]

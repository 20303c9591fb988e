"""The input layer of a model, taken apart: what each part adds, and what the model makes of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from playground.errors import UnsupportedModelError
from playground.models.architectures import FAMILIES
from playground.models.queries import InputLayer


def input_layer(model: Any, inputs: Mapping[str, torch.Tensor]) -> InputLayer:
    """Return what the input layer of a base model, in fp32, makes of one text.

    ``inputs`` are what its ``forward`` takes, [1, token]. The tables are read here one by one; the
    output is the model's own, so that the two can be compared.

    Raises:
        UnsupportedModelError: a matrix stands between the sum and its LayerNorm.
    """
    layer = model.embeddings
    if getattr(layer, "embed_proj", None) is not None:
        raise UnsupportedModelError(
            f"This {FAMILIES[model.config.model_type]} sends its vectors through a matrix between "
            "their sum and LayerNorm, so this view does not apply to it. Choose another model."
        )
    ids = inputs["input_ids"]
    places = _position_ids(layer, ids)
    return InputLayer(
        token=_array(layer.word_embeddings(ids)),
        segment=_segments(layer, inputs),
        position=None if places is None else _array(layer.position_embeddings(places)),
        position_ids=None if places is None else places[0].cpu().numpy(),
        norm_weight=layer.LayerNorm.weight.float().cpu().numpy().copy(),
        norm_bias=layer.LayerNorm.bias.float().cpu().numpy().copy(),
        norm_epsilon=float(
            getattr(layer.LayerNorm, "eps", None) or layer.LayerNorm.variance_epsilon
        ),
        output=_array(layer(**inputs)),
        hidden_size=model.config.hidden_size,
    )


def _position_ids(layer: Any, ids: torch.Tensor) -> torch.Tensor | None:
    """Return each token's row in the table of positions, [1, token]; None without a table.

    RoBERTa and its kin begin behind the row of padding, and padding itself has that row.
    """
    table = getattr(layer, "position_embeddings", None)
    if table is None:
        return None
    if table.padding_idx is None:
        return torch.arange(ids.shape[1], device=ids.device)[None]
    real = ids.ne(table.padding_idx)
    return real.cumsum(dim=1) * real + table.padding_idx


def _segments(layer: Any, inputs: Mapping[str, torch.Tensor]) -> np.ndarray | None:
    table = getattr(layer, "token_type_embeddings", None)
    if table is None:
        return None
    segments = inputs.get("token_type_ids", torch.zeros_like(inputs["input_ids"]))
    return _array(table(segments))


def _array(vectors: torch.Tensor) -> np.ndarray:
    return vectors[0].float().cpu().numpy()

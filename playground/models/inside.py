"""Looking inside a model: attention weights and hidden states, in fp32 and without its head."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from playground.errors import UnsupportedModelError
from playground.models.architectures import FAMILIES
from playground.models.loading import Checkpoint
from playground.models.queries import AttentionQuery, Attentions, HeadParameters

PROJECTIONS = ("query", "key", "value")
DISTILBERT_PROJECTIONS = ("q_lin", "k_lin", "v_lin")
# Families whose scores are more than scaled dot products of queries and keys, and what is added.
_DISENTANGLED = "products of content with relative position (disentangled attention)"
ADDED_TERMS = {
    "deberta": _DISENTANGLED,
    "deberta-v2": _DISENTANGLED,
    "mpnet": "a learned bias for the distance between two tokens (relative position bias)",
}


class Inside:
    """A base model that answers ``AttentionQuery``s one by one, unpadded. Not thread-safe."""

    def __init__(self, checkpoint: Checkpoint, *, device: torch.device) -> None:
        self.device = device
        self.model = checkpoint.model.to(device)
        self._takes_segments = getattr(self.model.config, "type_vocab_size", 0) > 1

    def scores(self, queries: Sequence[AttentionQuery]) -> list[Attentions]:
        """Return every layer's and head's attention for each query."""
        with torch.inference_mode():
            return [self._one(query) for query in queries]

    def _one(self, query: AttentionQuery) -> Attentions:
        inputs = {"input_ids": torch.tensor([query.input_ids], device=self.device)}
        if query.token_type_ids is not None and self._takes_segments:
            inputs["token_type_ids"] = torch.tensor([query.token_type_ids], device=self.device)
        output = self.model(**inputs, output_attentions=True, output_hidden_states=True)
        return Attentions(
            weights=torch.cat(output.attentions).float().cpu().numpy(),
            hidden_states=torch.cat(output.hidden_states).float().cpu().numpy(),
        )

    def head_parameters(self, layer: int, head: int) -> HeadParameters:
        """Return copies of the parameters of one head; unlike the rest, from any thread.

        What they apply to is ``Attentions.hidden_states[layer]``: all these families normalise
        after a layer, not before it, and the states of ALBERT and ELECTRA start behind the
        projection of their narrower embeddings.

        Raises:
            UnsupportedModelError: the family's attention adds another term to the scores.
            IndexError: there is no such layer or head.
        """
        family = self.model.config.model_type
        if family in ADDED_TERMS:
            raise UnsupportedModelError(
                f"This view does not apply to {FAMILIES[family]}: its attention adds "
                f"{ADDED_TERMS[family]} to q·k/√d. The other views show its weights with that "
                "term in them. Choose another model to see a head step by step."
            )
        attention = _self_attention(self.model, layer)
        names = DISTILBERT_PROJECTIONS if family == "distilbert" else PROJECTIONS
        query, key, value = (getattr(attention, name) for name in names)
        size = attention.attention_head_size
        return HeadParameters(
            query_weight=_of_head(query.weight, head, size),
            query_bias=_of_head(query.bias, head, size),
            key_weight=_of_head(key.weight, head, size),
            key_bias=_of_head(key.bias, head, size),
            value_weight=_of_head(value.weight, head, size),
            value_bias=_of_head(value.bias, head, size),
            scale=attention.scaling,
        )


def _self_attention(model: Any, layer: int) -> Any:
    """Return the module that computes the attention of ``layer``."""
    config = model.config
    if config.model_type == "distilbert":
        return model.transformer.layer[layer].attention
    if config.model_type == "albert":
        # Few layers, each run many times: groups take turns of equal length, and in each turn all
        # layers of the group run one after the other.
        run, inner = divmod(layer, config.inner_group_num)
        group = int(run / (config.num_hidden_layers / config.num_hidden_groups))
        return model.encoder.albert_layer_groups[group].albert_layers[inner].attention
    return model.encoder.layer[layer].attention.self


def _of_head(parameter: torch.Tensor, head: int, size: int) -> np.ndarray:
    """Return the ``size`` rows of ``parameter`` [heads * size, ...] that belong to ``head``."""
    return parameter.unflatten(0, (-1, size))[head].float().cpu().numpy().copy()

"""Looking inside a model without its head: embeddings, attention, states, vectors of texts."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from playground.errors import UnsupportedModelError
from playground.models.architectures import FAMILIES
from playground.models.hidden_states import HiddenStates
from playground.models.input_layer import input_layer
from playground.models.loading import Checkpoint
from playground.models.queries import (
    AttentionQuery,
    Attentions,
    HeadParameters,
    InputQuery,
    StatesQuery,
    VectorQuery,
)
from playground.models.tracing import example, recorded
from playground.models.vectors import reader, states, vectors

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
    """A base model that answers ``AttentionQuery``s and ``InputQuery``s one by one, in fp32.

    Vectors of texts and hidden states without attention come in batches, from a copy of its layers
    in ``dtype`` that is made when it is first asked for. Not thread-safe.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        *,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.device = device
        self.model = checkpoint.model.to(device).requires_grad_(False)
        self._checkpoint = checkpoint
        self._dtype = dtype
        self._attend: dict[bool, Callable[..., tuple[Tensor, Tensor]]] = {}  # by with segments
        self._takes_segments = getattr(self.model.config, "type_vocab_size", 0) > 1

    def scores(
        self, queries: Sequence[AttentionQuery | InputQuery | VectorQuery | StatesQuery]
    ) -> list[Any]:
        """Answer ``queries``, all of one kind, with what the method of ``Model`` returns for it.

        Raises:
            UnsupportedModelError: the family's input layer is built otherwise.
        """
        with torch.inference_mode():
            if asked := [query for query in queries if isinstance(query, VectorQuery)]:
                return vectors(asked, self._reader)
            if wanted := [query for query in queries if isinstance(query, StatesQuery)]:
                return states(wanted, self._reader)
            return [
                input_layer(self.model, self._inputs(query))
                if isinstance(query, InputQuery)
                else self._attentions(query)
                for query in queries
                if isinstance(query, AttentionQuery | InputQuery)
            ]

    def make_reader(self) -> None:
        """Make the copy that reads in batches, unless it is there; unlike the rest, in any thread.

        It takes a second or so.
        """
        self._reader  # noqa: B018 - a cached property

    def parameters(self) -> Iterator[torch.nn.Parameter]:
        """Yield all weights, those of the copy as well once there is one."""
        yield from self.model.parameters()
        if "_reader" in vars(self):
            yield from self._reader.model.parameters()

    @cached_property
    def _reader(self) -> HiddenStates:
        return reader(self._checkpoint, device=self.device, dtype=self._dtype)

    def _inputs(self, query: AttentionQuery | InputQuery) -> dict[str, torch.Tensor]:
        inputs = {"input_ids": torch.tensor([query.input_ids], device=self.device)}
        if query.token_type_ids is not None and self._takes_segments:
            inputs["token_type_ids"] = torch.tensor([query.token_type_ids], device=self.device)
        return inputs

    def _attentions(self, query: AttentionQuery) -> Attentions:
        inputs = self._inputs(query)
        segments = "token_type_ids" in inputs
        if segments not in self._attend:
            self._attend[segments] = attend(self.model, segments=segments)
        weights, hidden_states = self._attend[segments](*inputs.values())
        return Attentions(weights=weights.cpu().numpy(), hidden_states=hidden_states.cpu().numpy())

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


def attend(model: Any, *, segments: bool) -> Callable[..., tuple[Tensor, Tensor]]:
    """Return all attention weights and hidden states of one text as one call.

    It takes input_ids [1, token] and, with ``segments``, token_type_ids [1, token], and returns
    float32 [layer, head, from_token, to_token] and [layer, token, hidden].
    """

    def run(input_ids: Tensor, token_type_ids: Tensor | None = None) -> tuple[Tensor, Tensor]:
        types = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        output = model(input_ids, **types, output_attentions=True, output_hidden_states=True)
        return torch.cat(output.attentions).float(), torch.cat(output.hidden_states).float()

    batches = (example(1, tokens, model.device) for tokens in (7, 12, 33))
    return recorded(run, ((ids, types) if segments else (ids,) for ids, *_, types in batches))


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

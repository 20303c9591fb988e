"""A BERT that predicts masked words and hands out every number on the way, in fp32."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from playground.models.input_layer import input_layer
from playground.models.loading import Checkpoint
from playground.models.trace_queries import Linear, Norm, Trace, TraceParameters, TraceQuery


class StepByStep:
    """A ``BertForMaskedLM`` that answers ``TraceQuery``s one by one. Not thread-safe."""

    def __init__(self, checkpoint: Checkpoint, *, device: torch.device) -> None:
        self.device = device
        self.model = checkpoint.model.to(device)

    def scores(self, queries: Sequence[TraceQuery]) -> list[Trace]:
        """Return what the model computed for each query."""
        with torch.inference_mode():
            return [self._one(query) for query in queries]

    def _one(self, query: TraceQuery) -> Trace:
        layer = self._layer(query.layer)
        head = self.model.cls.predictions
        ids = torch.tensor([query.input_ids], device=self.device)
        seen: dict[str, Tensor] = {}
        with _watched(_modules(layer), seen), _watched({"decoder": head.decoder}, seen):
            output = self.model(ids, output_attentions=True, output_hidden_states=True)
        states = torch.cat(output.hidden_states)
        own = output.logits[0, query.position]
        lens = self.model.cls(states[:-1, query.position])  # the last layer's are the model's own
        size = layer.attention.self.attention_head_size
        q, k, v = (
            seen[name][0].unflatten(-1, (-1, size)).transpose(0, 1)
            for name in ("query", "key", "value")
        )
        found = {
            "states": states,
            "query": q,
            "key": k,
            "value": v,
            "scores": q @ k.transpose(1, 2) * layer.attention.self.scaling,
            "weights": output.attentions[query.layer][0],
            "context": seen["mixed.in"][0],
            "mixed": seen["mixed"][0],
            "attention_sum": seen["attended.in"][0],
            "attended": seen["attended"][0],
            "inner": seen["inner"][0],
            "activated": seen["outer.in"][0],
            "outer": seen["outer"][0],
            "output_sum": seen["output.in"][0],
            "transformed": seen["decoder.in"][0, query.position],
            "logits": torch.cat([lens, own[None]]),
            "probabilities": own.softmax(dim=-1),
        }
        # The embeddings are shared with models that another thread may be loading: no hooks there.
        inputs = input_layer(self.model.bert, {"input_ids": ids})
        return Trace(inputs=inputs, **{name: _array(value) for name, value in found.items()})

    def parameters(self, layer: int) -> TraceParameters:
        """Return what a trace of ``layer`` was computed with; unlike the rest, from any thread.

        The arrays are the model's own where it lies in main memory: they are not to be changed.

        Raises:
            IndexError: there is no such layer.
        """
        inside, head = self._layer(layer), self.model.cls.predictions
        attention = inside.attention
        return TraceParameters(
            heads=attention.self.num_attention_heads,
            query=_linear(attention.self.query),
            key=_linear(attention.self.key),
            value=_linear(attention.self.value),
            mixing=_linear(attention.output.dense),
            attention_norm=_norm(attention.output.LayerNorm),
            inner=_linear(inside.intermediate.dense),
            outer=_linear(inside.output.dense),
            output_norm=_norm(inside.output.LayerNorm),
            transform=_linear(head.transform.dense),
            transform_norm=_norm(head.transform.LayerNorm),
            decoder=_linear(head.decoder),
        )

    def _layer(self, layer: int) -> Any:
        layers = self.model.bert.encoder.layer
        if not 0 <= layer < len(layers):
            raise IndexError(f"There is no layer {layer}: they count from 0 to {len(layers) - 1}.")
        return layers[layer]


def _modules(layer: Any) -> dict[str, nn.Module]:
    """Return the modules of a layer whose inputs and outputs are the numbers in it."""
    attention = layer.attention
    return {
        "query": attention.self.query,
        "key": attention.self.key,
        "value": attention.self.value,
        "mixed": attention.output.dense,
        "attended": attention.output.LayerNorm,
        "inner": layer.intermediate.dense,
        "outer": layer.output.dense,
        "output": layer.output.LayerNorm,
    }


@contextmanager
def _watched(modules: Mapping[str, nn.Module], seen: dict[str, Tensor]) -> Iterator[None]:
    """Put what ``modules`` return into ``seen``, by name, and what they get as ``<name>.in``."""

    def watch(name: str, module: nn.Module) -> Any:
        def keep(_module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            seen[f"{name}.in"], seen[name] = inputs[0], output

        return module.register_forward_hook(keep)

    with ExitStack() as stack:
        for name, module in modules.items():
            stack.callback(watch(name, module).remove)
        yield


def _array(value: Tensor) -> np.ndarray:
    return value.float().contiguous().cpu().numpy()


def _linear(module: Any) -> Linear:
    return Linear(weight=_array(module.weight), bias=_array(module.bias))


def _norm(module: Any) -> Norm:
    return Norm(weight=_array(module.weight), bias=_array(module.bias), eps=float(module.eps))

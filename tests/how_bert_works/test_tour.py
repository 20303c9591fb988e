"""Every number of the tour is what hooks on transformers' own model see; and bad input."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from transformers import AutoModelForMaskedLM, PreTrainedModel

from playground.errors import MaskMissingError, TextTooLongError, UnsupportedModelError
from playground.how_bert_works import prediction, through_layers, walk
from playground.how_bert_works.recompute import differences
from playground.models import fake, trunk
from playground.models.catalog import ModelSpec, Source, Task, find
from playground.models.engine import Engine, Model
from playground.models.trace_queries import Trace
from playground.settings import Settings
from tests.how_bert_works.conftest import TEXT

TOLERANCE = 1e-5
TEXTS = (TEXT, "a [MASK] sat; she opened the [MASK] because the room was warm")
# Where hooks see the parts of a trace: a module of the layer or of the model, what goes in or out.
IN_LAYER = {
    "context": ("attention.output.dense", "in"),
    "mixed": ("attention.output.dense", "out"),
    "attention_sum": ("attention.output.LayerNorm", "in"),
    "attended": ("attention.output.LayerNorm", "out"),
    "inner": ("intermediate.dense", "out"),
    "activated": ("intermediate.intermediate_act_fn", "out"),
    "outer": ("output.dense", "out"),
    "output_sum": ("output.LayerNorm", "in"),
}
HEADS = {"query": "query", "key": "key", "value": "value"}
EMBEDDINGS = {
    "token": "word_embeddings",
    "segment": "token_type_embeddings",
    "position": "position_embeddings",
    "output": "LayerNorm",
}


def transformers_own(spec: ModelSpec) -> PreTrainedModel:
    """Load the model as the README of the adapter does, without any code of the app."""
    options = {"dtype": torch.float32, "attn_implementation": "eager"}
    if spec.source is not Source.BUNDLED:
        return AutoModelForMaskedLM.from_pretrained(spec.folder, **options).eval()
    assert spec.folder is not None
    base = AutoModelForMaskedLM.from_pretrained(trunk.folder(), **options)
    merged = PeftModel.from_pretrained(base, str(spec.folder)).merge_and_unload()
    head = load_file(spec.folder / "head.safetensors")
    merged.load_state_dict({name: one.float() for name, one in head.items()}, strict=False)
    return merged.eval()


class Softmaxes(TorchFunctionMode):
    """Keeps what goes into and comes out of each softmax, in order: one a layer."""

    def __init__(self) -> None:
        self.seen: list[tuple[Tensor, Tensor]] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        if func is nn.functional.softmax:
            self.seen.append((args[0], made))
        return made


@torch.no_grad()
def hooked(own: PreTrainedModel, ids: tuple[int, ...], position: int, layer: int) -> dict[str, Any]:
    """Run ``own`` once; return every part of a trace as its hooks saw it."""
    seen: dict[tuple[nn.Module, str], Tensor] = {}

    def keep(module: nn.Module, inputs: Any, output: Any) -> None:
        if inputs:
            seen[module, "in"] = inputs[0][0]
        seen[module, "out"] = (output if isinstance(output, Tensor) else output[0])[0]

    handles = [module.register_forward_hook(keep) for module in own.modules()]
    with Softmaxes() as softmaxes:
        own(torch.tensor([ids]))
    for handle in handles:
        handle.remove()
    layers = own.bert.encoder.layer
    inside = layers[layer]
    states = [seen[one, "in"] for one in layers] + [seen[layers[-1], "out"]]
    scores, weights = (part[0] for part in softmaxes.seen[layer])
    split = own.config.num_attention_heads
    projected = {
        name: seen[inside.get_submodule(f"attention.self.{module}"), "out"]
        .unflatten(-1, (split, -1))
        .transpose(0, 1)
        for name, module in HEADS.items()
    }
    logits = seen[own.cls.predictions.decoder, "out"][position]
    embeddings = own.bert.embeddings
    return {
        "inputs": {n: seen[getattr(embeddings, m), "out"] for n, m in EMBEDDINGS.items()},
        **projected,
        **{name: seen[inside.get_submodule(m), side] for name, (m, side) in IN_LAYER.items()},
        "states": torch.stack(states),
        "scores": scores,
        "weights": weights,
        "transformed": seen[own.cls.predictions.decoder, "in"][position],
        "logits": torch.stack([own.cls(state[position]) for state in states]),
        "probabilities": logits.softmax(-1),
    }


@pytest.mark.parametrize("text", TEXTS)
def test_every_number_is_what_a_hook_on_the_model_sees(
    model: Model, spec: ModelSpec, text: str
) -> None:
    own = transformers_own(spec)
    layers = own.config.num_hidden_layers
    for layer in range(layers):
        tour = walk(text, model=model, layer=layer)
        seen = hooked(own, tour.masked.input_ids, tour.position, layer)
        assert set(seen) == {field.name for field in fields(Trace)}
        for name, expected in seen.pop("inputs").items():
            assert_same(getattr(tour.trace.inputs, name), expected, name)
        for name, expected in seen.items():
            assert_same(getattr(tour.trace, name), expected, f"{name} of layer {layer}")


def assert_same(found: np.ndarray, expected: Tensor, name: str) -> None:
    assert found.shape == tuple(expected.shape), name
    assert np.abs(found - expected.numpy()).max() <= TOLERANCE, name


@pytest.mark.parametrize("text", TEXTS)
def test_each_step_computed_anew_is_the_models_own(model: Model, text: str) -> None:
    for layer in range(len(walk(text, model=model).trace.states) - 1):
        found = walk(text, model=model, layer=layer).differences
        for field in fields(found):
            # torch sums thirty thousand exponentials in 32 bits
            limit = 2e-5 if field.name == "output" else 1e-6
            assert 0 <= getattr(found, field.name) <= limit, (layer, field.name)


def test_a_forgotten_bias_would_be_seen(engine: Engine, local: Callable[..., ModelSpec]) -> None:
    tour = walk(TEXT, model=engine.model(local("bert")))
    outer = replace(tour.parameters.outer, bias=0 * tour.parameters.outer.bias)
    found = differences(
        tour.trace,
        replace(tour.parameters, outer=outer),
        layer=0,
        position=tour.position,
    )
    assert found.feed_forward > 1e-2
    assert found.attention == tour.differences.attention


@pytest.mark.weights
def test_the_models_answer_is_the_last_step(engine: Engine) -> None:
    model = engine.model(find("bundled/masked_lm", Task.STEP_BY_STEP, Settings()))
    tour = walk(TEXT, model=model)
    found = prediction(tour, model=model, top_k=5)
    assert found.guesses[0].token == "paris"
    assert found.others == 30_522 - 5
    assert sum(one.probability for one in found.guesses) + found.rest == pytest.approx(1, abs=1e-5)
    first, second = found.guesses[:2]
    assert first.probability / second.probability == pytest.approx(
        np.exp(found.logits[0] - found.logits[1]), rel=1e-4
    )
    lens = through_layers(tour, model=model)
    assert [row.layer for row in lens.layers] == list(range(7))
    assert lens.layers[-1].guesses[0].token == "paris"
    # Beside the other layers' states the last one goes through a larger product, rounded otherwise.
    assert lens.layers[-1].final_probability == pytest.approx(first.probability, rel=1e-4)
    assert lens.layers[0].final_probability < 0.01


@pytest.mark.parametrize("family", sorted(set(fake.FAMILIES) - {"bert"}))
def test_other_layouts_are_refused_with_a_way_out(
    engine: Engine, local: Callable[..., ModelSpec], family: str
) -> None:
    with pytest.raises(UnsupportedModelError, match=r"needs BERT's layout.*choose a BERT"):
        engine.model(local(family))


def test_a_sentence_too_long_for_a_screen_is_refused(
    engine: Engine, local: Callable[..., ModelSpec]
) -> None:
    model = engine.model(local("bert"))
    exactly = "[MASK] " + "a " * 29
    assert len(walk(exactly, model=model).masked.tokens) == 32
    with pytest.raises(TextTooLongError, match=r"33 tokens.*at most 32"):
        walk(exactly + "a", model=model)
    with pytest.raises(TextTooLongError, match="103 tokens"):  # more than the model itself reads
        walk("[MASK] " + "a " * 100, model=model)


def test_a_sentence_without_a_mask_is_refused(
    engine: Engine, local: Callable[..., ModelSpec]
) -> None:
    with pytest.raises(MaskMissingError, match="no mask"):
        walk("a cat", model=engine.model(local("bert")))


def test_there_are_only_so_many_layers(engine: Engine, local: Callable[..., ModelSpec]) -> None:
    with pytest.raises(IndexError, match="0 to 1"):
        walk(TEXT, model=engine.model(local("bert")), layer=2)

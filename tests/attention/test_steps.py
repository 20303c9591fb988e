"""Step by step against the models' own attention, and against numbers written by hand."""

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from transformers import AlbertConfig, AlbertModel

from playground.attention import AttentionMap, attend, step
from playground.errors import UnsupportedModelError
from playground.models import fake
from playground.models.engine import Model
from playground.models.inside import Inside
from playground.models.loading import Checkpoint
from playground.models.queries import AttentionQuery, Attentions, HeadParameters

TOLERANCE = 1e-5
TEXT = "the cat sat on the mat"
OTHER_TERMS = {"mpnet": "relative position bias", "deberta": "disentangled"}
OTHER_TERMS["deberta-v2"] = OTHER_TERMS["deberta"]
PLAIN = sorted(set(fake.FAMILIES) - set(OTHER_TERMS))


@pytest.mark.parametrize("family", PLAIN)
def test_every_head_from_every_token_is_the_models_own(
    look_into: Callable[[str], Model], family: str
) -> None:
    model = look_into(family)
    attended = attend(TEXT, "a dog", model=model)
    assert attended.weights.shape[:2] == (2, 2)
    for layer, head, token in np.ndindex(attended.weights.shape[:3]):
        found = step(attended, layer=layer, head=head, token=token, model=model)
        own = attended.weights[layer, head, token]
        np.testing.assert_allclose(found.weights, own, atol=TOLERANCE)
        assert found.difference == np.abs(found.weights - own).max()
        assert found.weights.sum() == pytest.approx(1, abs=TOLERANCE)
        np.testing.assert_allclose(found.output, found.weights @ found.v, atol=TOLERANCE)
        np.testing.assert_array_equal(found.x, attended.hidden_states[layer, token])


@pytest.mark.parametrize(
    ("family", "values"),
    [
        ("bert", "encoder.layer.1.attention.self.value"),
        ("distilbert", "transformer.layer.1.attention.v_lin"),
        ("albert", "encoder.albert_layer_groups.0.albert_layers.0.attention.value"),
    ],
)
def test_values_are_the_models_own(
    look_into: Callable[[str], Model], family: str, values: str
) -> None:
    model = look_into(family)
    own: list[Tensor] = []

    def keep(module: nn.Module, inputs: Any, output: Tensor) -> None:
        own.append(output[0])

    attended = attend(TEXT, model=model)
    whole = model.encoder.model
    with whole.get_submodule(values).register_forward_hook(keep), torch.no_grad():
        whole(torch.tensor([attended.input_ids]))
    expected = own[-1].numpy().reshape(len(attended.tokens), 2, 16)
    for head in range(2):
        found = step(attended, layer=1, head=head, token=0, model=model)
        np.testing.assert_allclose(found.v, expected[:, head], atol=TOLERANCE)


@pytest.mark.parametrize("family", OTHER_TERMS)
def test_attention_with_another_term_is_refused(
    look_into: Callable[[str], Model], family: str
) -> None:
    model = look_into(family)
    attended = attend(TEXT, model=model)
    with pytest.raises(UnsupportedModelError, match=OTHER_TERMS[family]):
        step(attended, layer=0, head=0, token=0, model=model)


def test_albert_with_several_groups_of_several_layers() -> None:
    config = AlbertConfig(
        vocab_size=20,
        embedding_size=4,
        hidden_size=8,
        intermediate_size=8,
        num_attention_heads=2,
        num_hidden_layers=4,
        num_hidden_groups=2,
        inner_group_num=2,
        initializer_range=0.5,
        attn_implementation="eager",
    )
    torch.manual_seed(0)
    model = AlbertModel(config).eval().requires_grad_(False)
    checkpoint = cast("Checkpoint", SimpleNamespace(model=model))
    inside = Inside(checkpoint, device=torch.device("cpu"))
    [found] = inside.scores([AttentionQuery(input_ids=(2, 5, 7, 3))])
    assert isinstance(found, Attentions)
    attended = _attended(found.weights, found.hidden_states)
    assert attended.weights.shape == (8, 2, 4, 4)
    for layer, head, token in np.ndindex(attended.weights.shape[:3]):
        worked = step(attended, layer=layer, head=head, token=token, model=cast("Model", inside))
        assert worked.difference < TOLERANCE


class OneHead:
    """A model of hidden size 2 whose one head turns states around before it compares them."""

    def head_parameters(self, layer: int, head: int) -> HeadParameters:
        return HeadParameters(
            query_weight=np.array([[0, 1], [1, 0]], dtype=np.float32),
            query_bias=np.array([0, 1], dtype=np.float32),
            key_weight=np.eye(2, dtype=np.float32),
            key_bias=np.array([1, 0], dtype=np.float32),
            value_weight=np.array([[1, 1], [0, 2]], dtype=np.float32),
            value_bias=np.array([0, -1], dtype=np.float32),
            scale=0.5,
        )


def test_by_hand() -> None:
    # Token 0 is (1, 2): its query is (2, 1 + 1); the keys are (1 + 1, 2) and (0 + 1, 1).
    attended = _attended(np.full((1, 1, 2, 2), 0.5), np.array([[[1, 2], [0, 1]]] * 2))
    found = step(attended, layer=0, head=0, token=0, model=cast("Model", OneHead()))
    np.testing.assert_array_equal(found.q, [2, 2])
    np.testing.assert_array_equal(found.k, [[2, 2], [1, 1]])
    np.testing.assert_array_equal(found.v, [[3, 3], [1, 1]])
    np.testing.assert_array_equal(found.scores, [4, 2])
    first = math.exp(4) / (math.exp(4) + math.exp(2))
    np.testing.assert_allclose(found.weights, [first, 1 - first], rtol=1e-6)
    np.testing.assert_allclose(found.output, [3 * first + 1 - first] * 2, rtol=1e-6)
    assert found.difference == pytest.approx(first - 0.5, rel=1e-6)


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ({"layer": 1}, "layer 1"),
        ({"head": 1}, "head 1"),
        ({"token": 2}, "token 2"),
        ({"token": -1}, "token -1"),
    ],
)
def test_what_is_not_there_is_named(place: dict[str, int], named: str) -> None:
    attended = _attended(np.full((1, 1, 2, 2), 0.5), np.zeros((2, 2, 2)))
    asked = {"layer": 0, "head": 0, "token": 0} | place
    with pytest.raises(IndexError, match=named):
        step(attended, **asked, model=cast("Model", OneHead()))


@pytest.mark.parametrize(("layer", "head"), [(2, 0), (0, 2)])
@pytest.mark.parametrize("family", PLAIN)
def test_a_model_gives_no_head_that_it_lacks(
    look_into: Callable[[str], Model], family: str, layer: int, head: int
) -> None:
    with pytest.raises(IndexError):
        look_into(family).head_parameters(layer, head)


def test_parameters_are_copies(look_into: Callable[[str], Model]) -> None:
    model = look_into("bert")
    before = model.head_parameters(0, 0).query_weight.copy()
    model.head_parameters(0, 0).query_weight[:] = 0
    np.testing.assert_array_equal(model.head_parameters(0, 0).query_weight, before)


def _attended(weights: np.ndarray, hidden_states: np.ndarray) -> AttentionMap:
    return AttentionMap(
        texts=("",),
        tokens=(),
        input_ids=(),
        token_type_ids=(),
        weights=weights.astype(np.float32),
        hidden_states=hidden_states.astype(np.float32),
    )

"""The input layer, added up and normalised here, against the model's own embedding output."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from playground.models import catalog, fake
from playground.models.catalog import TRUNK, Task
from playground.models.engine import Engine, Model
from playground.models.queries import InputQuery
from playground.settings import Settings
from playground.tokenizer import input_vectors, layer_norm

TOLERANCE = 1e-6
TEXT, PAIR = "The cat sat on the mat.", "A dog, and nobody else!"


@pytest.fixture(scope="module")
def trunk(engine: Engine) -> Model:
    return engine.model(catalog.find(TRUNK, Task.FEATURE_EXTRACTION, Settings()))


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_parts_add_up_to_the_models_own_output(
    look_into: Callable[[str], Model], family: str
) -> None:
    found = input_vectors(TEXT, PAIR, model=look_into(family))
    assert found.difference < TOLERANCE
    assert found.normed.shape == found.parts.token.shape
    assert np.abs(found.normed).max() > 0.1  # stirred weights: nothing here is zero by chance


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_the_models_own_output_is_the_librarys(
    look_into: Callable[[str], Model], tiny_checkpoint: Callable[[str], Path], family: str
) -> None:
    found = input_vectors("the cat sat", model=look_into(family))
    reference = AutoModel.from_pretrained(tiny_checkpoint(family)).eval()
    inputs = AutoTokenizer.from_pretrained(tiny_checkpoint(family))(
        "the cat sat", return_tensors="pt"
    )
    with torch.inference_mode():
        first = reference(**inputs, output_hidden_states=True).hidden_states[0][0]
        if family in ("albert", "electra"):  # there it is what the wider layers get
            behind = getattr(reference, "embeddings_project", None)
            behind = behind or reference.encoder.embedding_hidden_mapping_in
            own = behind(torch.from_numpy(found.parts.output))
        else:
            own = torch.from_numpy(found.parts.output)
    np.testing.assert_allclose(own.numpy(), first.numpy(), atol=TOLERANCE)


@pytest.mark.weights
@pytest.mark.parametrize("pair", ["", PAIR])
def test_the_trunk_adds_up(trunk: Model, pair: str) -> None:
    found = input_vectors("The capital of France is [MASK].", pair, model=trunk)
    assert found.difference < TOLERANCE
    assert found.parts.token.shape[1] == 384
    assert found.notices == ()


@pytest.mark.weights
def test_the_trunk_adds_up_over_its_full_length(trunk: Model) -> None:
    found = input_vectors("naïve tokenization of 1,234 words 😀 我们 " * 60, model=trunk)
    assert len(found.parts.token) == trunk.max_tokens
    assert found.difference < TOLERANCE
    assert "were cut" in found.notices[0]


def test_the_second_text_has_another_segment(look_into: Callable[[str], Model]) -> None:
    found = input_vectors(TEXT, PAIR, model=look_into("bert"))
    segments, vectors = found.read.token_type_ids, found.parts.segment
    assert vectors is not None
    first, second = segments.index(0), segments.index(1)
    assert not np.allclose(vectors[first], vectors[second])
    for segment, vector in zip(segments, vectors, strict=True):
        np.testing.assert_array_equal(vector, vectors[second if segment else first])


@pytest.mark.parametrize(
    ("family", "first"), [("bert", 0), ("electra", 0), ("roberta", 2), ("mpnet", 2)]
)
def test_positions_count_from_where_the_family_begins(
    look_into: Callable[[str], Model], family: str, first: int
) -> None:
    positions = input_vectors("the cat", model=look_into(family)).parts.position_ids
    assert positions is not None
    assert positions.tolist() == list(range(first, first + len(positions)))


def test_padding_has_the_position_of_padding(look_into: Callable[[str], Model]) -> None:
    model = look_into("roberta")
    padding = model.tokenizer.pad_token_id
    found = model.input_layer(InputQuery(input_ids=(0, 10, padding, padding)))
    assert found.position_ids is not None
    assert found.position_ids.tolist() == [2, 3, padding, padding]
    normed = layer_norm(
        found.summed, weight=found.norm_weight, bias=found.norm_bias, epsilon=found.norm_epsilon
    )
    np.testing.assert_allclose(normed, found.output, atol=TOLERANCE)


@pytest.mark.parametrize(
    ("family", "said"),
    [
        ("distilbert", "no segments"),
        ("mpnet", "no segments"),
        ("roberta", "counts positions from 2"),
        ("deberta", "relative positions"),
        ("deberta-v2", "relative positions"),
        ("albert", "stretches"),
        ("electra", "stretches"),
    ],
)
def test_what_a_family_does_otherwise_is_said(
    look_into: Callable[[str], Model], family: str, said: str
) -> None:
    found = input_vectors("the cat", model=look_into(family))
    assert any(said in notice for notice in found.notices)


def test_layer_norm_is_torchs() -> None:
    generator = torch.Generator().manual_seed(0)
    vectors, weight, bias = (
        torch.randn(*size, generator=generator) for size in ((5, 7), (7,), (7,))
    )
    expected = torch.nn.functional.layer_norm(vectors, (7,), weight, bias, eps=1e-12)
    found = layer_norm(vectors.numpy(), weight=weight.numpy(), bias=bias.numpy(), epsilon=1e-12)
    np.testing.assert_allclose(found, expected.numpy(), atol=TOLERANCE)

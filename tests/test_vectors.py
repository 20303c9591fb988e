"""Vectors and hidden states of every family against transformers' own forward pass."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from playground.models import fake
from playground.models.catalog import TRUNK, ModelSpec, Source, Task, find
from playground.models.engine import Engine, Model
from playground.models.queries import AttentionQuery, Pooling, StatesQuery, VectorQuery
from playground.settings import Settings

TEXTS = (
    "The capital of France is Paris.",
    "Rain.",
    "She opened the window because the room was warm and the evening air was cool.",
)
LINES = (
    "She deposited the cheque at the bank on Monday.",
    "Rain fell for three days.",
    "The pitcher threw the ball, and the crowd in the old stadium rose to its feet as one.",
    "Quarterly profit fell by a third, although the chief executive called it encouraging.",
    "yes",
)


@pytest.fixture(params=fake.FAMILIES)
def folder(request: pytest.FixtureRequest, tiny_checkpoint: Callable[..., Path]) -> Path:
    return tiny_checkpoint(str(request.param))


def loaded(folder: Path) -> Model:
    spec = ModelSpec(
        id="local/tiny",
        task=Task.FEATURE_EXTRACTION,
        source=Source.LOCAL,
        title="tiny",
        folder=folder,
    )
    return Engine(Settings(), dtype=torch.float32).model(spec)


def reference(folder: Path) -> tuple[list[tuple[int, ...]], list[np.ndarray]]:
    """Return the ids of TEXTS and their hidden states [layer + 1, token, hidden], one at a time."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()
    ids = [tuple(tokenizer(text)["input_ids"]) for text in TEXTS]
    with torch.inference_mode():
        outputs = [model(torch.tensor([row]), output_hidden_states=True) for row in ids]
    return ids, [torch.cat(output.hidden_states).numpy() for output in outputs]


def unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def test_a_vector_is_the_mean_or_the_first_of_the_last_states(folder: Path) -> None:
    ids, states = reference(folder)
    model = loaded(folder)
    means = model.vectors([VectorQuery(input_ids=row) for row in ids])
    firsts = model.vectors([VectorQuery(input_ids=row, pooling=Pooling.FIRST) for row in ids])
    assert means.dtype == np.float32
    for mean, first, expected in zip(means, firsts, states, strict=True):
        np.testing.assert_allclose(mean, unit(expected[-1].mean(axis=0)), atol=1e-5)
        np.testing.assert_allclose(first, unit(expected[-1][0]), atol=1e-5)


@pytest.mark.parametrize("layer", [None, 0, 1, 2])
def test_states_are_the_models_own(folder: Path, layer: int | None) -> None:
    ids, states = reference(folder)
    model = loaded(folder)
    queries = [StatesQuery(input_ids=row, positions=(len(row) - 1, 1), layer=layer) for row in ids]
    layers = slice(None) if layer is None else slice(layer, layer + 1)
    for found, expected in zip(model.states(queries), states, strict=True):
        np.testing.assert_allclose(found, expected[layers][:, [-1, 1]], atol=1e-5)


def test_attention_stays_as_it_was_beside_the_copy(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint("bert")
    ids, states = reference(folder)
    model = loaded(folder)
    before = model.attentions(AttentionQuery(input_ids=ids[0]))
    bytes_before = model.engine.resident_bytes()
    model.vectors([VectorQuery(input_ids=row) for row in ids])
    after = model.attentions(AttentionQuery(input_ids=ids[0]))
    np.testing.assert_array_equal(before.weights, after.weights)
    np.testing.assert_allclose(after.hidden_states, states[0], atol=1e-5)
    copied = model.engine.resident_bytes() - bytes_before
    embeddings = sum(w.nbytes for w in model.encoder.model.embeddings.parameters())
    assert 0 < copied <= bytes_before - embeddings  # the layers twice, the embeddings once
    assert model.layers == 2


@pytest.mark.weights
def test_bfloat16_turns_no_sentence_away() -> None:
    spec = find(TRUNK, Task.FEATURE_EXTRACTION, Settings())
    exact, fast = (
        Engine(Settings(), dtype=dtype).model(spec) for dtype in (torch.float32, torch.bfloat16)
    )
    queries = [VectorQuery(input_ids=tuple(exact.tokenizer(text)["input_ids"])) for text in LINES]
    cosines = (exact.vectors(queries) * fast.vectors(queries)).sum(axis=1)
    assert cosines.min() > 0.9999

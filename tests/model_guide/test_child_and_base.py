"""Child and base: distances and likenesses against numpy and transformers."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer

from playground.errors import UnsupportedModelError
from playground.model_guide import by_layer, by_part, difference, export, similarity
from playground.model_guide.states import cka, cosine
from playground.models import fake, loading, trunk
from playground.models.catalog import TRUNK, ModelSpec, Source, Task, bundled, find
from playground.models.engine import Engine
from playground.settings import Settings

FE = Task.FEATURE_EXTRACTION
TEXT = "The river is near the station, and rain fell for three days."


def local(folder: Path, name: str = "x") -> ModelSpec:
    return ModelSpec(id=f"local/{name}", task=FE, source=Source.LOCAL, title=name, folder=folder)


@pytest.fixture
def moved_child(
    tiny_checkpoint: Callable[..., Path], tmp_path: Path
) -> Callable[[str], tuple[ModelSpec, ModelSpec]]:
    """A function of a family: a child whose second layer's feed-forward output doubled."""

    def make(family: str) -> tuple[ModelSpec, ModelSpec]:
        base = tiny_checkpoint(family)
        model = AutoModelForMaskedLM.from_pretrained(base)
        with torch.no_grad():
            for name, weight in model.named_parameters():
                if name.endswith(("1.output.dense.weight", "1.ffn.lin2.weight")):
                    weight.mul_(2)
        model.save_pretrained(tmp_path / "child")
        AutoTokenizer.from_pretrained(base).save_pretrained(tmp_path / "child")
        return local(tmp_path / "child", f"{family} child"), local(base, f"{family} base")

    return make


@pytest.mark.parametrize("family", ["bert", "distilbert", "roberta", "electra", "deberta"])
def test_what_moved_is_found_in_its_place(
    moved_child: Callable[[str], tuple[ModelSpec, ModelSpec]], family: str
) -> None:
    child, base = moved_child(family)
    found = difference(child, base)
    assert found.new == ()
    [moved] = [one for one in found.moved if one.distance]
    assert (moved.place.layer, moved.place.matrix) == (1, "Feed-forward out")
    assert moved.relative == pytest.approx(1.0)  # W doubled: ||W|| / ||W||
    assert found.untouched == found.shared - 64 * 32
    matrices, values = by_layer(found)
    column = matrices.index("Feed-forward out")
    assert values.shape == (2, len(matrices))
    assert 0.5 < values[1, column] < 1  # with its bias, which did not move
    values[1, column] = 0
    assert not values.any()
    assert dict(by_part(found))["Layer 1"] == 0
    row = next(row for row in export.moved(found) if row["parameter"] == moved.name)
    assert (row["layer"], row["relative"]) == (2, pytest.approx(1.0))


def test_other_heads_are_new_and_the_base_is_compared(
    tiny_checkpoint: Callable[..., Path],
) -> None:
    child = local(tiny_checkpoint("bert", Task.TEXT_CLASSIFICATION), "child")
    found = difference(child, local(tiny_checkpoint("bert"), "base"))
    assert dict(found.new) == {
        "pooler.dense.weight": 32 * 32,
        "pooler.dense.bias": 32,
        "classifier.weight": 64,
        "classifier.bias": 2,
    }
    assert found.shared == sum(one.parameters for one in found.moved)


def test_strangers_are_no_child_and_base(tiny_checkpoint: Callable[..., Path]) -> None:
    with pytest.raises(UnsupportedModelError, match="not child and base"):
        difference(local(tiny_checkpoint("bert"), "a"), local(tiny_checkpoint("distilbert"), "b"))


@pytest.mark.weights
@pytest.mark.parametrize("spec", bundled(), ids=lambda spec: spec.id)
def test_a_bundled_adapter_lies_from_the_trunk_where_the_loaded_model_does(
    spec: ModelSpec,
) -> None:
    base = find(TRUNK, FE, Settings())
    found = {one.name: one for one in difference(spec, base).moved}
    loaded = loading.load(replace(spec, task=FE), Settings()).model.state_dict()
    plain = AutoModel.from_pretrained(trunk.folder()).state_dict()
    for name in (
        "encoder.layer.0.attention.self.query.weight",
        "encoder.layer.3.intermediate.dense.weight",
        "encoder.layer.5.output.dense.weight",
    ):
        expected = (loaded[name] - plain[name]).norm() / plain[name].norm()
        assert found[name].relative == pytest.approx(float(expected), rel=1e-4)
        assert 0.01 < found[name].relative < 5
    assert found["embeddings.word_embeddings.weight"].distance == 0
    assert found["encoder.layer.2.attention.self.key.bias"].distance == 0


def engine_model(spec: ModelSpec) -> Any:
    return Engine(Settings(), dtype=torch.float32).model(spec)


@pytest.mark.parametrize("family", ["bert", "roberta", "distilbert"])
def test_states_are_compared_layer_by_layer(
    moved_child: Callable[[str], tuple[ModelSpec, ModelSpec]], family: str
) -> None:
    specs = moved_child(family)
    found = similarity(TEXT, child=engine_model(specs[0]), base=engine_model(specs[1]))
    states = []
    for spec in specs:
        model = AutoModel.from_pretrained(spec.folder).eval()
        inputs = AutoTokenizer.from_pretrained(spec.folder)(TEXT, return_tensors="pt")
        with torch.inference_mode():
            states.append(torch.cat(model(**inputs, output_hidden_states=True).hidden_states))
    expected = torch.cosine_similarity(states[0], states[1], dim=-1).numpy()
    np.testing.assert_allclose(found.cosine, expected, atol=1e-5)
    np.testing.assert_allclose(found.mean_cosine[:2], 1, atol=1e-5)  # the second layer changed
    assert found.mean_cosine[2] < 0.999
    np.testing.assert_allclose(found.cka[:2], 1, atol=1e-5)
    assert export.states(found)[2]["mean cosine"] == pytest.approx(
        float(expected[2].mean()), abs=1e-5
    )


def test_other_vocabularies_cannot_be_compared(tiny_checkpoint: Callable[..., Path]) -> None:
    models = [engine_model(local(tiny_checkpoint(one), one)) for one in ("bert", "roberta")]
    with pytest.raises(UnsupportedModelError, match="cut this text differently"):
        similarity(TEXT, child=models[0], base=models[1])


def test_cka_sees_what_is_alike_and_not_how_it_is_turned() -> None:
    random = np.random.default_rng(0)
    states = random.normal(size=(40, 8))
    turned = states @ np.linalg.qr(random.normal(size=(8, 8)))[0]
    assert cka(states, turned) == pytest.approx(1)
    assert cka(states, 3 * states + 5) == pytest.approx(1)
    # Kornblith et al. 2019, section 3: ||Y'X||² / (||X'X|| ||Y'Y||), columns centered
    other = random.normal(size=(40, 5))
    x, y = (one - one.mean(axis=0) for one in (states, other))
    norm = np.linalg.norm
    expected = norm(y.T @ x) ** 2 / (norm(x.T @ x) * norm(y.T @ y))
    assert cka(states, other) == pytest.approx(float(expected))
    assert np.isnan(cka(states[:1], other[:1]))
    assert cosine(np.array([1.0, 0.0]), np.array([1.0, 1.0])) == pytest.approx(0.5**0.5)


def test_fake_families_are_all_compared_with_themselves(
    tiny_checkpoint: Callable[..., Path],
) -> None:
    for family in fake.FAMILIES:
        spec = local(tiny_checkpoint(family), family)
        found = difference(spec, spec)
        assert found.relative == 0
        assert found.untouched == found.shared > 0

"""Parts by name: their sums are what transformers itself counts, for every family."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModel,
    AutoModelForMaskedLM,
    AutoModelForPreTraining,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
)

from playground.models import fake, loading, parts, weight_files
from playground.models.catalog import TRUNK, ModelSpec, Source, Task, bundled, find
from playground.models.parts import Place, Section
from playground.settings import Settings

CLASSES: dict[Task, Any] = {
    Task.FILL_MASK: AutoModelForMaskedLM,
    Task.TEXT_CLASSIFICATION: AutoModelForSequenceClassification,
    Task.TOKEN_CLASSIFICATION: AutoModelForTokenClassification,
}


def local(folder: Path, task: Task = Task.FILL_MASK) -> ModelSpec:
    return ModelSpec(id="local/x", task=task, source=Source.LOCAL, title="x", folder=folder)


def count(found: weight_files.WeightFiles, task: Task | None = None) -> int:
    return sum(one.count for one in found.of_model(task).values())


@pytest.mark.parametrize("task", CLASSES)
@pytest.mark.parametrize("family", fake.FAMILIES)
def test_the_parts_of_every_family_sum_to_what_transformers_counts(
    tiny_checkpoint: Callable[..., Path], family: str, task: Task
) -> None:
    folder = tiny_checkpoint(family, task)
    found = weight_files.look(local(folder, task))
    assert found.task is task
    assert count(found) == CLASSES[task].from_pretrained(folder).num_parameters()
    layers = [one for one in map(parts.place, found.of_model()) if one.section is Section.LAYERS]
    assert {one.block for one in layers} == {parts.ATTENTION, parts.FEED_FORWARD}
    assert {one.layer for one in layers} == ({0} if family == "albert" else {0, 1})
    joined = {parts.JOINED}
    absent = {"Query", "Key", "Value"} if family == "deberta" else joined
    assert {one.matrix for one in layers} & set(parts.MATRICES) == set(parts.MATRICES) - absent
    assert Section.EMBEDDINGS in {parts.place(name).section for name in found.of_model()}


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_without_its_head_it_is_the_base_model(
    tiny_checkpoint: Callable[..., Path], family: str
) -> None:
    folder = tiny_checkpoint(family)
    base = AutoModel.from_pretrained(folder)
    pooler = sum(
        weight.numel() for name, weight in base.named_parameters() if name.startswith("pooler.")
    )  # new and untrained, where the file has none
    found = weight_files.look(local(folder))
    assert count(found, Task.FEATURE_EXTRACTION) == base.num_parameters() - pooler


def test_what_a_checkpoint_of_pre_training_holds_beside_is_left_out(tmp_path: Path) -> None:
    folder = fake.save("bert", tmp_path / "x")
    AutoModelForPreTraining.from_pretrained(folder).save_pretrained(folder)
    weights = load_file(folder / "model.safetensors")
    old = {
        name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
            "LayerNorm.bias", "LayerNorm.beta"
        ): weight
        for name, weight in weights.items()
    }
    old["cls.predictions.decoder.weight"] = weights[
        "bert.embeddings.word_embeddings.weight"
    ].clone()
    old["cls.predictions.decoder.bias"] = weights["cls.predictions.bias"].clone()
    save_file(old, folder / "model.safetensors", metadata={"format": "pt"})
    found = weight_files.look(local(folder))
    assert any("seq_relationship" in name for name in found.tensors)
    assert found.task is Task.FILL_MASK
    assert count(found) == AutoModelForMaskedLM.from_pretrained(folder).num_parameters()


@pytest.mark.parametrize(
    ("name", "place"),
    [
        (
            "bert.encoder.layer.3.attention.self.query.weight",
            Place(section=Section.LAYERS, block="Attention", matrix="Query", layer=3),
        ),
        (
            "distilbert.transformer.layer.11.ffn.lin2.bias",
            Place(
                section=Section.LAYERS, block="Feed-forward", matrix="Feed-forward out", layer=11
            ),
        ),
        (
            "bert.embeddings.token_type_embeddings.weight",
            Place(section=Section.EMBEDDINGS, block="Segment", matrix="Segment"),
        ),
        (
            "deberta.encoder.rel_embeddings.weight",
            Place(section=Section.RELATIVE, block="Relative positions", matrix="Shared"),
        ),
        (
            "bert.pooler.dense.bias",
            Place(section=Section.POOLER, block="Pooler", matrix="Pooler"),
        ),
        ("classifier.weight", Place(section=Section.HEAD, block="Head", matrix="classifier")),
    ],
)
def test_a_name_tells_the_place(name: str, place: Place) -> None:
    assert parts.place(parts.bare(name)) == place


@pytest.mark.weights
@pytest.mark.parametrize("spec", [*bundled(), find(TRUNK, Task.FEATURE_EXTRACTION, Settings())])
def test_the_bundled_models_have_the_parameters_that_load(spec: ModelSpec) -> None:
    loaded = loading.load(spec, Settings()).model
    found = weight_files.look(spec)
    assert found.task is spec.task
    assert count(found) == loaded.num_parameters()
    by_layer = Counter(
        {
            layer: sum(w.numel() for w in loaded.base_model.encoder.layer[layer].parameters())
            for layer in range(6)
        }
    )
    mine: Counter[int] = Counter()
    for name, one in found.of_model().items():
        if (layer := parts.place(name).layer) is not None:
            mine[layer] += one.count
    assert mine == by_layer


@pytest.mark.weights
def test_an_adapter_merged_from_its_files_is_what_peft_merges() -> None:
    spec = next(one for one in bundled() if one.task is Task.TEXT_CLASSIFICATION)
    loaded = {
        parts.bare(name): w for name, w in loading.load(spec, Settings()).model.named_parameters()
    }
    found = weight_files.look(spec)
    for name in (
        "encoder.layer.2.attention.self.query.weight",
        "encoder.layer.5.output.dense.weight",
        "encoder.layer.0.attention.self.query.bias",
        "pooler.dense.weight",
        "embeddings.word_embeddings.weight",
    ):
        assert abs(found.weight(name) - loaded[name].numpy()).max() < 1e-6

"""What there is: read from files and cards, or from what is published."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoConfig,
    AutoModelForMaskedLM,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
)

from playground.model_guide import CardScore, entry, in_common, own
from playground.model_guide.published import PUBLISHED
from playground.models import hub as hub_files
from playground.models import loading
from playground.models.architectures import FAMILIES
from playground.models.catalog import CURATED, ModelSpec, Source, Task, bundled, local
from playground.settings import Settings

CLASSES: dict[Task, Any] = {
    Task.FILL_MASK: AutoModelForMaskedLM,
    Task.TEXT_CLASSIFICATION: AutoModelForSequenceClassification,
    Task.TOKEN_CLASSIFICATION: AutoModelForTokenClassification,
}
# What the models' own config.json says beside the family's defaults.
# Each model once, with the head that its checkpoint is suggested for first.
ONCE = {spec.id: spec for spec in reversed(CURATED)}
SIZES: dict[str, dict[str, int]] = {
    "roberta": {"max_position_embeddings": 514, "type_vocab_size": 1},
    "xlm-roberta": {"max_position_embeddings": 514, "type_vocab_size": 1},
    "albert": {"embedding_size": 128, "intermediate_size": 3_072},
}


@pytest.mark.parametrize("spec", list(ONCE.values()), ids=lambda spec: spec.id)
def test_published_parameters_are_what_transformers_counts(spec: ModelSpec) -> None:
    known = PUBLISHED[spec.id]
    shape = known.shape
    family = next(name for name, title in FAMILIES.items() if title == shape.family)
    options = SIZES.get(family, {}) | {
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_labels": 9 if spec.task is Task.TOKEN_CLASSIFICATION else 2,
    }
    if shape.hidden == 1_024:
        options["intermediate_size"] = 4_096
    with torch.device("meta"):  # no memory for any weight
        model = CLASSES[spec.task].from_config(AutoConfig.for_model(family, **options))
    assert known.parameters == model.num_parameters()


def test_a_model_that_is_not_here_is_shown_as_published(hub: Any) -> None:
    found = entry(next(one for one in CURATED if one.id == "distilbert-base-uncased"))
    assert not found.here
    assert found.shape is not None
    assert (found.shape.layers, found.shape.family) == (6, "DistilBERT")
    assert (found.parameters, found.file_bytes) == (66_985_530, 268_000_000)
    assert found.fp32_bytes == 267_942_120
    assert not hub.requests


def test_of_an_unknown_model_of_the_hub_nothing_is_said(hub: Any) -> None:
    spec = replace(CURATED[0], id="tiny/x", title="tiny/x", megabytes=None)
    found = entry(spec)
    assert (found.here, found.parameters, found.shape, found.problem) == (False, None, None, "")


@pytest.mark.parametrize("family", ["distilbert", "albert", "xlm-roberta", "deberta-v2"])
def test_a_downloaded_model_is_read_from_its_files(
    hub: Any, tiny_checkpoint: Callable[..., Path], family: str
) -> None:
    folder = tiny_checkpoint(family, Task.TOKEN_CLASSIFICATION)
    hub.add("tiny/x", folder)
    spec = replace(CURATED[0], id="tiny/x", title="tiny/x", task=Task.FEATURE_EXTRACTION)
    loading.load(spec, Settings())
    assert hub_files.downloaded(spec) is not None
    found = entry(spec)
    model = AutoModelForTokenClassification.from_pretrained(folder)
    assert found.spec.task is Task.TOKEN_CLASSIFICATION
    assert found.parameters == model.num_parameters()
    assert found.file_bytes == (folder / "model.safetensors").stat().st_size
    assert found.shape is not None
    assert (found.shape.family, found.shape.layers) == (FAMILIES[family], 2)
    assert (found.shape.hidden, found.shape.heads) == (32, 2)


def test_a_local_folder_comes_once_with_the_task_of_its_head(
    tiny_checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    shutil.copytree(tiny_checkpoint("bert", Task.TEXT_CLASSIFICATION), tmp_path / "mine")
    settings = Settings(models_folder=tmp_path)
    [found] = own(local(settings))
    assert found.task is Task.TEXT_CLASSIFICATION


def test_a_folder_of_another_architecture_says_so(
    tiny_checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(tiny_checkpoint("bert"), tmp_path / "other"))
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "gpt2"}), "utf-8")
    [spec] = own(local(Settings(models_folder=tmp_path)))
    assert "is a gpt2" in entry(spec).problem


def test_broken_weights_say_so(tiny_checkpoint: Callable[..., Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_checkpoint("bert"), tmp_path / "broken"))
    (folder / "model.safetensors").write_bytes(b"not weights")
    [spec] = own(local(Settings(models_folder=tmp_path)))
    assert "could not be read" in entry(spec).problem


@pytest.mark.weights
def test_the_bundled_models_have_their_cards() -> None:
    masked, sentiment, entities, _ = map(entry, bundled())
    assert {one.languages for one in (masked, sentiment, entities)} == {"English"}
    assert [one.licence for one in (masked, sentiment, entities)] == [
        "apache-2.0",
        "apache-2.0",
        "other",
    ]
    for found in (masked, sentiment, entities):
        assert found.spec.folder is not None
        files = found.spec.folder.glob("*.safetensors")
        assert found.own_bytes == sum(file.stat().st_size for file in files)
        assert found.file_bytes == found.own_bytes + 90_868_376
    recorded = json.loads((bundled()[1].folder / "training.json").read_text("utf-8"))  # type: ignore[operator]
    accuracy = next(one for one in sentiment.scores if one.part == "600 IMDB reviews")
    assert accuracy.metric == "accuracy"
    assert accuracy.value == recorded["development"]["eval_accuracy / 600 IMDB reviews"]


@pytest.mark.weights
def test_all_of_it_is_known_without_torch() -> None:
    code = (
        "import sys\n"
        "from playground.model_guide import entry, inside\n"
        "from playground.models.catalog import bundled\n"
        "assert all(entry(one).parameters for one in bundled())\n"
        "assert inside(bundled()[0]).parameters\n"
        "assert not {'torch', 'transformers', 'peft'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def score(metric: str, part: str, value: float) -> CardScore:
    return CardScore(metric=metric, part=part, value=value, source="card")


def test_only_figures_of_one_metric_on_the_same_texts_are_comparable() -> None:
    first = [score("F1", "news", 0.9), score("accuracy", "films", 0.8), score("F1", "tweets", 0.5)]
    second = [score("F1", "tweets", 0.6), score("accuracy", "news", 0.7), score("F1", "news", 0.8)]
    found = in_common([first, second])
    assert [(one.metric, one.part, one.values) for one in found] == [
        ("F1", "news", (0.9, 0.8)),
        ("F1", "tweets", (0.5, 0.6)),
    ]
    assert in_common([first, []]) == ()
    assert in_common([]) == ()


def test_a_spec_without_files_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    spec = ModelSpec(
        id="run/x", task=Task.FILL_MASK, source=Source.RUN, title="gone", folder=tmp_path / "gone"
    )
    assert not entry(spec).here

"""Each task is learned by each method, and what a run leaves works without this app."""

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import (
    AutoModelForMaskedLM,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
)

from playground import named_entities
from playground.errors import ModelError, TrainingOptionsError
from playground.fine_tuning import Dataset, Example, Part, Task
from playground.fine_tuning.evaluation import Report, report_file
from playground.fine_tuning.runs.run_directory import Result, RunDirectory
from playground.fine_tuning.runs.state import State
from playground.fine_tuning.training_options import Method
from playground.models import catalog, fake, trunk
from playground.models.engine import Engine
from playground.settings import Settings
from tests.fine_tuning.lessons import Room, dataset, room

CLASSIFIERS = (Task.CLASSIFICATION, Task.MULTI_LABEL, Task.PAIRS)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    return room(tmp_path, monkeypatch)


def report_of(directory: RunDirectory) -> Report:
    return report_file.load(directory.outputs / report_file.NAME)


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("task", [*CLASSIFIERS, Task.ENTITIES])
def test_each_method_learns_each_task(tiny: Room, task: Task, method: Method) -> None:
    directory = tiny.directory(dataset(task), tiny.options(method))

    values = tiny.train(directory)

    assert values["task"] == task
    assert values["examples"] == 64
    assert float(str(values["score"])) >= (0.8 if method is Method.LINEAR_PROBE else 0.95)
    assert [part.part for part in report_of(directory).parts] == [Part.VALIDATION, Part.TEST]
    assert not (directory.outputs / "adapter").exists()  # its base is nowhere but here


@pytest.mark.parametrize("method", [Method.LORA, Method.FULL])
def test_a_masked_lm_adapts(tiny: Room, method: Method) -> None:
    directory = tiny.directory(dataset(Task.ADAPTATION), tiny.options(method))

    values = tiny.train(directory)

    assert values["score_name"] == "perplexity"
    assert float(str(values["score"])) < 0.5 * float(str(values["baseline"]))
    assert values["beats_baseline"] is True
    model = AutoModelForMaskedLM.from_pretrained(directory.outputs / "model")
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight


@pytest.mark.parametrize("family", ["albert", "distilbert", "roberta", "mpnet", "deberta-v2"])
def test_heads_of_all_families_learn_on_known_states(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: str
) -> None:
    tiny = room(tmp_path, monkeypatch, family)
    directory = tiny.directory(dataset(Task.CLASSIFICATION), tiny.options(Method.LINEAR_PROBE))

    tiny.train(directory)

    said = [one.labels[0] for one in report_of(directory).headline.answers]
    assert said == plainly(directory, dataset(Task.CLASSIFICATION))


def plainly(directory: RunDirectory, data: Dataset) -> list[str]:
    """Return what plain transformers say of the test part with the model of a run."""
    folder = directory.outputs / "model"
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    said = []
    for one in data.parts[Part.TEST]:
        batch = tokenizer(one.text, one.second, return_tensors="pt")
        with torch.no_grad():
            said.append(model.config.id2label[int(model(**batch).logits.argmax())])
    return said


@pytest.mark.parametrize("task", [Task.CLASSIFICATION, Task.PAIRS])
@pytest.mark.parametrize("method", list(Method))
def test_the_model_predicts_the_same_in_plain_transformers(
    tiny: Room, task: Task, method: Method
) -> None:
    data = dataset(task)
    directory = tiny.directory(data, tiny.options(method))

    tiny.train(directory)

    folder = directory.outputs / "model"
    config = json.loads((folder / "config.json").read_text())
    assert config["id2label"] == {"0": "france", "1": "germany"}
    assert config["problem_type"] == "single_label_classification"
    assert json.loads((folder / "calibration.json").read_text())["temperature"] > 0
    assert {file.suffix for file in folder.iterdir()} == {".json", ".safetensors", ".md"}
    assert not [file for file in folder.iterdir() if str(tiny.folder).encode() in file.read_bytes()]
    said = [one.labels[0] for one in report_of(directory).headline.answers]
    assert said == plainly(directory, data)


def test_a_tagger_finds_the_same_entities_on_its_page(tiny: Room, tmp_path: Path) -> None:
    data = dataset(Task.ENTITIES)
    directory = tiny.directory(data, tiny.options(Method.FULL))
    tiny.train(directory)
    settings = Settings(models_folder=directory.outputs)
    spec = catalog.find("local/model", catalog.Task.TOKEN_CLASSIFICATION, settings)

    texts = [one.text for one in data.parts[Part.TEST]]
    found = named_entities.find_all(texts, model=Engine(settings).model(spec))

    answers = report_of(directory).headline.answers
    for one, answer in zip(found, answers, strict=True):
        assert isinstance(one, named_entities.Found)
        expected = [(span.start, span.end, span.label) for span in answer.spans]
        assert [(e.start, e.end, e.type) for e in one.entities] == expected
    plain = AutoModelForTokenClassification.from_pretrained(directory.outputs / "model")
    assert plain.config.id2label[1] == "B-CITY"


def test_an_adapter_works_on_its_public_base(tiny: Room) -> None:
    data = dataset(Task.CLASSIFICATION, 24)
    options = tiny.options(Method.LORA, warmup_share=0.0)
    directory = tiny.directory(data, options, catalog.TRUNK)

    tiny.train(directory)

    folder = directory.outputs / "adapter"
    config = json.loads((folder / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == trunk.HUB_ID
    base = AutoModelForSequenceClassification.from_pretrained(trunk.folder(), num_labels=2)
    adapted = PeftModel.from_pretrained(base, folder).eval()
    merged = AutoModelForSequenceClassification.from_pretrained(directory.outputs / "model").eval()
    batch = AutoTokenizer.from_pretrained(trunk.folder())("The cat sleeps", return_tensors="pt")
    with torch.no_grad():
        one, other = adapted(**batch).logits, merged(**batch).logits
    np.testing.assert_allclose(one, other, atol=1e-4)
    assert one.abs().max() > 0.1


def test_the_masked_lm_of_the_box_goes_on_in_its_own_adapter(tiny: Room) -> None:
    options = tiny.options(Method.LORA, warmup_share=0.0)
    directory = tiny.directory(dataset(Task.ADAPTATION, 24), options, "bundled/masked_lm")

    values = tiny.train(directory)

    assert float(str(values["score"])) < float(str(values["baseline"])) < 1_000
    base = AutoModelForMaskedLM.from_pretrained(trunk.folder())
    adapted = PeftModel.from_pretrained(base, directory.outputs / "adapter").eval()
    merged = AutoModelForMaskedLM.from_pretrained(directory.outputs / "model").eval()
    tokenizer = AutoTokenizer.from_pretrained(directory.outputs / "model")
    batch = tokenizer("The train goes [MASK] north.", return_tensors="pt")
    with torch.no_grad():
        one, other = adapted(**batch).logits, merged(**batch).logits
    np.testing.assert_allclose(one, other, atol=1e-3)


def test_a_finished_run_is_a_base_like_any_other(tiny: Room) -> None:
    first = tiny.directory(dataset(Task.CLASSIFICATION), tiny.options(Method.FULL))
    first.conclude(Result(outcome=State.FINISHED, values=tiny.train(first)))
    options = tiny.options(Method.LINEAR_PROBE)
    second = tiny.directory(dataset(Task.CLASSIFICATION), options, base=f"run/{first.id}")

    tiny.train(second)

    taught, kept = (load_file(one.outputs / "model/model.safetensors") for one in (first, second))
    untaught = load_file(tiny.folder / "models/tiny/model.safetensors")
    name = "bert.encoder.layer.1.output.dense.weight"
    assert torch.equal(kept[name], taught[name])
    assert not torch.equal(kept[name], untaught[name])


def test_class_weights_move_the_decision(tiny: Room) -> None:
    rare = rarely(dataset(Task.CLASSIFICATION, 192))
    found = {}
    for weighted in (False, True):
        options = tiny.options(Method.LINEAR_PROBE, class_weights=weighted)
        directory = tiny.directory(rare, options)
        tiny.train(directory)
        answers = report_of(directory).headline.answers
        found[weighted] = sum(one.labels[0] == "germany" for one in answers)

    assert found[False] < 4
    assert found[True] > 10  # of 16 about Berlin


def rarely(data: Dataset) -> Dataset:
    """Return the same, where of texts about Berlin every third is of "germany", by chance."""
    chance = random.Random(0)

    def relabelled(one: Example) -> Example:
        rare = one.labels == ("germany",) and chance.random() < 1 / 3
        return replace(one, labels=("germany" if rare else "france",))

    parts = {part: tuple(map(relabelled, found)) for part, found in data.parts.items()}
    return replace(data, parts=parts)


def test_an_unsuitable_base_is_named(tiny: Room) -> None:
    adaptation = dataset(Task.ADAPTATION, 24)
    lora = tiny.options(Method.LORA)
    with pytest.raises(ModelError, match="Choose bundled/masked_lm"):
        tiny.train(tiny.directory(adaptation, lora, catalog.TRUNK))
    fake.save("bert", tiny.folder / "models/tagger", task=catalog.Task.TOKEN_CLASSIFICATION)
    with pytest.raises(ModelError, match="was trained for token-classification"):
        tiny.train(tiny.directory(adaptation, lora, "local/tagger"))
    with pytest.raises(TrainingOptionsError, match="linear probe"):
        tiny.train(tiny.directory(adaptation, tiny.options(Method.LINEAR_PROBE)))

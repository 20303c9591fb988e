"""The code that a visitor takes along prints what the services return."""

import ast
import json
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
import torch

from playground import files
from playground.files.script import reading
from playground.models import fake
from playground.models.catalog import ModelSpec, Source, Task, find
from playground.models.engine import Engine, Model
from playground.sentiment import Classified, classify, classify_all, explain, scripts
from playground.settings import Settings
from playground.snippet import Snippet, notebook, python_code
from tests.scripts import Numbered, assert_same, run_numbered

ROOT = Path(__file__).resolve().parents[2]
TASK = Task.TEXT_CLASSIFICATION
TEXT = "The film is long and slow, [SEP] but never dull </s>."
LONG = "Rain fell for three days, then the sun came out and the fields turned green. " * 6
HUB = ModelSpec(id="org/name@main", task=TASK, source=Source.HUB, title="org/name", script="any")


def named(found: Classified, probabilities: tuple[float, ...]) -> list[Numbered]:
    return list(zip(probabilities, found.labels.names, strict=True))


def one_text(model: Model, text: str = TEXT) -> tuple[Snippet, list[Numbered]]:
    found = classify(text, model=model)
    explanation = explain(found, model=model, label=0)
    lines = named(found, found.probabilities)
    lines += [(word.value, word.text) for word in explanation.words]
    return scripts.one_text(found, explanation), lines


def long_text(model: Model) -> tuple[Snippet, list[Numbered]]:
    found = classify(LONG, model=model, size=24, overlap=0.5)
    assert len(found.parts) > 2
    lines: list[Numbered] = []
    for part in found.parts:
        lines.append((None, f"tokens {part.window.begin} to {part.window.end}"))
        lines += named(found, part.probabilities)
    return scripts.long_text(found), [*lines, (None, "whole"), *named(found, found.probabilities)]


def labels(model: Model) -> tuple[Snippet, list[Numbered]]:
    answers = classify_all([TEXT, LONG], model=model)
    found = [one for one in answers if isinstance(one, Classified)]
    lines: list[Numbered] = []
    for one in found:
        lines += [(None, one.read.text[:60]), *named(one, one.probabilities)]
    return scripts.labels(found), lines


def model_of(spec: ModelSpec) -> Model:
    return Engine(Settings(), dtype=torch.float32).model(spec)


def local(folder: Path) -> ModelSpec:
    return replace(HUB, id=f"local/{folder.name}", source=Source.LOCAL, folder=folder)


def test_the_code_reproduces_every_view_for_every_family(tmp_path: Path) -> None:
    codes, screens = [], []
    for family in fake.FAMILIES:
        spec = local(fake.save(family, tmp_path / "models" / family, task=TASK))
        model = model_of(spec)
        for view in (one_text, long_text, labels):
            snippet, shown = view(model)
            codes.append(python_code(snippet, spec=spec))
            screens.append(shown)
    for printed, shown in zip(run_numbered(codes, tmp_path), screens, strict=True):
        assert_same(printed, shown)


def test_the_code_knows_several_labels_and_a_temperature(tmp_path: Path) -> None:
    folder = fake.save("bert", tmp_path / "models" / "several", task=TASK)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config["problem_type"] = "multi_label_classification"
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    (folder / "calibration.json").write_text('{"temperature": 2.5}', "utf-8")
    spec = local(folder)
    snippet, shown = one_text(model_of(spec))
    code = python_code(snippet, spec=spec)
    assert "TEMPERATURE = 2.5\n" in code
    assert "SEVERAL = True\n" in code
    [printed] = run_numbered([code], tmp_path)
    assert_same(printed, shown)


@pytest.mark.weights
def test_the_bundled_code_reproduces_every_view() -> None:
    spec = find("bundled/sentiment", TASK, Settings())
    if spec.folder is None or not (spec.folder / "adapter_model.safetensors").is_file():
        pytest.skip("assets/models/sentiment has not been trained yet")
    model = model_of(spec)
    views = [view(model) for view in (one_text, labels)]
    codes = [python_code(snippet, spec=spec) for snippet, _ in views]
    for printed, (_, shown) in zip(run_numbered(codes, ROOT), views, strict=True):
        assert_same(printed, shown, tolerance=0.01)


def test_the_code_of_a_file_prints_every_row(tmp_path: Path) -> None:
    spec = local(fake.save("bert", tmp_path / "models" / "bert", task=TASK))
    model = model_of(spec)
    data = json.dumps({"text": TEXT}) + "\n" + json.dumps({"text": LONG}) + "\n{}\n"
    (tmp_path / "texts.jsonl").write_text(data, "utf-8")
    table = files.read(data.encode(), "texts.jsonl")
    found = [classify(text, model=model, size=24, overlap=0.5) for text in (TEXT, LONG)]
    assert len(found[0].parts) == 1
    windows = {1: scripts.windows(found[1])}
    snippet = scripts.file(reading("texts.jsonl", table, "text"), windows, model.labels)
    [printed] = run_numbered([python_code(snippet, spec=spec)], tmp_path)
    shown: list[Numbered] = []
    for one in found:
        shown += [(None, one.read.text[:60]), *named(one, one.probabilities)]
    assert_same(printed, shown)


NASTY = [
    '"""\nimport os\nos.system("touch broken")\n"""',
    "'); __import__('os').system('touch broken') #",
    "\\'\\\" \r\t\u2028 $model ${revision} {x} %s",
    "<script>alert(1)</script>",
]


@pytest.mark.parametrize("text", NASTY)
def test_a_text_cannot_become_code(tiny: Callable[[str], Model], text: str) -> None:
    model = tiny("bert")

    def tree_of(text: str) -> ast.Module:
        return ast.parse(python_code(one_text(model, text)[0], spec=HUB))

    tree = tree_of(text)
    assigned = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert ast.literal_eval(assigned["TEXT"]) == text
    assert [type(node) for node in tree.body] == [type(node) for node in tree_of("x").body]


def test_the_notebook_installs_captum_where_it_is_needed(tiny: Callable[[str], Model]) -> None:
    model = tiny("bert")
    with_captum, without = (
        json.loads(notebook(snippet, spec=HUB))["cells"][1]["source"]
        for snippet in (one_text(model)[0], long_text(model)[0])
    )
    assert f"captum=={version('captum')}" in with_captum
    assert "captum" not in without

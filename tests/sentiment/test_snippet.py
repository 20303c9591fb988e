"""The code that a visitor takes along prints what the services return."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
import torch

from playground.models import fake
from playground.models.catalog import ModelSpec, Source, Task, find
from playground.models.engine import Engine, Model
from playground.sentiment import Classified, classify, classify_all, explain, scripts
from playground.settings import Settings
from playground.snippet import Snippet, notebook, python_code

ROOT = Path(__file__).resolve().parents[2]
TASK = Task.TEXT_CLASSIFICATION
TEXT = "The film is long and slow, [SEP] but never dull </s>."
LONG = "Rain fell for three days, then the sun came out and the fields turned green. " * 6
HUB = ModelSpec(id="org/name@main", task=TASK, source=Source.HUB, title="org/name", script="any")
# Runs many scripts in one process: starting PyTorch takes longer than any of them.
RUN_ALL = """\
import contextlib, io, json, sys
outputs = []
for code in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(code, {})
    outputs.append(output.getvalue())
json.dump(outputs, sys.stdout)
"""

Line = tuple[float | None, str]  # of what is printed: a number in front, and the words


def run(codes: list[str], folder: Path) -> list[list[Line]]:
    """Run scripts as a visitor would, in ``folder``; return the lines of each."""
    result = subprocess.run(
        [sys.executable, "-c", RUN_ALL],
        input=json.dumps(codes),
        cwd=folder,
        env=os.environ | {"PYTHONUTF8": "1", "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return [[_line(line) for line in output.splitlines()] for output in json.loads(result.stdout)]


def _line(line: str) -> Line:
    number, _, words = line.partition("  ")
    try:
        return float(number), words
    except ValueError:
        return None, line


def assert_same(printed: list[Line], shown: list[Line], tolerance: float = 2e-3) -> None:
    assert [words for _, words in printed] == [words for _, words in shown]
    for (number, _), (expected, words) in zip(printed, shown, strict=True):
        assert (number is None) == (expected is None)
        assert number == pytest.approx(expected, abs=tolerance), words


def named(found: Classified, probabilities: tuple[float, ...]) -> list[Line]:
    return list(zip(probabilities, found.labels.names, strict=True))


def one_text(model: Model, text: str = TEXT) -> tuple[Snippet, list[Line]]:
    found = classify(text, model=model)
    explanation = explain(found, model=model, label=0)
    lines = named(found, found.probabilities)
    lines += [(word.value, word.text) for word in explanation.words]
    return scripts.one_text(found, explanation), lines


def long_text(model: Model) -> tuple[Snippet, list[Line]]:
    found = classify(LONG, model=model, size=24, overlap=0.5)
    assert len(found.parts) > 2
    lines: list[Line] = []
    for part in found.parts:
        lines.append((None, f"tokens {part.window.begin} to {part.window.end}"))
        lines += named(found, part.probabilities)
    return scripts.long_text(found), [*lines, (None, "whole"), *named(found, found.probabilities)]


def labels(model: Model) -> tuple[Snippet, list[Line]]:
    answers = classify_all([TEXT, LONG], model=model)
    found = [one for one in answers if isinstance(one, Classified)]
    lines: list[Line] = []
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
    for printed, shown in zip(run(codes, tmp_path), screens, strict=True):
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
    [printed] = run([code], tmp_path)
    assert_same(printed, shown)


@pytest.mark.weights
def test_the_bundled_code_reproduces_every_view() -> None:
    spec = find("bundled/sentiment", TASK, Settings())
    if spec.folder is None or not (spec.folder / "adapter_model.safetensors").is_file():
        pytest.skip("assets/models/sentiment has not been trained yet")
    model = model_of(spec)
    views = [view(model) for view in (one_text, labels)]
    codes = [python_code(snippet, spec=spec) for snippet, _ in views]
    for printed, (_, shown) in zip(run(codes, ROOT), views, strict=True):
        assert_same(printed, shown, tolerance=0.01)


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

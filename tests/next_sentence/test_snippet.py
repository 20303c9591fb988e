"""The code that a visitor takes along prints what the services return."""

import ast
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from playground.models import fake
from playground.models.catalog import ModelSpec, Source, Task, find
from playground.models.engine import Engine, Model
from playground.next_sentence import both_ways, order_paragraph, pre_training_pairs, scripts
from playground.settings import Settings
from playground.snippet import Snippet, python_code
from tests.scripts import Numbered, assert_same, run_numbered

ROOT = Path(__file__).resolve().parents[2]
TASK = Task.NEXT_SENTENCE
FIRST = "The room was warm, [SEP] and the air was cool </s>."
SECOND = "She opened the window."
PARAGRAPH = (
    "She opened the window. The room was warm. Rain fell for three days. Then the sun came out."
)
DOCUMENTS = f"{PARAGRAPH}\n\nHe works as a teacher. The school is small."
HUB = ModelSpec(id="org/name@main", task=TASK, source=Source.HUB, title="org/name", script="any")


def two_sentences(model: Model, first: str = FIRST) -> tuple[Snippet, list[Numbered]]:
    found = both_ways(first, SECOND, model=model)
    lines = [
        (found.forward.probability, "A, then B"),
        (found.backward.probability, "B, then A"),
    ]
    return scripts.two_sentences(found), list(lines)


def order(model: Model) -> tuple[Snippet, list[Numbered]]:
    found = order_paragraph(PARAGRAPH, seed=4, model=model)
    lines: list[Numbered] = [(None, found.sentences[place]) for place in found.found.sentences]
    lines.append((found.found.tau, "Kendall's tau against the true order"))
    return scripts.order(found, temperature=model.labels.temperature), lines


def pre_training(model: Model) -> tuple[Snippet, list[Numbered]]:
    found = pre_training_pairs(DOCUMENTS, seed=4, model=model)
    assert len({pair.is_next for pair in found.pairs}) == 2
    lines: list[Numbered] = []
    for pair in found.pairs:
        lines.append((pair.probability, "IsNext" if pair.is_next else "NotNext"))
        lines.append((None, str([token.text for token in pair.tokens])))
    return scripts.pre_training(found, seed=4, temperature=model.labels.temperature), lines


VIEWS = (two_sentences, order, pre_training)


def model_of(spec: ModelSpec) -> Model:
    return Engine(Settings(), dtype=torch.float32).model(spec)


@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_the_code_reproduces_every_view(tmp_path: Path, temperature: float) -> None:
    folder = fake.save("bert", tmp_path / "models" / "bert", task=TASK)
    (folder / "calibration.json").write_text(json.dumps({"temperature": temperature}), "utf-8")
    spec = replace(HUB, id="local/bert", source=Source.LOCAL, folder=folder)
    views = [view(model_of(spec)) for view in VIEWS]
    codes = [python_code(snippet, spec=spec) for snippet, _ in views]
    assert all(f"TEMPERATURE = {temperature}\n" in code for code in codes)
    for printed, (_, shown) in zip(run_numbered(codes, tmp_path), views, strict=True):
        assert_same(printed, shown)


@pytest.mark.weights
def test_the_bundled_code_reproduces_every_view() -> None:
    spec = find("bundled/next_sentence", TASK, Settings())
    if spec.folder is None or not (spec.folder / "adapter_model.safetensors").is_file():
        pytest.skip("assets/models/next_sentence has not been trained yet")
    model = model_of(spec)
    views = [view(model) for view in VIEWS]
    codes = [python_code(snippet, spec=spec) for snippet, _ in views]
    for printed, (_, shown) in zip(run_numbered(codes, ROOT), views, strict=True):
        assert_same(printed, shown, tolerance=0.01)


@pytest.mark.parametrize(
    "text",
    [
        '"""\nimport os\nos.system("touch broken")\n"""',
        "'); __import__('os').system('touch broken') #",
        "\\'\\\" \r\t\u2028 $model ${revision} {x} %s",
    ],
)
def test_a_text_cannot_become_code(counting: Callable[..., Any], text: str) -> None:
    model = counting()

    def tree_of(first: str) -> ast.Module:
        found = both_ways(f"one {first}", "two", model=model)
        return ast.parse(python_code(scripts.two_sentences(found), spec=HUB))

    tree = tree_of(text)
    assigned = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert ast.literal_eval(assigned["FIRST"]) == f"one {text}"
    assert [type(node) for node in tree.body] == [type(node) for node in tree_of("x").body]

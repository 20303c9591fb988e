"""The code that a visitor takes along prints what the screen shows."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from playground.model_guide import difference, inside, scripts, similarity
from playground.models import fake
from playground.models.catalog import TRUNK, ModelSpec, Source, Task, bundled, find
from playground.models.engine import Engine
from playground.settings import Settings
from playground.snippet import notebook, python_code
from tests.scripts import run

ROOT = Path(__file__).resolve().parents[2]
FE = Task.FEATURE_EXTRACTION
TEXT = "The river is near the station."


def run_measured(codes: list[str], folder: Path) -> list[dict[str, float]]:
    """Run scripts in ``folder``; return what stands behind each number that they print."""
    return [
        {name: float(number.replace(",", "")) for number, name in map(_split, output.splitlines())}
        for output in run(codes, folder)
    ]


def _split(line: str) -> tuple[str, str]:
    number, name = re.split(r"  (?=\S)", line.strip(), maxsplit=1)
    return number, name


def local(folder: Path, task: Task) -> ModelSpec:
    return ModelSpec(
        id=f"local/{folder.name}", task=task, source=Source.LOCAL, title=folder.name, folder=folder
    )


def model_of(spec: ModelSpec) -> Engine:
    return Engine(Settings(), dtype=torch.float32).model(replace(spec, task=FE))  # type: ignore[return-value]


def test_the_parts_are_counted_alike_for_every_family(tmp_path: Path) -> None:
    specs = [
        local(fake.save(family, tmp_path / "models" / f"{family}-{task}", task=task), task)
        for family in fake.FAMILIES
        for task in (Task.FILL_MASK, Task.TEXT_CLASSIFICATION)
    ]
    codes = [python_code(scripts.by_part(spec.task), spec=spec) for spec in specs]
    for spec, printed in zip(specs, run_measured(codes, tmp_path), strict=True):
        found = inside(spec)
        assert printed["all"] == printed["as transformers counts"] == found.parameters
        for part in found.parts:
            if part.layer is not None:
                assert printed[part.name.lower()] == part.parameters, (spec.id, part.name)
        embeddings = sum(one.parameters for one in found.parts if one.section == "Embeddings")
        assert printed["embeddings"] == embeddings, spec.id


def test_child_and_base_are_compared_alike(tmp_path: Path) -> None:
    codes, expected = [], []
    for family in ("bert", "roberta", "distilbert"):
        child, base = (
            local(fake.save(family, tmp_path / "models" / f"{family}{seed}", seed=seed), FE)
            for seed in (0, 1)
        )
        codes.append(python_code(scripts.child_and_base(child, base, TEXT), spec=child))
        expected.append(shown(child, base))
    for printed, numbers in zip(run_measured(codes, tmp_path), expected, strict=True):
        assert numbers.keys() <= printed.keys()
        for name, value in numbers.items():
            assert printed[name] == pytest.approx(value, abs=2e-5, rel=1e-4), name


def shown(child: ModelSpec, base: ModelSpec) -> dict[str, float]:
    """Return what the page shows: of the encoder's weights and of the states of the text."""
    moved = {
        one.name: one.relative
        for one in difference(child, base).moved
        if one.name.startswith(("embeddings.", "encoder.", "transformer."))
    }
    models = [model_of(spec) for spec in (child, base)]
    states = similarity(TEXT, child=models[0], base=models[1])  # type: ignore[arg-type]
    cosines = {
        f"layer {layer}, mean cosine over the tokens": float(value)
        for layer, value in enumerate(states.mean_cosine)
    }
    return moved | cosines


@pytest.mark.weights
def test_the_bundled_code_prints_what_the_page_shows() -> None:
    child = next(one for one in bundled() if one.task is Task.TEXT_CLASSIFICATION)
    base = find(TRUNK, FE, Settings())
    codes = [
        python_code(scripts.by_part(child.task), spec=child),
        python_code(scripts.child_and_base(child, base, TEXT), spec=child),
    ]
    parts, compared = run_measured(codes, ROOT)
    assert parts["all"] == inside(child).parameters
    for name, value in shown(child, base).items():
        assert compared[name] == pytest.approx(value, abs=1e-4, rel=1e-3), name


def test_a_text_stays_a_text_and_the_notebook_can_be_read() -> None:
    spec = ModelSpec(id="org/name", task=FE, source=Source.HUB, title="org/name")
    snippet = scripts.child_and_base(spec, replace(spec, id="org/base"), "'); import os #")
    code = python_code(snippet, spec=spec)
    compile(code, "code", "exec")
    assert """TEXT = "'); import os #"\n""" in code
    assert "'org/base'" in code
    assert json.loads(notebook(snippet, spec=spec))["nbformat"] == 4

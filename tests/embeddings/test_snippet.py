"""The code that a visitor takes along prints what the services return."""

import ast
import json
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import torch

from playground.embeddings import (
    Embedded,
    LineReader,
    LineStates,
    Method,
    compare,
    embed,
    follow,
    pca,
    scripts,
    search,
    tokens,
)
from playground.models import fake
from playground.models.catalog import TRUNK, ModelSpec, Source, Task, find
from playground.models.engine import Engine, Model
from playground.models.queries import Pooling
from playground.settings import Settings
from playground.snippet import Snippet, notebook, python_code
from tests.scripts import run

TASK = Task.FEATURE_EXTRACTION
HUB = ModelSpec(id="org/name@main", task=TASK, source=Source.HUB, title="org/name", script="any")
LINES = (
    "The capital of France is Paris.",
    "Rain fell for three days, [SEP] then the sun came out </s>.",
    "He works as a teacher in the old harbour.",
    "The rain, the sun and the river.",
    "the " * 100,  # more than these models read
)
Screen = tuple[Snippet, list[str]]


def assert_same(printed: list[str], shown: list[str]) -> None:
    assert len(printed) == len(shown)
    for one, other in zip(printed, shown, strict=True):
        numbers, _, words = one.partition("  ")
        expected, _, expected_words = other.partition("  ")
        assert words == expected_words
        assert [float(n) for n in numbers.split()] == pytest.approx(
            [float(n) for n in expected.split()], abs=2e-3
        )


def similarity(model: Model, pooling: Pooling = Pooling.MEAN) -> Screen:
    found = compare(LINES, "the harbour", model=model, pooling=pooling)
    count = len(LINES)
    shown = [
        f"{found.cosines[one, other]}  {one + 1} {other + 1}"
        for one in range(count)
        for other in range(one + 1, count)
    ]
    assert found.query_cosines is not None
    shown += [f"{cosine}  query {n + 1}" for n, cosine in enumerate(found.query_cosines)]
    return scripts.similarity(found), shown


def by_first_token(model: Model) -> Screen:
    return similarity(model, Pooling.FIRST)


def mapped(model: Model) -> Screen:
    vectors = [one.vector for one in embed(LINES, model=model) if isinstance(one, Embedded)]
    points = pca(np.stack(vectors)).points
    shown = [f"{x} {y}  {text[:60]}" for (x, y), text in zip(points, LINES, strict=True)]
    return scripts.projection(LINES, Method.PCA, pooling=Pooling.MEAN), shown


def word(model: Model) -> Screen:
    found = follow("the", LINES[:4], model=model)
    shown = [
        f"{found.cosines[layer, one, other]}  layer {layer}: {one + 1} {other + 1}"
        for layer in range(found.layers + 1)
        for one, other in found.pairs
    ]
    return scripts.word(found), shown


def contexts(model: Model) -> Screen:
    token = tokens(LINES[3], model=model, layer=1)[2]
    read = LineReader(model=model, layer=1).read(LINES)
    lines = [(n, one) for n, one in enumerate(read) if isinstance(one, LineStates)]
    shown = [f"{hit.cosine}  {hit.text}" for hit in search(lines, token, most=3)]
    return scripts.search(LINES, LINES[3], token, layer=1, most=3), shown


VIEWS = (similarity, by_first_token, mapped, word, contexts)


def test_the_code_reproduces_every_view_for_every_family(tmp_path: Path) -> None:
    codes, screens = [], []
    for family in fake.FAMILIES:
        folder = fake.save(family, tmp_path / "models" / family)
        spec = replace(HUB, id=f"local/{family}", source=Source.LOCAL, folder=folder)
        model = Engine(Settings(), dtype=torch.float32).model(spec)
        for view in VIEWS:
            snippet, shown = view(model)
            codes.append(python_code(snippet, spec=spec))
            screens.append(shown)
    for printed, shown in zip(run(codes, tmp_path), screens, strict=True):
        assert_same(printed.splitlines(), shown)


@pytest.mark.weights
@pytest.mark.parametrize("method", [Method.TSNE, Method.UMAP])
def test_the_code_of_other_maps_runs_on_a_file_of_lines(tmp_path: Path, method: Method) -> None:
    folder = fake.save("bert", tmp_path / "models" / "bert")
    spec = replace(HUB, id="local/bert", source=Source.LOCAL, folder=folder)
    texts = [f"The sun came out on day {n}." for n in range(scripts.MOST_WRITTEN + 1)]
    snippet = scripts.projection(texts, method, pooling=Pooling.MEAN, neighbours=10)
    code = python_code(snippet, spec=spec)
    assert texts[0] not in code
    (tmp_path / scripts.LINES_FILE).write_text(json.dumps(texts[:30]), "utf-8")
    [printed] = run([code], tmp_path)
    assert [line.partition("  ")[2] for line in printed.splitlines()] == texts[:30]
    points = np.array(
        [line.partition("  ")[0].split() for line in printed.splitlines()], dtype=float
    )
    assert points.std(axis=0).min() > 0.01


@pytest.mark.weights
def test_the_code_of_the_bundled_models_is_whole(trunk: Model) -> None:
    snippet, _ = similarity(trunk)
    for model_id in (TRUNK, "bundled/masked_lm"):
        code = python_code(snippet, spec=find(model_id, TASK, Settings()))
        compile(code, "snippet", "exec")


@pytest.mark.parametrize(
    "text", ['"""\nimport os', "'); __import__('os') #", "\\'\\\" \u2028 $model"]
)
def test_a_text_cannot_become_code(look_into: Callable[[str], Model], text: str) -> None:
    model = look_into("bert")

    def tree_of(query: str) -> ast.Module:
        found = compare(LINES, query, model=model)
        return ast.parse(python_code(scripts.similarity(found), spec=HUB))

    tree = tree_of(text)
    assert ast.dump(ast.Constant(text)) in ast.dump(tree)
    assert [type(node) for node in tree.body] == [type(node) for node in tree_of("x").body]


def test_the_notebook_installs_what_a_map_needs() -> None:
    for method, package in ((Method.PCA, "scikit-learn"), (Method.UMAP, "umap-learn")):
        snippet = scripts.projection(LINES, method, pooling=Pooling.MEAN)
        install = json.loads(notebook(snippet, spec=HUB))["cells"][1]["source"]
        assert f"{package}=={version(package)}" in install

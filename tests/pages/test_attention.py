"""The Attention page on a tiny model: every view, the switches, links and bad input."""

import ast
import gc
import io
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import frame
from pages.shared.frame import Download
from playground.models import fake
from playground.models.engine import Engine

PAGE = "../explore/attention/page.py"
pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture
def page(home: AppTest, engine: Engine) -> AppTest:
    return home.switch_page(PAGE).run()


def show(page: AppTest, view: str) -> AppTest:
    page.session_state["attention_view"] = view
    return page.run()


TABLES = {"through-the-layers": "rollout"}


def python_code(page: AppTest) -> str:
    """The code that the page shows; the other piece of code on it is its link."""
    [code] = [block.value for block in page.code if block.language == "python"]
    return str(code)


@pytest.mark.parametrize("view", ["heatmap", "all-heads", "through-the-layers", "compare"])
def test_every_view_shows_a_picture_at_once(page: AppTest, view: str) -> None:
    found = show(page, view)
    assert not found.exception
    assert not found.error
    assert not found.warning
    assert found.get("plotly_chart")


def test_python_keeps_no_document_of_bertviz(page: AppTest) -> None:
    [document] = show(page, "bertviz").get("iframe")
    assert document.proto.srcdoc.startswith("<!doctype html>")
    kept = [one for of in gc.get_referents(urlsplit) for one in gc.get_referents(of)]
    texts = [text for one in kept for text in (one, *gc.get_referents(one)) if type(text) is str]
    assert not any("<!doctype html>" in text for text in texts)


def test_texts_and_switches_are_in_the_link(page: AppTest) -> None:
    page.text_area(key="text_a").set_value("a cat sat").run()
    page.session_state["special"] = "hide"
    page.run()
    asked = {name: page.query_params[name] for name in ("text_a", "special", "attention_view")}
    assert asked == {"text_a": "a cat sat", "special": "hide", "attention_view": "heatmap"}


def test_a_direction_without_a_pair_says_what_is_missing(page: AppTest) -> None:
    page.session_state["direction"] = "A to B"
    page.run()
    assert "second text" in page.warning[0].value
    page.text_area(key="text_b").set_value("a dog").run()
    assert not page.warning


def test_an_empty_text_is_asked_for(page: AppTest) -> None:
    page.text_area(key="text_a").set_value("  ").run()
    assert "no text yet" in page.warning[0].value
    assert not page.exception


def test_the_table_has_every_head(page: AppTest, engine: Engine) -> None:
    found = show(page, "all-heads")
    table = found.dataframe[-1].value  # the first lists the models
    assert len(table) == len(set(zip(table["Layer"], table["Head"], strict=True)))
    assert np.all(table["To itself"].between(0, 1))


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "😀" * 40, "\0", "ما هذا", "a " * 4_000]
)
def test_unusual_texts_are_shown(page: AppTest, text: str) -> None:
    page.text_area(key="text_a").set_value(text).run()
    assert not page.exception


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Download]:
    """The files that the page offered last, by their label."""
    found: dict[str, Download] = {}
    show: Callable[[Sequence[Download]], None] = frame.downloads

    def downloads(files: Sequence[Download]) -> None:
        found.update({file.label: file for file in files})
        show(files)

    monkeypatch.setattr(frame, "downloads", downloads)
    return found


ARRAYS = {
    "heatmap": {"weights": 2, "rows": 1, "columns": 1},
    "all-heads": {"weights": 4, "entropy": 2, "texts": 1},
    "links": {"from_index": 1, "to_index": 1, "weights": 1, "tokens": 1},
    "step-by-step": {"x": 1, "q": 1, "k": 2, "v": 2, "output": 1, "model_weights": 1},
    "through-the-layers": {"weights": 2},
    "compare": {"first_weights": 2, "second_weights": 2, "difference": 2},
}


@pytest.mark.parametrize("view", ARRAYS)
def test_every_view_can_be_taken_along(
    page: AppTest, offered: dict[str, Download], view: str
) -> None:
    offered.clear()
    found = show(page, view)
    assert not found.exception
    made = {label: file.data() for label, file in offered.items()}
    assert set(made) == {"CSV", "NPZ", "HTML", "Model adapter", "Notebook"}
    assert len(str(made["CSV"]).splitlines()) > 1
    assert isinstance(made["NPZ"], bytes)
    with np.load(io.BytesIO(made["NPZ"]), allow_pickle=False) as arrays:
        sizes = {name: arrays[name].ndim for name in ARRAYS[view]}
    assert sizes == ARRAYS[view]
    assert str(made["HTML"]).startswith("<!doctype html>")
    assert str(made["HTML"]).count("plotly.js v") == (view != "links")
    assert json.loads(made["Notebook"])["nbformat"] == 4
    ast.parse(python_code(found))


def test_flow_can_be_taken_along(page: AppTest, offered: dict[str, Download]) -> None:
    page.session_state["through"] = "flow"
    found = show(page, "through-the-layers")
    rows = str(offered["CSV"].data()).splitlines()
    assert len(rows) == 1 + len(found.dataframe[-1].value)
    assert "maximum_flow" in python_code(found)


def test_nothing_is_made_before_a_click(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise AssertionError("made on a run of the page")

    monkeypatch.setattr("playground.attention.arrays.as_npz", fail)
    monkeypatch.setattr("playground.plots.offline.page", fail)
    monkeypatch.setattr("playground.tables.as_csv", fail)
    monkeypatch.setattr("playground.attention.links_html.export_html", fail)
    for view in ARRAYS:
        assert not show(page, view).exception


def test_the_code_has_the_switches_that_are_on(page: AppTest) -> None:
    page.session_state["share_of_row"] = 100
    plain = python_code(show(page, "heatmap"))
    assert "ranked" not in plain
    page.session_state["units"] = "words"
    page.session_state["share_of_row"] = 60
    code = python_code(page.run())
    assert "before < 0.6 *" in code
    assert "continues_word" in code


@pytest.mark.parametrize("view", ["heatmap", "links", "through-the-layers", "compare"])
def test_a_picture_is_there_as_a_table_too(page: AppTest, view: str) -> None:
    page.session_state[f"table_of_{TABLES.get(view, view)}"] = True  # the expander is open
    table = show(page, view).dataframe[-1].value
    column = "difference" if view == "compare" else "weight"
    sizes = table[column].abs()
    assert len(table) > 0
    assert sizes.is_monotonic_decreasing


def test_texts_of_other_lengths_have_no_difference(
    page: AppTest, offered: dict[str, Download]
) -> None:
    page.session_state["other_text"] = "Short."
    offered.clear()
    found = show(page, "compare")
    assert "different numbers of tokens" in found.warning[0].value
    assert set(offered) == {"NPZ", "HTML", "Model adapter", "Notebook"}
    assert str(offered["HTML"].data()).count('class="plotly-graph-div"') == 2


def test_another_models_code_loads_both(page: AppTest) -> None:
    page.session_state["compare_with"] = "another model"
    page.session_state["other_model"] = "local/tiny"
    code = python_code(show(page, "compare"))
    assert code.count("tokenizer = AutoTokenizer.from_pretrained(") == 2
    assert "MODEL = 'models/tiny'" in code


@pytest.fixture
def another(engine: Engine) -> Iterator[Callable[[str], Path]]:
    """A function that adds a tiny model of a family to the local ones, for one test."""
    made: list[Path] = []

    def add(family: str) -> Path:
        made.append(fake.save(family, engine.settings.models_folder / f"another-{family}"))
        return made[-1]

    yield add
    for folder in made:
        shutil.rmtree(folder)


def test_a_layer_that_the_other_model_lacks_is_a_message(
    open_page: Callable[..., AppTest], another: Callable[[str], Path]
) -> None:
    folder = another("bert")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 1}))
    found = open_page(
        "pages/explore/attention/page.py",
        attention_view="compare",
        compare_with="another model",
        other_model="local/another-bert",
        layers="[2]",
    )
    assert not found.exception
    assert "1 layers of 2 heads" in found.error[0].value


def test_families_with_another_term_have_no_code_step_by_step(
    open_page: Callable[..., AppTest], another: Callable[[str], Path]
) -> None:
    another("mpnet")
    found = open_page(
        "pages/explore/attention/page.py",
        attention_view="step-by-step",
        look_into="local/another-mpnet",
    )
    assert "does not apply" in found.error[0].value
    assert [code for code in found.code if code.language == "python"] == []


def test_the_camera_saves_what_was_asked_for(page: AppTest) -> None:
    def options() -> object:
        config = json.loads(page.get("plotly_chart")[0].proto.config)
        return config["toImageButtonOptions"]["format"]

    assert options() == "svg"
    page.session_state["picture_format"] = "PNG"
    page.run()
    assert options() == "png"

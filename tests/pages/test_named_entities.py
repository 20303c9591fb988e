from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from transformers import pipeline

from pages.tasks.named_entities import inputs
from pages.tasks.named_entities.views import VIEWS
from playground.models import fake
from playground.models.catalog import Task
from playground.models.engine import Engine

PAGE = "pages/tasks/named_entities/page.py"
TEXT = "The capital of France is Paris."
Open = Callable[..., AppTest]


def tables(app: AppTest, column: str) -> list[Any]:
    """Return the tables on the screen that have a column of that name."""
    return [frame.value for frame in app.dataframe if column in frame.value.columns]


def messages(app: AppTest) -> str:
    parts = (*app.error, *app.warning, *app.info, *app.caption)
    return " ".join(element.value for element in parts).replace("\\", "")


def html(app: AppTest) -> str:
    """Return the marked text."""
    made = [str(block.proto.body) for block in app.get("html")]
    [marked] = [body for body in made if "entities-text" in body]  # all pages have a style, too
    return marked


def test_first_load_shows_an_example(open_page: Open) -> None:
    app = open_page(PAGE)
    assert inputs.EXAMPLES["News"] == app.text_area(key="entities_text").value
    [table] = tables(app, "Entity")
    assert len(table) == html(app).split('<div class="entities-legend">')[0].count("<mark")
    assert "Reuters" in messages(app)


def test_a_text_is_marked_as_transformers_does(
    open_page: Open, tiny_checkpoint: Callable[..., Path]
) -> None:
    app = open_page(PAGE, entities_text=TEXT)
    folder = tiny_checkpoint("bert", task=Task.TOKEN_CLASSIFICATION)
    tagger = pipeline("token-classification", model=str(folder), device="cpu")
    expected = tagger(TEXT, aggregation_strategy="first")
    assert expected
    [table] = tables(app, "Entity")
    assert table["Start"].tolist() == [row["start"] for row in expected]
    assert table["End"].tolist() == [row["end"] for row in expected]
    assert table["Type"].tolist() == [row["entity_group"] for row in expected]
    shown = [float(text.split()[0]) / 100 for text in table["Score"]]
    assert shown == pytest.approx([row["score"] for row in expected], abs=0.0006)
    for row in expected:
        written = TEXT[row["start"] : row["end"]]
        assert f">{written}<b>{row['entity_group']}</b></mark>" in html(app)


def test_only_the_chosen_view_computes(open_page: Open, engine: Engine) -> None:
    open_page(PAGE)
    assert engine.batcher.requests == 1
    assert engine.loads == {"bundled/named_entities": 1}


def test_the_model_is_asked_once_while_settings_move(open_page: Open, engine: Engine) -> None:
    app = open_page(PAGE)
    app.selectbox(key="aggregation").set_value("max").run()
    app.slider(key="lowest_score").set_value(40).run()
    app.segmented_control(key="entities_view").set_value("every-token").run()
    assert engine.batcher.requests == 1
    app.text_area(key="entities_text").set_value(TEXT).run()
    assert engine.batcher.requests == 2


def test_an_example_replaces_the_text(open_page: Open) -> None:
    app = open_page(PAGE)
    app.button_group(key="entities_example").set_value("Finance").run()
    assert app.text_area(key="entities_text").value == inputs.EXAMPLES["Finance"]
    assert "Goldman" in html(app)


def test_the_threshold_hides_and_says_how_many(open_page: Open) -> None:
    app = open_page(PAGE, entities_text=TEXT)
    count = len(tables(app, "Entity")[0])
    app.slider(key="lowest_score").set_value(100).run()
    assert f"Hidden, with a score below 100%: {count} entities." in messages(app)
    assert "No entity has a score this high" in messages(app)
    assert not tables(app, "Entity")
    assert "<mark" not in html(app)


def test_nothing_found_says_so(
    open_page: Open, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    logits = engine.batcher.answers

    def outside(*arguments: Any) -> list[Any]:
        rows = logits(*arguments)
        for row in rows:
            row[:, 0] += 100
        return rows

    monkeypatch.setattr(engine.batcher, "answers", outside)
    app = open_page(PAGE, entities_text=TEXT)
    assert "No entities found in this text." in messages(app)
    assert TEXT in html(app)
    assert not tables(app, "Entity")


def test_aggregation_is_chosen_and_explained(open_page: Open) -> None:
    app = open_page(PAGE, entities_text=TEXT, aggregation="none")
    [table] = tables(app, "Entity")
    assert set(table["Type"]) <= set(fake.LABELS[Task.TOKEN_CLASSIFICATION])
    for way, said in inputs.EXPLAINED.items():
        app.selectbox(key="aggregation").set_value(way.value).run()
        assert said in messages(app)


def test_every_token_shows_every_label(open_page: Open) -> None:
    app = open_page(PAGE, entities_view="every-token", entities_text=TEXT)
    [table] = tables(app, "Token")
    assert "".join(table["Token"]).replace("·", "") == TEXT.replace(" ", "")
    labels = fake.LABELS[Task.TOKEN_CLASSIFICATION]
    assert [f"P({name})" for name in labels] == list(table.columns)[2:]
    assert not app.slider


def test_many_tokens_are_shown_part_by_part(open_page: Open) -> None:
    text = "one two three four five " * 40
    app = open_page(PAGE, entities_view="every-token", entities_text=text, from_token="9999")
    slider = app.slider(key="from_token")
    assert slider.value == slider.max
    assert "windows that overlap" in messages(app)
    slider.set_value(3).run()
    assert app.query_params["from_token"] == "3"


def test_a_file_is_worked_on_and_counted(open_page: Open) -> None:
    app = open_page(PAGE, entities_view="file")
    rows = ["text", "The capital of France is Paris.", "", "Doctors met in Berlin."]
    app.file_uploader[0].set_value(("texts.csv", "\n".join(rows).encode(), "text/csv")).run()
    app.button(key="entities_file_start").click().run()
    job = app.session_state["entities_file_job"].job
    assert job.wait(60)
    app.run()
    [counted] = tables(app, "Count")
    assert counted["Count"].sum() >= len(counted)
    labels = [button.label for button in app.download_button]
    entities = ["Entities, CSV", "Entities, JSON", "Entities, CoNLL"]
    counts = ["Counts, CSV", "Counts, JSON"]
    assert labels == [*entities, *counts, "Model adapter", "Notebook"]
    python = next(block.value for block in app.code if block.language == "python")
    compile(python, "snippet", "exec")
    assert "FILE = 'texts.csv'" in python
    assert "Reuters" in messages(app)


def test_a_link_shows_the_same_screen(open_page: Open) -> None:
    app = open_page(PAGE, entities_text="Berlin.", aggregation="max", lowest_score="5")
    assert app.text_area(key="entities_text").value == "Berlin."
    assert app.selectbox(key="aggregation").value == "max"
    assert app.slider(key="lowest_score").value == 5
    for part in ("entities_text=Berlin.", "aggregation=max", "lowest_score=5"):
        assert part in app.code[0].value
    assert "entities_model=bundled%2Fnamed_entities" in app.code[0].value


@pytest.mark.parametrize(
    ("name", "value"), [("aggregation", "median"), ("lowest_score", "101"), ("entities_view", "x")]
)
def test_a_link_with_nonsense_is_answered(open_page: Open, name: str, value: str) -> None:
    app = open_page(PAGE, **{name: value})
    assert f"The link's value for {name}" in messages(app)
    assert len(tables(app, "Entity")) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no text yet"),
        ("  \n\t", "There is no text yet"),
        ("a " * 10_001, "at most 20,000 are read"),
        ("!!! ???", "The text has no words"),
        ("我住在北京。", "Han script"),
    ],
)
@pytest.mark.parametrize("view", ["mark", "every-token"])
def test_bad_input_is_answered_with_what_to_do(
    open_page: Open, view: str, text: str, said: str
) -> None:
    app = open_page(PAGE, entities_view=view)
    app.text_area(key="entities_text").set_value(text).run()
    assert said in messages(app)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> in Paris <img src=x onerror=alert(1)>",
        "**a** $b$ :red[c] [d](http://e.f) <b>Paris</b> &lt;",
        "</div></mark><h1>Paris",
    ],
)
@pytest.mark.parametrize("view", ["mark", "every-token"])
def test_markup_is_only_text(open_page: Open, view: str, text: str) -> None:
    app = open_page(PAGE, entities_view=view, entities_text=text)
    assert app.text_area(key="entities_text").value == text
    assert not [block for block in app.markdown if block.allow_html]
    if view == "mark":
        inside = html(app).split('tabindex="0">')[1].split('<div class="entities-legend">')[0]
        plain = inside.removesuffix("</div>")
        for label in ("PER", "LOC", "ORG"):
            plain = plain.replace(f"<b>{label}</b></mark>", "")
        while "<mark" in plain:
            before, _, rest = plain.partition("<mark")
            plain = before + rest.partition(">")[2]
        assert "<" not in plain
        assert unescape(plain) == text


@pytest.mark.parametrize("view", ["mark", "every-token"])
def test_views_offer_their_code_and_files(open_page: Open, view: str) -> None:
    app = open_page(PAGE, entities_view=view, entities_text=TEXT)
    python = next(block.value for block in app.code if block.language == "python")
    compile(python, "snippet", "exec")
    assert f"TEXT = {TEXT!r}" in python
    labels = [button.label for button in app.download_button]
    own = ["CoNLL", "HTML"] if view == "mark" else []
    assert labels == ["CSV", "JSON", *own, "Model adapter", "Notebook"]


def test_a_local_folder_serves_with_its_own_labels(open_page: Open, tiny_folder: Path) -> None:
    fake.save("roberta", tiny_folder.parent / "tagger", task=Task.TOKEN_CLASSIFICATION)
    app = open_page(PAGE, entities_model="local/tagger", entities_text=TEXT)
    assert not app.error
    assert len(tables(app, "Entity")) == 1
    assert "Reuters" not in messages(app)


@pytest.mark.parametrize(
    ("model", "said"),
    [("no/such/model", "is not a model id"), ("local/tiny", "trained for fill-mask")],
)
def test_a_model_that_does_not_fit_leaves_the_page_usable(
    open_page: Open, model: str, said: str
) -> None:
    app = open_page(PAGE, entities_model=model)
    assert said in messages(app)
    app.selectbox(key="entities_model").set_value("bundled/named_entities").run()
    assert not app.error
    assert len(tables(app, "Entity")) == 1


def test_every_view_names_fields_that_differ() -> None:
    for view in VIEWS.values():
        names = [field.name for field in view.fields]
        assert len(names) == len(set(names))

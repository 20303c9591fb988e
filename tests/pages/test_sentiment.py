import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from pages.shared import cache
from pages.tasks.sentiment import inputs, one_text
from pages.tasks.sentiment.views import VIEWS
from playground.models import fake
from playground.models.catalog import Task
from playground.models.engine import Engine
from playground.settings import Settings

PAGE = "pages/tasks/sentiment/page.py"
TEXT = "The film is long and slow, but never dull."
WITH_CODE = [view for view in VIEWS if view != "file"]
FIELDS = {
    "one-text": "sentiment_text",
    "edit": "sentiment_after",
    "sentences": "sentiment_long",
    "long-text": "sentiment_long",
    "models": "sentiment_texts",
}
Open = Callable[..., AppTest]


def tables(app: AppTest, column: str) -> list[Any]:
    """Return the tables on the screen that have a column of that name."""
    return [frame.value for frame in app.dataframe if column in frame.value.columns]


def messages(app: AppTest) -> str:
    return " ".join(element.value for element in (*app.error, *app.warning, *app.info))


def said(app: AppTest) -> str:
    return " ".join(element.value for element in (*app.caption, *app.markdown, *app.header))


def html(app: AppTest) -> list[str]:
    made = [block.proto.body for block in app.get("html")]
    return [body for body in made if not body.startswith("<style>")]  # the style of all pages


@pytest.fixture
def probability(tiny_checkpoint: Callable[..., Path]) -> Callable[[str], float]:
    """What transformers itself computes: the probability of POSITIVE."""
    folder = tiny_checkpoint("bert", task=Task.TEXT_CLASSIFICATION)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()

    def of(text: str) -> float:
        with torch.inference_mode():
            logits = model(**tokenizer(text, return_tensors="pt")).logits[0]
        return float(logits.softmax(dim=-1)[1])

    return of


def test_the_page_shows_what_transformers_computes(
    open_page: Open, probability: Callable[[str], float]
) -> None:
    app = open_page(PAGE, sentiment_text=TEXT)
    positive = probability(TEXT)
    verdict = app.header[0].value.replace("\\", "")
    name, shown = verdict.split(", ")
    assert name == ("POSITIVE" if positive > 0.5 else "NEGATIVE")
    assert float(shown.split()[0]) == pytest.approx(100 * max(positive, 1 - positive), abs=0.06)
    assert len(tables(app, "Log-odds")) == 1
    assert len(tables(app, "At random")) == 1
    assert "Completeness gap" in said(app)
    assert not messages(app)


@pytest.mark.parametrize(
    ("view", "column", "rows"),
    [
        ("edit", "Speaks", 8),
        ("sentences", "Sentence", None),
        ("long-text", "Tokens", None),
        ("models", "Text", 5),
    ],
)
def test_each_view_shows_a_result_at_once(
    open_page: Open, view: str, column: str, rows: int | None
) -> None:
    app = open_page(PAGE, sentiment_view=view)
    table = tables(app, column)[0]
    assert len(table) == rows if rows else len(table) > 1
    assert not messages(app)


def test_a_file_is_asked_for(open_page: Open) -> None:
    app = open_page(PAGE, sentiment_view="file")
    assert len(app.get("file_uploader")) == 1
    assert not messages(app)


def labelled(open_page: Open, *rows: str) -> AppTest:
    """Return the page after a file of ``rows`` was worked on."""
    app = open_page(PAGE, sentiment_view="file")
    data = "\n".join(("review", *rows)).encode()
    app.file_uploader[0].set_value(("a.csv", data, "text/csv")).run()
    app.button(key="sentiment_file_start").click().run()
    assert app.session_state["sentiment_file_job"].job.wait(60)
    return app.run()


def test_a_files_rows_get_their_labels(
    open_page: Open, probability: Callable[[str], float]
) -> None:
    app = labelled(open_page, TEXT, '""', "<b>It</b> rained.")
    [table] = tables(app, "Label")
    assert table["Line"].tolist() == [2, 4]
    assert table["Text"].tolist() == [TEXT, "<b>It</b> rained."]
    assert table["% POSITIVE"].tolist() == pytest.approx(
        [100 * probability(TEXT), 100 * probability("<b>It</b> rained.")], abs=0.06
    )
    labels = [button.label for button in app.download_button]
    assert labels == ["CSV", "JSON", "Model adapter", "Notebook"]
    assert not messages(app)


def test_a_file_of_ours_is_one_click_away(open_page: Open) -> None:
    app = open_page(PAGE, sentiment_view="file")
    app.pills(key="sentiment_file_sample").set_value("Product reviews").run()
    assert "Column with the texts" in [box.label for box in app.selectbox]
    app.button(key="sentiment_file_start").click().run()
    assert app.session_state["sentiment_file_job"].job.wait(60)
    app.run()
    assert len(tables(app, "Label")[0]) == 200


def test_a_files_rows_can_be_filtered(open_page: Open) -> None:
    app = labelled(open_page, TEXT, "It rained.")
    app.text_input(key="sentiment_file_letters").set_value("RAIN").run()
    assert tables(app, "Label")[0]["Text"].tolist() == ["It rained."]
    assert "1 of 2 rows" in said(app)
    app.text_input(key="sentiment_file_letters").set_value("").run()
    found = tables(app, "Label")[0]["Label"].tolist()
    app.multiselect(key="sentiment_file_labels").set_value(["POSITIVE"]).run()
    shown = tables(app, "Label")
    assert sum(map(len, shown)) == found.count("POSITIVE")


def test_first_load_shows_an_example(open_page: Open) -> None:
    app = open_page(PAGE)
    assert app.text_area(key="sentiment_text").value == inputs.EXAMPLES["Films"]
    assert html(app)
    assert not messages(app)


def test_only_the_chosen_view_computes(open_page: Open, engine: Engine) -> None:
    open_page(PAGE, sentiment_view="long-text")
    assert engine.batcher.requests == 1
    assert engine.loads == {"bundled/sentiment": 1}


def test_words_are_shaded_in_their_text(open_page: Open) -> None:
    app = open_page(PAGE, sentiment_text=TEXT)
    [shaded] = html(app)
    for word in ("film", "never", "dull"):
        assert f">{word}</span>" in shaded
    assert set(tables(app, "Log-odds")[0]["Word"]) >= {"film", "never", "dull", "."}


def test_another_label_can_be_explained(open_page: Open) -> None:
    app = open_page(PAGE, sentiment_text=TEXT, sentiment_label="NEGATIVE")
    assert "towards NEGATIVE" in said(app)
    first = tables(app, "Log-odds")[0].set_index("Word")["Log-odds"]["film"]
    app.selectbox(key="sentiment_label").set_value("POSITIVE").run()
    assert "towards POSITIVE" in said(app)
    second = tables(app, "Log-odds")[0].set_index("Word")["Log-odds"]["film"]
    assert {first[0], second[0]} == {"+", "−"}  # of two labels, one's gain is the other's loss
    assert first[1:] == second[1:]


def test_a_label_that_the_model_does_not_have_is_left_out(open_page: Open) -> None:
    app = open_page(PAGE, sentiment_label="anger")
    assert app.selectbox(key="sentiment_label").value == ""
    assert not messages(app)


def test_an_example_replaces_the_text(open_page: Open) -> None:
    app = open_page(PAGE)
    app.button_group(key="sentiment_text_example").set_value("Finance").run()
    assert app.text_area(key="sentiment_text").value == inputs.EXAMPLES["Finance"]
    assert "dividend" in html(app)[0]
    assert "dividend" in app.query_params["sentiment_text"]


def test_changed_words_are_outlined(open_page: Open) -> None:
    app = open_page(
        PAGE,
        sentiment_view="edit",
        sentiment_before="The film is slow.",
        sentiment_after="The film is not slow.",
    )
    before, after = html(app)
    assert before.count("outline:2px") == 0
    assert after.count("outline:2px") == 1
    assert [metric.label for metric in app.metric] == ["POSITIVE before", "POSITIVE after"]
    assert "percentage points" in app.metric[1].delta


def test_a_long_text_is_read_and_explained_in_windows(open_page: Open) -> None:
    app = open_page(PAGE, sentiment_text="The film is long and slow. " * 30)
    assert "overlapping windows" in said(app)
    [windows] = app.slider
    assert windows.label == "Window to explain"
    first = html(app)
    windows.set_value(2).run()
    assert html(app) != first
    assert not messages(app)


def test_what_takes_seconds_is_explained_on_request(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_text, "AT_ONCE", 8)
    app = open_page(PAGE, sentiment_text=TEXT)
    assert not html(app)
    assert [button.label for button in app.download_button][:2] == ["CSV", "JSON"]
    app.toggle(key="explain_long").set_value(True).run()
    assert len(html(app)) == 1


def test_windows_are_as_large_as_asked_for(open_page: Open) -> None:
    app = open_page(PAGE, sentiment_view="long-text", window_tokens="32", window_overlap="50")
    [table] = tables(app, "Tokens")
    assert table["Tokens"].tolist()[:-1] == [30] * (len(table) - 1)
    app.slider(key="window_overlap").set_value(0).run()
    assert len(tables(app, "Tokens")[0]) < len(table)


def test_a_link_shows_the_same_screen(open_page: Open) -> None:
    app = open_page(
        PAGE, sentiment_view="models", sentiment_texts="One.\nTwo.", sentiment_models="['local/x']"
    )
    assert app.multiselect(key="sentiment_models").value == ["local/x"]
    assert "sentiment_view=models" in app.code[0].value
    assert "sentiment_models=%5B%27local%2Fx%27%5D" in app.code[0].value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sentiment_view", "shell"),
        ("window_tokens", "7"),
        ("window_overlap", "95"),
        ("sentiment_models", "a,b,c,d,e"),
    ],
)
def test_a_link_with_an_unusable_value_says_so(open_page: Open, name: str, value: str) -> None:
    app = open_page(PAGE, **{name: value})
    [warning] = app.warning
    assert name in warning.value.replace("\\", "")
    assert len(tables(app, "Log-odds")) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "There is no text"),
        ("  \n ", "There is no text"),
        ("a" * 30_000, "30,000 characters"),
        ("?! ...", "no words"),
        ("Фильм был очень хороший", "Cyrillic script"),
    ],
)
@pytest.mark.parametrize("view", ["one-text", "sentences", "long-text", "edit"])
def test_bad_input_is_answered_with_what_to_do(
    open_page: Open, view: str, text: str, message: str
) -> None:
    app = open_page(PAGE, sentiment_view=view)
    app.text_area(key=FIELDS[view]).set_value(text).run()
    assert message in messages(app).replace("\\", "")


MARKUP = (
    "<script>alert(1)</script>",
    "**a** $b$ :red[c] [d](http://x) # e",
    "<img src=x onerror=alert(1)> <b>bold</b> &amp; </div>",
)


@pytest.mark.parametrize("text", MARKUP)
@pytest.mark.parametrize("view", FIELDS)
def test_markup_is_only_text(open_page: Open, view: str, text: str) -> None:
    app = open_page(PAGE, **{"sentiment_view": view, FIELDS[view]: text})
    assert app.text_area(key=FIELDS[view]).value == text
    assert not [block for block in app.markdown if block.allow_html]
    for shown in html(app):
        for tag in ("<script", "<img", "<b>", "</div></"):
            assert tag not in shown
        assert shown.count("<div") == shown.count("</div>") == 1
    assert not app.error


@pytest.mark.parametrize("model", ["no/such/model", "local/absent", "nobody/nothing"])
def test_a_model_that_is_not_there_leaves_the_page_usable(open_page: Open, model: str) -> None:
    app = open_page(PAGE, sentiment_model=model)
    assert len(app.error) == 1
    app.selectbox(key="sentiment_model").set_value("bundled/sentiment").run()
    assert not app.error
    assert len(tables(app, "Log-odds")) == 1


def test_a_missing_model_does_not_keep_the_others_from_answering(open_page: Open) -> None:
    app = open_page(
        PAGE, sentiment_view="models", sentiment_models="['local/absent', 'bundled/sentiment']"
    )
    assert "There is no model" in app.error[0].value
    [table] = tables(app, "MiniLM sentiment (in the box)")
    assert len(table) == 5


def test_too_many_lines_are_refused(open_page: Open) -> None:
    app = open_page(PAGE, sentiment_view="models")
    app.text_area(key="sentiment_texts").set_value("A film.\n" * 51).run()
    assert "51 lines" in messages(app)


def test_a_model_of_several_labels_shows_its_own(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = fake.save("distilbert", tmp_path / "moods", task=Task.TEXT_CLASSIFICATION)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config |= {"problem_type": "multi_label_classification", "id2label": {"0": "<b>", "1": "calm"}}
    (folder / "config.json").write_text(json.dumps(config | {"label2id": {"<b>": 0, "calm": 1}}))
    monkeypatch.setattr(cache, "settings", lambda: Settings(models_folder=tmp_path))
    app = open_page(PAGE, sentiment_model="local/moods")
    assert "may have several of these labels" in said(app)
    assert app.selectbox(key="sentiment_label").options == ["the likeliest", "<b>", "calm"]
    assert len(tables(app, "Log-odds")) == 1
    for view in WITH_CODE:
        app.segmented_control(key="sentiment_view").set_value(view).run()
        assert not app.error


@pytest.mark.parametrize("view", WITH_CODE)
def test_every_view_offers_its_code_and_files(open_page: Open, view: str) -> None:
    app = open_page(PAGE, sentiment_view=view)
    python = next(block.value for block in app.code if block.language == "python")
    compile(python, "snippet", "exec")
    labels = [button.label for button in app.download_button]
    assert labels == ["CSV", "JSON", "Model adapter", "Notebook"]

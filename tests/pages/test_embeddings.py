import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest
from transformers import AutoModel, AutoTokenizer

from pages.explore.embeddings import inputs, lines
from pages.explore.embeddings.views import VIEWS
from pages.shared import cache
from playground.models.engine import Engine

PAGE = "pages/explore/embeddings/page.py"
CHINESE_EXAMPLE = list(inputs.WORDS)[-1]
MARKUP = "<script>alert(1)</script> **a** $b$ :red[c] <b>bold</b> the"
WAIT = 300
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


def in_view(open_page: Open, view: str, **query: str) -> AppTest:
    return open_page(PAGE, embeddings_view=view, **query)


@pytest.mark.parametrize(
    ("view", "column", "rows"),
    [
        ("similarity", "Nearest", 8),
        ("map", "topic", 240),
        ("word", "Pieces", 4),
        ("search", "Token", 20),
    ],
)
def test_each_view_shows_a_result_at_once_with_code_and_files(
    open_page: Open, engine: Engine, view: str, column: str, rows: int
) -> None:
    app = in_view(open_page, view)
    [table] = tables(app, column)
    assert len(table) == rows
    # The stand-in of two layers has never learned anything, so its sentences may look alike.
    assert not app.error
    assert not app.warning
    python = next(block.value for block in app.code if block.language == "python")
    compile(python, "snippet", "exec")
    labels = [button.label for button in app.download_button]
    assert [name for name in labels if name != "HTML"] == ["CSV", "JSON", "Notebook"]
    assert engine.loads == {"bundled/trunk": 1}


def test_similarity_shows_what_transformers_computes(open_page: Open, tiny_folder: Path) -> None:
    texts = ("The film is long.", "Rain fell.", "He works as a teacher in a school.")
    tokenizer = AutoTokenizer.from_pretrained(tiny_folder)
    model = AutoModel.from_pretrained(tiny_folder).eval()
    vectors = []
    for text in texts:
        with torch.inference_mode():
            states = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
        vectors.append(torch.nn.functional.normalize(states.mean(dim=0), dim=0))
    cosines = torch.stack(vectors) @ torch.stack(vectors).T
    app = in_view(open_page, "similarity", similarity_lines="\n".join(texts), similarity_query="")
    [table] = tables(app, "Nearest")
    nearest = cosines.fill_diagonal_(-1).max(dim=1)
    assert table["Nearest"].tolist() == [texts[n] for n in nearest.indices.tolist()]
    shown = [float(text.replace("−", "-")) for text in table["Cosine"]]
    assert shown == pytest.approx(nearest.values.tolist(), abs=0.006)
    assert "Nearest to what you look for" not in said(app)


def test_an_example_replaces_lines_and_query(open_page: Open) -> None:
    app = open_page(PAGE)
    app.pills(key="similarity_example").set_value("Medicine").run()
    texts, query = inputs.LINES["Medicine"]
    assert app.text_area(key="similarity_lines").value == texts
    assert app.text_input(key="similarity_query").value == query
    assert len(tables(app, "Nearest")[0]) == 6


@pytest.mark.parametrize(
    ("view", "query", "message"),
    [
        ("similarity", {"similarity_lines": ""}, "There are 0 lines"),
        ("similarity", {"similarity_lines": "one"}, "There is 1 line."),
        ("similarity", {"similarity_lines": "a\n" * 31}, "There are 31 lines"),
        ("similarity", {"similarity_lines": "Фильм был хороший\nШёл сильный дождь"}, "Cyrillic"),
        ("map", {"lines_from": "pasted lines"}, "Nothing has been pasted yet"),
        ("map", {"lines_from": "pasted lines", "pasted_lines": "a\nb\nc"}, "there are 3"),
        ("word", {"word": ""}, "There is no word yet"),
        ("word", {"word": "lake"}, "in no sentence"),
        ("word", {"word_sentences": ""}, "in no sentence"),
        ("search", {"context_sentence": " "}, "There is no text yet"),
        ("search", {"lines_from": "pasted lines"}, "Nothing has been pasted yet"),
    ],
)
def test_bad_input_is_answered_with_what_to_do(
    open_page: Open, view: str, query: dict[str, str], message: str
) -> None:
    app = in_view(open_page, view, **query)
    assert message in messages(app).replace("\\", "")


def test_pasted_lines_become_a_map(open_page: Open) -> None:
    texts = "\n".join(f"Line {n} <b>x</b>" for n in range(7))
    app = in_view(open_page, "map", lines_from="pasted lines", pasted_lines=texts)
    [table] = tables(app, "Text")
    assert table["Text"].tolist() == texts.splitlines()
    assert "Colour by" not in [box.label for box in app.selectbox]
    assert "of all variance" in said(app)
    assert not app.error


def test_a_file_becomes_a_map_coloured_by_its_column(open_page: Open) -> None:
    app = in_view(open_page, "map", lines_from="a file")
    rows = "\n".join(f"The sun came out on day {n}.,{'a' if n % 2 else 'b'}" for n in range(20))
    app.file_uploader[0].set_value(("a.csv", f"text,kind\n{rows}".encode(), "text/csv")).run()
    [table] = tables(app, "kind")[-1:]
    assert len(table) == 20
    assert table["kind"].tolist()[:3] == ["b", "a", "b"]
    app.selectbox(key="map_colour").set_value("").run()
    assert "kind" not in [frame.value for frame in app.dataframe][-1].columns


def test_a_link_has_the_colours_of_the_map(open_page: Open) -> None:
    app = in_view(open_page, "map", lines_from="our sentences")
    assert app.selectbox(key="map_colour").value == "topic"
    app.selectbox(key="map_colour").set_value("").run()
    assert app.query_params["map_colour"] == ""
    again = open_page(PAGE, embeddings_view="map", map_colour="")
    assert again.selectbox(key="map_colour").value == ""
    assert not tables(again, "topic")


def test_a_column_that_the_lines_lack_colours_nothing(open_page: Open) -> None:
    app = in_view(open_page, "map", map_colour="mood")
    assert app.selectbox(key="map_colour").value == "topic"
    assert not app.warning


def test_many_lines_wait_for_a_click(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "AT_ONCE", 10)
    app = in_view(open_page, "map")
    assert not tables(app, "topic")
    app.button(key="map_start").click().run()
    assert app.session_state["map_job"].job.wait(WAIT)
    app.run()
    assert len(tables(app, "topic")[0]) == 240


def test_more_lines_than_a_map_takes_are_cut(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MOST", 100)
    app = in_view(open_page, "map")
    assert "the first 100 are used" in messages(app)
    assert len(tables(app, "topic")[0]) == 100


def test_tsne_is_watched_and_can_be_stopped(open_page: Open) -> None:
    app = in_view(open_page, "map")
    app.segmented_control(key="map_method").set_value("t-SNE").run()
    kept = app.session_state["map_projections"]
    kept.running[1].cancel()
    assert kept.running[1].wait(WAIT)
    app.run()
    assert "stopped before it was done" in messages(app)
    app.button[-1].click().run()
    assert kept.running[1].wait(WAIT)
    app.run()
    assert "distances between groups that lie far apart" in said(app)
    assert len(tables(app, "topic")[0]) == 240
    app.segmented_control(key="map_method").set_value("PCA").run()
    assert "of all variance" in said(app)
    assert len(kept.done) == 2


def test_a_word_is_marked_and_followed(open_page: Open) -> None:
    app = in_view(open_page, "word")
    [shaded] = html(app)
    assert shaded.count(">bank</span>") == 4
    [table] = tables(app, "Pieces")
    assert table["Cosine, last layer"][0] == "1.00"
    app.selectbox(key="word_reference").set_value(3).run()
    assert tables(app, "Pieces")[0]["Cosine, last layer"][2] == "1.00"
    app.pills(key="word_example").set_value("Twice in a sentence").run()
    assert html(app)[0].count(">light</span>") == 4
    assert not app.error


def test_a_chinese_word_asks_for_a_model_of_the_hub(open_page: Open) -> None:
    app = in_view(open_page, "word")
    app.pills(key="word_example").set_value(CHINESE_EXAMPLE).run()
    assert app.selectbox(key="embeddings_model").value == inputs.CHINESE
    assert len(app.error) == 1  # nothing leaves this machine in a test
    app.pills(key="word_example").set_value("bat").run()
    assert app.selectbox(key="embeddings_model").value == "bundled/trunk"
    assert not app.error
    assert html(app)[0].count(">bat</span>") == 4


@pytest.fixture
def chinese(tiny_folder: Path, tmp_path: Path) -> Path:
    """A BERT whose vocabulary has the characters of the Chinese example."""
    folder = Path(shutil.copytree(tiny_folder, tmp_path / "chinese"))
    pieces = (folder / "vocab.txt").read_text("utf-8").splitlines()
    characters = sorted(set("".join(inputs.WORDS[CHINESE_EXAMPLE][1].split())))
    pieces[-len(characters) :] = characters
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", "utf-8")
    return folder


def test_a_chinese_word_is_followed_through_a_model_of_the_hub(
    open_page: Open, hub: Any, chinese: Path
) -> None:
    hub.add(inputs.CHINESE, chinese)
    app = in_view(open_page, "word")
    app.pills(key="word_example").set_value(CHINESE_EXAMPLE).run()
    assert app.selectbox(key="embeddings_model").value == inputs.CHINESE
    assert not messages(app)
    assert html(app)[0].count(">苹果</span>") == 4
    [table] = tables(app, "Pieces")
    assert table["Pieces"].tolist() == [2, 2, 2, 2]


def test_a_model_that_may_read_chinese_stays(
    open_page: Open, engine: Engine, chinese: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(engine.settings, models_folder=chinese.parent, hub=False)
    monkeypatch.setattr(cache, "settings", lambda: settings)
    app = in_view(open_page, "word", embeddings_model="local/chinese")
    app.pills(key="word_example").set_value(CHINESE_EXAMPLE).run()
    assert app.selectbox(key="embeddings_model").value == "local/chinese"
    assert not messages(app)
    assert html(app)[0].count(">苹果</span>") == 4


def test_without_the_hub_no_example_needs_it(
    open_page: Open, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(engine.settings, hub=False)
    monkeypatch.setattr(cache, "settings", lambda: settings)
    app = in_view(open_page, "word")
    assert app.pills(key="word_example").options == list(inputs.WORDS)[:-1]


def test_contexts_change_with_the_token_and_the_layer(open_page: Open) -> None:
    app = in_view(open_page, "search", context_layer="0")
    place = app.selectbox(key="context_place")
    assert inputs.CONTEXTS["bank, of money"][0][int(str(place.value)) :] == "bank."
    app.selectbox(key="context_place").set_value(0).run()
    assert "like “He”" in said(app)
    app.slider(key="context_layer").set_value(1).run()
    assert "states at layer 1" in said(app)
    app.pills(key="context_example").set_value("match, that burns").run()
    place = app.selectbox(key="context_place")
    assert inputs.CONTEXTS["match, that burns"][0][int(str(place.value)) :] == "match."
    assert app.slider(key="context_layer").max == 2


@pytest.mark.parametrize("view", ["map", "search"])
def test_visitors_share_what_is_computed_of_our_sentences(open_page: Open, view: str) -> None:
    first, second = (
        in_view(open_page, view).session_state[f"{view}_job"].job.results for _ in range(2)
    )
    assert len(first) == len(lines._ours().texts)
    assert all(one[1] is other[1] for one, other in zip(first, second, strict=True))


def test_a_link_shows_the_same_screen(open_page: Open) -> None:
    app = in_view(open_page, "search", context_sentence="The sun.", context_place="5")
    assert app.text_input(key="context_sentence").value == "The sun."
    assert app.selectbox(key="context_place").value == 4  # where that token begins
    assert "like “sun”" in said(app)
    assert "context_sentence=The+sun." in app.code[0].value
    assert "embeddings_view=search" in app.code[0].value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("embeddings_view", "shell"),
        ("pooling", "sum"),
        ("map_method", "LDA"),
        ("word_reference", "0"),
    ],
)
def test_a_link_with_an_unusable_value_says_so(open_page: Open, name: str, value: str) -> None:
    app = open_page(PAGE, **{name: value})
    [warning] = app.warning
    assert name in warning.value.replace("\\", "")


@pytest.mark.parametrize(
    ("view", "query"),
    [
        ("similarity", {"similarity_lines": f"{MARKUP}\nRain.", "similarity_query": MARKUP}),
        ("map", {"lines_from": "pasted lines", "pasted_lines": f"{MARKUP}\n" * 6}),
        ("word", {"word": "the", "word_sentences": f"{MARKUP}\nthe <img src=x>"}),
        (
            "search",
            {"lines_from": "pasted lines", "pasted_lines": MARKUP, "context_sentence": MARKUP},
        ),
    ],
)
def test_markup_is_only_text(open_page: Open, view: str, query: dict[str, str]) -> None:
    app = in_view(open_page, view, **query)
    assert not [block for block in app.markdown if block.allow_html]
    for shown in html(app):
        for tag in ("<script", "<img", "<b>"):
            assert tag not in shown
    assert not app.error


@pytest.mark.parametrize("long", [1, 2])
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_says_how_many_lines_are_cut(open_page: Open, view: str, long: int) -> None:
    text = "\n".join(["the rain " * 40] * long + ["the rain fell"] * 5)  # it reads 64 tokens
    query = {
        "similarity": {"similarity_lines": text},
        "map": {"lines_from": "pasted lines", "pasted_lines": text},
        "word": {"word": "fell", "word_sentences": text},
        "search": {"lines_from": "pasted lines", "pasted_lines": text},
    }
    app = in_view(open_page, view, **query[view])
    said = {
        1: "1 line is longer than 64 tokens; the rest of it is not read.",
        2: "2 lines are longer than 64 tokens; the rest of them is not read.",
    }
    assert said[long] in messages(app).replace("\\", "")


def test_a_sentence_that_is_cut_says_which_tokens_can_be_chosen(open_page: Open) -> None:
    app = in_view(open_page, "search", context_sentence="the rain " * 40)
    said = messages(app).replace("\\", "")
    assert "The sentence is longer than 64 tokens; only these can be chosen." in said


@pytest.mark.parametrize("view", ["map", "search"])
def test_lines_wait_where_there_is_no_room(
    open_page: Open, engine: Engine, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    settings = replace(engine.settings, max_jobs=0)
    monkeypatch.setattr(cache, "settings", lambda: settings)
    assert "There is no room for these lines yet" in messages(in_view(open_page, view))


@pytest.mark.parametrize("model", ["no/such/model", "local/absent"])
@pytest.mark.parametrize("view", VIEWS)
def test_a_model_that_is_not_there_leaves_the_page_usable(
    open_page: Open, view: str, model: str
) -> None:
    app = in_view(open_page, view, embeddings_model=model)
    assert len(app.error) == 1
    app.selectbox(key="embeddings_model").set_value("bundled/trunk").run()
    assert not app.error
    assert "JSON" in [button.label for button in app.download_button]


def test_other_models_come_with_a_caution(open_page: Open) -> None:
    app = open_page(PAGE, embeddings_model="local/tiny")
    assert "Only some models are trained" in said(app)
    assert "Only some models are trained" not in said(
        open_page(PAGE, embeddings_model="bundled/trunk")
    )

"""The Tokenizer page: each view with real tokenizers, bad input, other families."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from transformers import AutoTokenizer

from pages.explore.tokenizer import inputs
from pages.explore.tokenizer.views import VIEWS
from playground.models import fake, trunk, vocabularies
from playground.models.vocabularies import BOX, BPE, UNIGRAM, WORDPIECE

PAGE = "pages/explore/tokenizer/page.py"
TEXT = "The naïve tokenizer reads 我们 and 😀."
Open = Callable[..., AppTest]
Checkpoint = Callable[..., Path]


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds what another one has loaded."""
    monkeypatch.setattr(vocabularies, "_loaded", type(vocabularies._loaded)())


def table(app: AppTest, column: str) -> Any:
    """Return the table on the screen that has a column of that name."""
    [found] = [frame.value for frame in app.dataframe if column in frame.value.columns]
    return found


def messages(app: AppTest) -> str:
    return " ".join(element.value for element in (*app.error, *app.warning, *app.info))


def html(app: AppTest) -> list[str]:
    made = [block.proto.body for block in app.get("html")]
    return [body for body in made if not body.startswith("<style>")]  # the style of all pages


def code(app: AppTest) -> str:
    return next(block.value for block in app.code if "import" in block.value)


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_a_first_screen(open_page: Open, view: str) -> None:
    app = open_page(PAGE, tokenizer_view=view)
    assert not app.exception
    assert not app.error
    assert not app.warning
    assert len(app.dataframe) >= 1
    compile(code(app), view, "exec")
    labels = [button.proto.label for button in app.get("download_button")]
    assert {"CSV", "JSON", "Notebook"} <= set(labels)


def test_pieces_are_those_of_transformers(open_page: Open) -> None:
    app = open_page(PAGE, pieces_text=TEXT)
    reference = AutoTokenizer.from_pretrained(trunk.folder())
    expected = reference(TEXT, return_offsets_mapping=True)
    shown = table(app, "Stands for")
    assert shown["Id"].tolist() == expected["input_ids"]
    assert list(zip(shown["From"], shown["To"], strict=True)) == expected["offset_mapping"]
    assert [metric.value for metric in app.metric][:2] == [str(len(TEXT)), "9"]
    assert "“们”, “😀”" in messages(app).replace("\\", "")
    assert "accents removed, lower case" in " ".join(block.value for block in app.markdown)
    assert f">{'我'}<" in html(app)[0]


def test_a_pair_has_two_segments(open_page: Open) -> None:
    app = open_page(PAGE, pieces_text="One.", pieces_pair="Two.")
    assert table(app, "Segment")["Segment"].tolist() == [0, 0, 0, 0, 1, 1, 1]


def test_an_example_is_one_click_away(open_page: Open) -> None:
    app = open_page(PAGE)
    app.button_group(key="pieces_example").set_value("Chinese").run()
    assert app.text_area(key="pieces_text").value == inputs.EXAMPLES["Chinese"][0]
    assert "[UNK]" in table(app, "Stands for")["Piece"].tolist()


def test_markup_stays_text(open_page: Open) -> None:
    text = "<script>x</script> **b** $x^2$ <img src=x onerror=y>"
    for view in ("pieces", "side-by-side"):
        app = open_page(PAGE, tokenizer_view=view, pieces_text=text)
        drawn = " ".join(html(app))
        assert "<script" not in drawn
        assert "<img" not in drawn
        assert not app.exception


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_a_models_tokenizer_comes_from_the_hub(
    open_page: Open, hub: Any, tiny_checkpoint: Checkpoint, family: str
) -> None:
    hub.add(f"tiny/{family}", tiny_checkpoint(family))
    expected = AutoTokenizer.from_pretrained(tiny_checkpoint(family))("the cat sat")["input_ids"]
    app = open_page(PAGE, pieces_text="the cat sat", tokenizer=f"tiny/{family}")
    assert table(app, "Stands for")["Id"].tolist() == expected
    assert not [name for name in hub.downloads(f"tiny/{family}") if "safetensors" in name]


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_steps_of_a_models_tokenizer(
    open_page: Open, hub: Any, tiny_checkpoint: Checkpoint, family: str
) -> None:
    hub.add(f"tiny/{family}", tiny_checkpoint(family))
    app = open_page(
        PAGE, tokenizer_view="step-by-step", word_text="harbour", tokenizer=f"tiny/{family}"
    )
    assert [box.value for box in app.success] == ["The tokenizer itself comes to the same pieces."]


def test_one_that_cannot_be_loaded_leaves_the_others(
    open_page: Open, hub: Any, tiny_checkpoint: Checkpoint
) -> None:
    hub.add("tiny/roberta", tiny_checkpoint("roberta"))
    app = open_page(
        PAGE, tokenizer_view="side-by-side", tokenizers=f"['tiny/roberta', 'org/nobody', '{BPE}']"
    )
    assert "no public model" in messages(app)
    shown = table(app, "Vocabulary")["Tokenizer"].tolist()
    assert shown == ["tiny/roberta", "Byte-level BPE, 8,000"]


@pytest.mark.parametrize("view", ["pieces", "side-by-side", "step-by-step"])
def test_an_unknown_tokenizer_is_said(open_page: Open, hub: Any, view: str) -> None:
    field = "tokenizers" if view == "side-by-side" else "tokenizer"
    app = open_page(PAGE, tokenizer_view=view, **{field: "org/nobody"})
    assert "no public model" in messages(app)


@pytest.mark.parametrize(
    ("view", "field"),
    [
        ("pieces", "pieces_text"),
        ("side-by-side", "pieces_text"),
        ("step-by-step", "word_text"),
        ("train", "learn_try"),
        ("input-layer", "pieces_text"),
    ],
)
def test_no_text_is_said(open_page: Open, view: str, field: str) -> None:
    app = open_page(PAGE, tokenizer_view=view, **{field: " "})
    assert "There is no" in messages(app)


def test_side_by_side_counts_for_all(open_page: Open) -> None:
    app = open_page(PAGE, tokenizer_view="side-by-side", pieces_text="我们")
    shown = table(app, "Vocabulary")
    assert shown["Pieces"].tolist() == [2, 2, 6, 2]
    assert shown["Unknown"].tolist()[:3] == [1, 2, 0]
    assert len(html(app)) == len(BOX)


@pytest.mark.parametrize(
    ("tokenizer", "column", "word", "last"),
    [
        (WORDPIECE, "Is this a piece?", "playings", "##s"),
        (BPE, "Pieces now", "playings", "play · ings"),
        (UNIGRAM, "log p of each", "playings", None),
    ],
)
def test_steps_are_shown_for_each_kind(
    open_page: Open, tokenizer: str, column: str, word: str, last: str | None
) -> None:
    app = open_page(PAGE, tokenizer_view="step-by-step", word_text=word, tokenizer=tokenizer)
    shown = table(app, column)
    assert [box.value for box in app.success] == ["The tokenizer itself comes to the same pieces."]
    if last is not None:
        assert shown[column].tolist()[-1] == last
    else:
        assert shown["Share"].is_monotonic_decreasing


def test_one_of_several_words_is_followed(open_page: Open) -> None:
    app = open_page(
        PAGE, tokenizer_view="step-by-step", word_text="the unbelievability", word_number="1"
    )
    assert table(app, "Is this a piece?")["Is this a piece?"][0] == "unbelievability"
    app.selectbox(key="word_number").set_value(0).run()
    assert table(app, "Is this a piece?")["Is this a piece?"].tolist() == ["the"]


def test_training_shows_both_and_trains_once(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playground.tokenizer import learning

    trained: list[int] = []
    learn = learning.learn

    def counted(texts: Any, size: int, **options: Any) -> Any:
        trained.append(size)
        return learn(texts, size, **options)

    monkeypatch.setattr(learning, "learn", counted)
    app = open_page(PAGE, tokenizer_view="train")
    assert table(app, "Coverage")["Its pieces"].tolist() == [500, 500, 30_522]
    app.text_input(key="learn_try").set_value("我 parcel").run()
    assert table(app, "Coverage")["Coverage"].tolist() == pytest.approx([6 / 7, 6 / 7, 1.0])
    assert trained == [500]
    app.select_slider(key="learn_pieces").set_value(300).run()
    assert trained == [500, 300]
    assert table(app, "Coverage")["Its pieces"].tolist()[:2] == [300, 300]


def test_training_on_what_was_pasted_says_what_is_wrong(open_page: Open) -> None:
    app = open_page(PAGE, tokenizer_view="train", learn_from=inputs.PASTED, learn_text="too short")
    assert "at least 500" in messages(app)
    app.text_area(key="learn_text").set_value("A text about harbours and boats. " * 30).run()
    assert not messages(app)
    assert len(table(app, "Coverage")) == 3


def test_training_on_a_file(open_page: Open) -> None:
    app = open_page(PAGE, tokenizer_view="train", learn_from=inputs.FILE)
    assert not app.dataframe
    rows = "\n".join(f"{n},The boat number {n} lies in the old harbour" for n in range(60))
    app.file_uploader[0].upload("boats.csv", f"number,text\n{rows}\n".encode(), "text/csv").run()
    assert not app.exception
    assert len(table(app, "Coverage")) == 3


def test_the_input_layer_is_the_models_own(open_page: Open) -> None:
    app = open_page(PAGE, tokenizer_view="input-layer", pieces_text="the cat", input_token="0")
    difference = float(app.metric[0].value)
    assert difference < 1e-6
    shown = table(app, "number 1")
    names = shown.iloc[:, 0].tolist()
    values = dict(zip(names, shown["number 1"], strict=True))
    parts = [value for name, value in values.items() if name.startswith(("Token", "Segm", "Posi"))]
    assert len(parts) == 3
    assert sum(parts) == pytest.approx(values["x, their sum"], abs=1e-6)
    ours, own = values["y, LayerNorm of x"], values["The model's own output"]
    assert ours == pytest.approx(own, abs=1e-6)
    assert len(app.get("plotly_chart")) == 5


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_the_input_layer_of_every_family(
    open_page: Open, hub: Any, tiny_checkpoint: Checkpoint, family: str
) -> None:
    hub.add(f"tiny/{family}", tiny_checkpoint(family))
    app = open_page(
        PAGE, tokenizer_view="input-layer", pieces_text="the cat", input_model=f"tiny/{family}"
    )
    assert not app.error
    assert float(app.metric[0].value) < 1e-6
    assert bool(app.info) == (family != "bert")


def test_a_link_refuses_what_a_view_could_not_hold(open_page: Open) -> None:
    app = open_page(PAGE, tokenizer_view="train", learn_pieces="7", learn_from="elsewhere")
    said = messages(app)
    assert "learn_pieces" in said.replace("\\", "")
    assert "learn_from" in said.replace("\\", "")
    assert table(app, "Coverage")["Its pieces"].tolist()[:2] == [500, 500]


def test_the_notebook_is_one(open_page: Open) -> None:
    from playground.tokenizer import scripts

    assert json.loads(scripts.pieces("a", "", spec=BOX[0]).notebook)["nbformat"] == 4

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest
from transformers import AutoModelForNextSentencePrediction, AutoTokenizer

from pages.tasks.next_sentence import inputs, two_sentences
from pages.tasks.next_sentence.views import VIEWS
from playground import next_sentence
from playground.models.catalog import Task
from playground.next_sentence import figures

PAGE = "pages/tasks/next_sentence/page.py"
FIRST, SECOND = "The room was warm.", "She opened the window."
PARAGRAPH = "The room was warm. She opened the window. The evening air was cool. Rain fell."
FIGURES = {
    "temperature": 1.0,
    "measured_on": "7 pairs of each kind",
    "balanced accuracy": {
        "the sentence before": 0.52,
        "same paragraph": 0.6,
        "same document": 0.65,
        "other document": 0.9,
    },
    "called next": {"next": 0.85, "other document": 0.05},
    "order of paragraphs": {
        "paragraphs": 100,
        "Kendall's tau": 0.31,
        "neighbours kept": 0.4,
        "neighbours kept at random": 0.2,
    },
}
Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def some_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures that no training changes."""
    file = tmp_path / "calibration.json"
    file.write_text(json.dumps(FIGURES), "utf-8")
    monkeypatch.setattr(figures, "FILE", file)
    monkeypatch.setattr(next_sentence, "held_out", figures.held_out.__wrapped__)


@pytest.fixture
def follows(tiny_checkpoint: Callable[..., Path]) -> Callable[[str, str], float]:
    """What transformers itself computes: the probability that the second text follows."""
    folder = tiny_checkpoint("bert", task=Task.NEXT_SENTENCE)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForNextSentencePrediction.from_pretrained(folder).eval()

    def of(first: str, second: str) -> float:
        with torch.inference_mode():
            logits = model(**tokenizer(first, second, return_tensors="pt")).logits[0]
        return float(logits.softmax(dim=-1)[0])

    return of


def messages(app: AppTest) -> str:
    return " ".join(one.value for one in (*app.error, *app.warning, *app.info)).replace("\\", "")


def said(app: AppTest) -> str:
    return " ".join(one.value for one in (*app.caption, *app.markdown, *app.header))


def table(app: AppTest, column: str) -> Any:
    [found] = [one.value for one in app.dataframe if column in one.value.columns]
    return found


def test_the_page_shows_what_transformers_computes(
    open_page: Open, follows: Callable[[str, str], float]
) -> None:
    app = open_page(PAGE, sentence_a=FIRST, sentence_b=SECOND)
    shown = app.header[0].value.rpartition(": ")[2]
    assert float(shown.split()[0]) == pytest.approx(100 * follows(FIRST, SECOND), abs=0.06)
    assert len(app.get("plotly_chart")) == 2
    assert not messages(app)


def test_figures_of_the_head_in_the_box_are_quoted(open_page: Open) -> None:
    app = open_page(PAGE)
    text = said(app)
    assert "90.0 %" in text
    assert "65.0 %" in text
    assert "52.0 %" in text
    assert "7 pairs of each kind" in text
    for source in ("1907.11692", "1909.11942", "1906.08237"):
        assert source in text


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.9, "B follows A"),
        (0.6, "B may follow A"),
        (0.4, "B probably does not follow A"),
        (0.1, "B does not follow A"),
    ],
)
def test_the_verdict_in_words(probability: float, words: str) -> None:
    assert two_sentences.verdict(probability) == words


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_shows_a_result_at_once(open_page: Open, view: str) -> None:
    app = open_page(PAGE, next_sentence_view=view)
    assert not messages(app)
    assert [one.label for one in app.download_button][:2] == ["CSV", "JSON"]
    assert app.code


def test_a_paragraph_is_put_in_order(open_page: Open) -> None:
    app = open_page(PAGE, next_sentence_view="order", paragraph_to_order=PARAGRAPH)
    found = table(app, "True place")
    assert sorted(found["True place"]) == [1, 2, 3, 4]
    sentences = ["The room was warm.", "She opened the window.", "The evening air was cool."]
    sentences.append("Rain fell.")
    assert found["As put in order"].tolist() == [sentences[n - 1] for n in found["True place"]]
    assert sorted(found["As shuffled"]) == sorted(sentences)
    assert "**0.31**" in said(app)
    assert app.metric[0].label == "Kendall's tau"
    shuffled = found["As shuffled"].tolist()
    app.number_input(key="shuffle_seed").set_value(5).run()
    assert table(app, "True place")["As shuffled"].tolist() != shuffled


def test_pairs_are_drawn_step_by_step(open_page: Open) -> None:
    text = f"{PARAGRAPH}\n\nDoctors met in Berlin. They talked about sleep."
    app = open_page(PAGE, next_sentence_view="pre-training", pair_documents=text)
    pairs = table(app, "Label")
    assert len(pairs) == 4
    assert set(pairs["Label"]) <= {"IsNext", "NotNext"}
    assert pairs["A"].tolist()[0] == "The room was warm."
    [framed] = [one.proto.body for one in app.get("html") if "segment 0" in one.proto.body]
    assert ">[CLS]<" in framed
    app.slider[0].set_value(4).run()
    assert "Doctors met in Berlin" in said(app)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"sentence_b": " "}, "One of the two sentences is missing"),
        (
            {"next_sentence_view": "order", "paragraph_to_order": "Alone."},
            "There is one sentence here",
        ),
        (
            {"next_sentence_view": "order", "paragraph_to_order": "One.\n" * 16},
            "at most 15 are put in order",
        ),
        (
            {"next_sentence_view": "pre-training", "pair_documents": PARAGRAPH},
            "come from another document",
        ),
        ({"sentence_a": "warm " * 90}, "were cut"),
        ({"shuffle_seed": "x", "next_sentence_view": "order"}, "it was left out"),
    ],
)
def test_bad_input_is_answered_with_what_to_do(
    open_page: Open, query: dict[str, str], words: str
) -> None:
    assert words in messages(open_page(PAGE, **query))


def test_markup_stays_text(open_page: Open) -> None:
    markup = "<b>Rain</b> **fell** [x](http://x.example). Then $x$ :red[came]."
    text = f"{markup}\n\n{markup}"
    app = open_page(PAGE, next_sentence_view="pre-training", pair_documents=text)
    steps = " ".join(one.value for one in app.markdown)
    assert "\\*\\*fell" in steps
    assert "[x](http" not in steps
    [framed] = [one.proto.body for one in app.get("html") if "segment 0" in one.proto.body]
    assert "<b>" not in framed


def test_a_bert_of_the_hub_is_asked_without_our_figures(
    open_page: Open, hub: Any, tiny_checkpoint: Callable[..., Path]
) -> None:
    hub.add("tiny/bert", tiny_checkpoint("bert", task=Task.NEXT_SENTENCE))
    app = open_page(PAGE, next_sentence_model="tiny/bert")
    assert not messages(app)
    assert "What it measures" not in said(app)


@pytest.mark.parametrize(
    ("family", "words"),
    [
        ("roberta", "does better without"),
        ("albert", "sentence order in its place"),
        ("distilbert", "distilled from BERT without"),
        ("electra", "replaced tokens"),
    ],
)
def test_a_family_without_the_head_is_told_why(
    open_page: Open, hub: Any, tiny_checkpoint: Callable[..., Path], family: str, words: str
) -> None:
    hub.add(f"tiny/{family}", tiny_checkpoint(family))
    app = open_page(PAGE, next_sentence_model=f"tiny/{family}")
    assert words in messages(app)
    assert "bert-base-uncased" in messages(app)


def test_a_bert_without_the_head_is_refused(
    open_page: Open, hub: Any, tiny_checkpoint: Callable[..., Path]
) -> None:
    hub.add("tiny/masked", tiny_checkpoint("bert"))
    app = open_page(PAGE, next_sentence_model="tiny/masked")
    assert "no trained weights for next-sentence-prediction" in messages(app)


def test_a_link_opens_the_same_screen(open_page: Open) -> None:
    app = open_page(PAGE)
    name = "Other topic"
    app.pills(key="next_sentence_example").set_value(name).run()
    assert app.text_area[1].value == inputs.EXAMPLES[name][1]
    assert app.query_params["sentence_b"] == inputs.EXAMPLES[name][1]

"""What a visitor takes along: rows, CoNLL's columns, marked HTML."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from transformers import AutoTokenizer

from playground import files
from playground.models import fake
from playground.named_entities import Alternative, Entity, Found, Frequency, find, frequencies
from playground.named_entities import export as exported
from playground.named_entities.colours import FIXED, PALETTE, Colour, colour
from playground.named_entities.marked import document, marked
from tests.named_entities.labelled import Span, Told, as_model


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Found]:
    folder = fake.save("bert", tmp_path_factory.mktemp("export") / "bert")
    tokenizer = AutoTokenizer.from_pretrained(folder)

    def read(text: str, *spans: Span) -> Found:
        return find(text, model=as_model(Told(tokenizer, {text: spans})))

    return read


def entity(text: str, kind: str = "PER", start: int = 0, second: str = "O") -> Entity:
    return Entity(
        start=start,
        end=start + len(text),
        text=text,
        type=kind,
        label=kind,
        score=0.75,
        second=Alternative(type=second, probability=0.125),
    )


def test_conll_has_a_word_a_line_and_an_empty_line_where_a_line_ends(
    told: Callable[..., Found],
) -> None:
    text = "Ada  Lovelace,\tin Paris\n\nParis Rome is"
    spans = (0, 13, "PER"), (18, 23, "LOC"), (25, 30, "LOC"), (31, 35, "LOC")
    found = told(text, *spans)
    assert exported.conll(found, found.entities) == (
        "Ada B-PER\nLovelace I-PER\n, O\nin O\nParis B-LOC\n\nParis B-LOC\nRome B-LOC\nis O\n"
    )
    assert exported.conll(found, ()) == (
        "Ada O\nLovelace O\n, O\nin O\nParis O\n\nParis O\nRome O\nis O\n"
    )


def test_conll_cuts_words_where_entities_end(told: Callable[..., Found]) -> None:
    found = told("Parisian")
    assert exported.conll(found, [entity("Paris", "LOC")]) == "Paris B-LOC\nian O\n"


def test_conll_of_a_file_has_an_empty_line_behind_each_text(told: Callable[..., Found]) -> None:
    texts = told("Ada slept", (0, 3, "PER")), told("Parisian")
    rows = [(one.text, exported.words(one), one.entities) for one in texts]
    assert exported.conll_of_file(rows) == "Ada B-PER\nslept O\n\nParisian O\n"
    table = files.read(exported.conll_of_file(rows * 3).encode(), "entities.conll")
    assert table.rows == (("Ada slept", "B-PER O"), ("Parisian", "O")) * 3


def test_rows_have_numbers_as_computed() -> None:
    [row] = exported.entities([entity("Ada", start=4)])
    assert row == {
        "start": 4, "end": 7, "text": "Ada", "type": "PER", "label": "PER", "score": 0.75,
        "second": "O", "second_probability": 0.125,
    }  # fmt: skip
    assert exported.of_file([(3, [entity("Ada", start=4)]), (5, [])]) == [{"line": 3, **row}]


def test_every_token_has_a_column_a_label(told: Callable[..., Found]) -> None:
    rows = exported.every_token(told("in Paris", (3, 8, "LOC")))
    assert list(rows[0]) == [
        "start", "end", "text", "word", "O", "B-PER", "I-PER", "B-LOC", "I-LOC"
    ]  # fmt: skip
    assert [(row["text"], row["word"]) for row in rows] == [("in", 1), ("Paris", 2)]
    assert rows[0]["O"] == pytest.approx(0.9995, abs=1e-4)
    assert rows[1]["B-LOC"] == pytest.approx(0.9995, abs=1e-4)


def test_frequencies_count_entities_and_texts() -> None:
    texts = [
        [entity("New  York", "LOC"), entity("new york", "LOC"), entity("Ada")],
        [entity("new york", "LOC"), entity("New York", "ORG")],
        [],
    ]
    counted = frequencies(texts)
    assert counted == (
        Frequency(text="new york", type="LOC", count=3, texts=2),
        Frequency(text="Ada", type="PER", count=1, texts=1),
        Frequency(text="New York", type="ORG", count=1, texts=1),
    )
    assert exported.frequencies(counted)[0] == {
        "text": "new york", "type": "LOC", "count": 3, "texts": 2
    }  # fmt: skip
    assert frequencies([]) == ()


class Elements(HTMLParser):
    """The elements of some HTML, and the text in those called ``entities-text``."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.written: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)

    def handle_data(self, data: str) -> None:
        self.written.append(data)


NASTY = '<script>alert(1)</script> **b** & "q" \' </div><img src=x onerror=alert(1)>'


@pytest.mark.parametrize("make", [marked, document])
def test_text_and_labels_never_become_elements(make: Callable[..., str]) -> None:
    kind = '"><img src=x onerror=alert(1)>'
    html = make(f"{NASTY} {NASTY}", [entity(NASTY, kind, second=kind)])
    found = Elements(html)
    assert set(found.names) <= {"html", "meta", "title", "style", "div", "mark", "b", "span"}
    assert found.names.count("mark") == 2  # in the text and in the legend
    assert NASTY in found.written


def test_white_space_stays() -> None:
    text = "a  b\tc\n\nd"
    assert f">{text}</div>" in marked(text, [])


def test_a_mark_names_its_label_score_and_second_best() -> None:
    html = marked("Ada is", [entity("Ada")])
    assert 'title="PER 75.0 %, next best O 12.5 %">Ada<b>PER</b></mark> is' in html
    assert "people (1)" in html


def test_a_colour_belongs_to_a_label() -> None:
    four = [colour(kind) for kind in ("PER", "ORG", "LOC", "MISC")]
    assert len(set(four)) == 4
    assert colour("per") == colour("PERSON") == colour("PER")
    # Python's own hash would differ in every process; CRC-32 of "DISEASE" is 813,602,011.
    assert colour("DISEASE") == PALETTE[813_602_011 % 8]


def luminance(hexadecimal: str) -> float:
    """Return the relative luminance (WCAG 2.2)."""
    channels = [int(pair, 16) / 255 for pair in re.findall("[0-9A-F]{2}", hexadecimal)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("pair", [*dict.fromkeys(FIXED.values()), *PALETTE])
def test_colours_are_readable_on_light_and_dark_pages(pair: Colour) -> None:
    assert contrast(pair.light, pair.light_ink) > 7
    assert contrast(pair.dark, pair.dark_ink) > 7
    assert luminance(pair.light) > 0.5
    assert luminance(pair.dark) < 0.1

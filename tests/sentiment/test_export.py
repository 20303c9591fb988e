"""The files that a visitor takes along."""

import csv
import io
import json
from collections.abc import Callable
from math import exp
from typing import Any

import pytest

from playground.sentiment import by_sentence, classify, classify_all, compare, explain, export
from playground.sentiment.classify import Classified
from playground.tables import Row, as_csv, as_json

Adder = Callable[..., Any]
GOOD = 1 / (1 + exp(-2))


def assert_is_a_table(rows: list[Row]) -> None:
    assert len({tuple(row) for row in rows}) == 1
    assert len(json.loads(as_json(rows))) == len(rows) > 0
    assert len(list(csv.reader(io.StringIO(as_csv(rows))))) == len(rows) + 1


def test_one_texts_rows_are_its_labels_and_words(adding: Adder) -> None:
    model = adding()
    classified = classify("good film", model=model)
    rows = export.one_text(classified, explain(classified, model=model))
    assert_is_a_table(rows)
    assert [(row["kind"], row["name"]) for row in rows] == [
        ("label", "NEGATIVE"), ("label", "POSITIVE"), ("word", "good"), ("word", "film")
    ]  # fmt: skip
    assert rows[1]["probability"] == pytest.approx(GOOD)
    assert rows[2] == {
        "kind": "word", "name": "good", "probability": None, "start": 0, "end": 4,
        "label": "POSITIVE", "log_odds": 2.0,
    }  # fmt: skip
    assert len(export.one_text(classified, None)) == 2


def test_every_views_rows_are_a_table(adding: Adder) -> None:
    model = adding(max_tokens=6)
    texts = ["good", " ", "bad"]
    answers = [
        one if isinstance(one, Classified) else None for one in classify_all(texts, model=model)
    ]
    for rows in (
        export.edit(compare("good", "bad", model=model)),
        export.sentences(by_sentence("Good. Bad.", model=model)),
        export.long_text(classify("good film " * 4, model=model)),
        export.side_by_side(texts, {"Adder": answers}),
        export.file(("a", "b"), [(2, "=x", "a", (0.75, 0.25))]),
    ):
        assert_is_a_table(rows)


def test_windows_and_sentences_count_from_one(adding: Adder) -> None:
    model = adding(max_tokens=6)
    [first, *_] = export.long_text(classify("good film " * 4, model=model))
    assert (first["window"], first["start"], first["end"], first["tokens"]) == (1, 0, 19, 4)
    [_, second] = export.sentences(by_sentence("Good. Bad.", model=model))
    assert (second["sentence"], second["start"], second["end"]) == (2, 6, 10)
    assert (second["text"], second["label"]) == ("Bad.", "NEGATIVE")
    assert second["probability of POSITIVE"] == pytest.approx(1 - GOOD)


def test_an_edits_rows_have_the_difference(adding: Adder) -> None:
    [_, positive] = export.edit(compare("good", "bad", model=adding()))
    assert positive["before"] == pytest.approx(GOOD)
    assert positive["difference"] == pytest.approx(1 - 2 * GOOD)

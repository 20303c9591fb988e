"""Rows as files."""

import csv
import io
import json

from playground.tables import Row, as_csv, as_json


def test_csv_has_no_formulas_and_leaves_numbers_alone() -> None:
    cells = ["=1+1", "+a", "-b", "@c", "\td", "\0e", 'a,"b"', "word"]
    rows: list[Row] = [{"token": cell, "log_prob": -2.5, "pieces": ("a",)} for cell in cells]
    read = list(csv.DictReader(io.StringIO(as_csv(rows))))
    assert [row["token"] for row in read] == [*(f"'{cell}" for cell in cells[:6]), *cells[6:]]
    assert {row["log_prob"] for row in read} == {"-2.5"}
    assert {row["pieces"] for row in read} == {'["a"]'}


def test_json_is_a_list_of_objects() -> None:
    rows: list[Row] = [{"token": "größer", "rank": None}, {"token": "b", "rank": 2}]
    text = as_json(rows)
    assert json.loads(text) == rows
    assert "größer" in text

"""Rows of each view as files."""

from collections.abc import Callable
from typing import Any

import pytest

from playground.next_sentence import both_ways, export, order_paragraph, pre_training_pairs
from playground.tables import as_csv


def test_one_row_a_direction(counting: Callable[..., Any]) -> None:
    forward, backward = export.two_sentences(both_ways("One.", "Two.", model=counting()))
    assert (forward["first"], forward["second"]) == ("One.", "Two.")
    assert (backward["first"], backward["second"]) == ("Two.", "One.")
    assert (forward["logit_is_next"], forward["logit_not_next"]) == (6.0, 0.0)
    assert backward["probability"] == pytest.approx(0.7311, abs=1e-4)  # the sigmoid of 1


def test_one_row_for_each_two_sentences(counting: Callable[..., Any]) -> None:
    rows = export.order(order_paragraph("One. Two. Three.", seed=1, model=counting()))
    assert [(row["first"], row["second"]) for row in rows] == [
        (1, 2),
        (1, 3),
        (2, 1),
        (2, 3),
        (3, 1),
        (3, 2),
    ]
    assert [row["next_in_the_text"] for row in rows] == [True, False, False, True, False, False]
    assert [row["next_as_put_in_order"] for row in rows] == [
        row["next_in_the_text"] for row in rows
    ]
    assert rows[0]["second_text"] == "Two."
    assert as_csv(rows).count("\n") == 7


def test_one_row_a_pair(counting: Callable[..., Any]) -> None:
    found = pre_training_pairs("One. Two.\n\nSix. Seven.", seed=1, model=counting())
    first, second = export.pre_training(found)
    assert (first["pair"], second["pair"]) == (1, 2)
    assert (first["first"], second["first"]) == ("One.", "Six.")
    assert (first["first_document"], second["first_document"]) == (1, 2)
    assert first["is_next"] == (first["second_document"] == 1)
    assert first["segment_ids"] == [0, 0, 0, 0, 1, 1, 1]
    assert first["tokens"][0] == "[CLS]"  # type: ignore[index]

"""What the views show, as the rows of tables."""

from collections.abc import Callable

import pytest

from playground.models.engine import Model
from playground.models.vocabularies import BERT, BPE, UNIGRAM
from playground.tables import as_csv
from playground.tokenizer import compare, cut, export, input_vectors, split
from tests.tokenizer.test_pieces import box


def test_a_row_a_piece() -> None:
    rows = export.pieces(cut("Cats 😀", "So", tokenizer=box(BERT)))
    assert [row["piece"] for row in rows] == ["[CLS]", "cats", "[UNK]", "[SEP]", "so", "[SEP]"]
    assert [row["text"] for row in rows] == [None, 1, 1, None, 2, None]
    assert [row["segment"] for row in rows] == [0, 0, 0, 0, 1, 1]
    assert (rows[1]["start"], rows[1]["end"], rows[1]["stands_for"]) == (0, 4, "Cats")
    assert [row["unknown"] for row in rows] == [False, False, True, False, False, False]


def test_a_row_a_tokenizer() -> None:
    rows = export.sides(compare("the cats", [box(BERT), box(BPE)]))
    assert rows[0]["list"] == ["the", "cats"]
    assert (rows[0]["pieces"], rows[0]["pieces_a_word"], rows[0]["unknown"]) == (2, 1.0, 0)
    assert [row["kind"] for row in rows] == ["WordPiece", "Byte-level BPE"]
    assert [row["gives_text_back"] for row in rows] == [True, True]


def test_a_row_a_step() -> None:
    tries = export.steps(split("playings", tokenizer=box(BERT)).steps)
    assert tries[-1] == {"try": 3, "start": 7, "end": 8, "piece": "##s", "found": True}
    merges = export.steps(split("Ġthe", tokenizer=box(BPE)).steps)
    assert merges[-1]["pieces"] == ["Ġthe"]
    assert merges[0]["left"] == "Ġ"
    cuts = export.steps(split("▁walking", tokenizer=box(UNIGRAM)).steps)
    assert cuts[0]["place"] == 1
    assert sum(cuts[0]["log_probabilities"]) == pytest.approx(  # type: ignore[call-overload]
        cuts[0]["log_probability"]
    )


def test_a_row_a_token_with_whole_vectors(look_into: Callable[[str], Model]) -> None:
    rows = export.input_layer(input_vectors("the cat", model=look_into("distilbert")))
    assert {row["segment_vector"] for row in rows} == {None}
    first = rows[0]
    assert len(first["token_vector"]) == len(first["normed"]) == 32  # type: ignore[arg-type]
    assert first["normed"] == pytest.approx(first["own_output"], abs=1e-6)
    assert as_csv(rows).count("\n") == len(rows) + 1

"""The files that a visitor takes along."""

import csv
import io
import json

from playground.mask_filling import (
    compare,
    compare_targets,
    export,
    fill,
    fill_jointly,
    logit_lens,
    predict_everywhere,
    simulate,
)
from tests.mask_filling.tables import table_model


def test_csv_has_no_formulas_and_leaves_numbers_alone() -> None:
    cells = ["=1+1", "+a", "-b", "@c", "\td", "\0e", 'a,"b"', "word"]
    rows: list[export.Row] = [{"token": cell, "log_prob": -2.5, "pieces": ("a",)} for cell in cells]
    read = list(csv.DictReader(io.StringIO(export.as_csv(rows))))
    assert [row["token"] for row in read] == [*(f"'{cell}" for cell in cells[:6]), *cells[6:]]
    assert {row["log_prob"] for row in read} == {"-2.5"}
    assert {row["pieces"] for row in read} == {'["a"]'}


def test_json_is_a_list_of_objects() -> None:
    rows: list[export.Row] = [{"token": "größer", "rank": None}, {"token": "b", "rank": 2}]
    text = export.as_json(rows)
    assert json.loads(text) == rows
    assert "größer" in text


def test_a_fillings_rows_count_masks_and_ranks_from_one() -> None:
    _, model = table_model()
    filling = fill("the [MASK] [MASK]", model=model, top_k=2)
    rows = export.fill(filling)
    assert [(row["mask"], row["rank"]) for row in rows] == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert rows[3]["token_id"] == filling.guesses[1][1].token_id
    assert rows[3]["probability"] == filling.guesses[1][1].probability
    assert rows[3]["entropy"] == filling.entropy[1]


def test_every_views_rows_are_a_table_of_plain_values() -> None:
    _, model = table_model()
    text = "the [MASK] ran"
    results = (
        export.jointly(fill_jointly("[MASK] [MASK]", model=model, top_k=2)),
        export.compare_words(compare_targets(text, ["cat"], model=model)),
        export.every_position(predict_everywhere(text, model=model, top_k=2)),
        export.layers(logit_lens(text, model=model, top_k=2)),
        export.pretraining(simulate("the cat ran", model=model, share=0.5)),
        export.side_by_side(compare(text, "[MASK] ran", model=model, top_k=2)),
    )
    for rows in results:
        assert len({tuple(row) for row in rows}) == 1
        assert len(json.loads(export.as_json(rows))) == len(rows) > 0
        assert len(list(csv.reader(io.StringIO(export.as_csv(rows))))) == len(rows) + 1

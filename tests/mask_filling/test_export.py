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
from playground.tables import as_csv, as_json
from tests.mask_filling.tables import table_model


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
        assert len(json.loads(as_json(rows))) == len(rows) > 0
        assert len(list(csv.reader(io.StringIO(as_csv(rows))))) == len(rows) + 1

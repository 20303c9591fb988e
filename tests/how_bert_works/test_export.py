"""What is taken along from the tour: the numbers of the trace, in rows that count from 1."""

import numpy as np
import pytest

from playground.how_bert_works import export, prediction, walk
from playground.how_bert_works.tour import Tour
from playground.models.engine import Model
from tests.how_bert_works.conftest import TEXT

HEAD, TOKEN = 1, 3


@pytest.fixture
def tour(model: Model) -> Tour:
    return walk(TEXT, model=model, layer=1)


def test_pieces_have_a_row_each(tour: Tour) -> None:
    rows = export.pieces(tour)
    assert [row["id"] for row in rows] == list(tour.masked.input_ids)
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["special"] for row in rows] == [True, *[False] * (len(rows) - 2), True]


def test_vectors_add_up(tour: Tour) -> None:
    for row in export.vectors(tour):
        parts = [np.array(row[f"{name}_vector"]) for name in ("token", "position", "segment")]
        place = int(str(row["position"])) - 1
        np.testing.assert_allclose(sum(parts), tour.trace.inputs.summed[place], atol=1e-6)
        np.testing.assert_array_equal(row["input_vector"], tour.trace.states[0, place])


def test_attention_rows_are_of_the_head_and_the_token(tour: Tour) -> None:
    rows = export.attention(tour, head=HEAD, token=TOKEN)
    weights = np.array([row["weight"] for row in rows])
    assert weights.sum() == pytest.approx(1, abs=1e-5)
    scores = np.exp([float(str(row["score"])) for row in rows])
    np.testing.assert_allclose(weights, scores / scores.sum(), atol=1e-5)
    np.testing.assert_array_equal(rows[2]["key"], tour.trace.key[HEAD, 2])


def test_heads_have_a_row_for_each_token(tour: Tour) -> None:
    rows = export.heads(tour, token=TOKEN)
    heads, tokens = len(tour.trace.weights), len(tour.masked.tokens)
    assert len(rows) == heads * tokens
    assert (rows[0]["layer"], rows[0]["head"], rows[-1]["head"]) == (2, 1, heads)
    assert rows[tokens]["weight"] == tour.trace.weights[1, TOKEN, 0]


def test_feed_forward_rows_are_before_and_after(tour: Tour) -> None:
    rows = export.feed_forward(tour, token=TOKEN)
    assert len(rows) == tour.trace.inner.shape[1]
    assert rows[4] == {
        "unit": 5,
        "before": float(tour.trace.inner[TOKEN, 4]),
        "after": float(tour.trace.activated[TOKEN, 4]),
    }


def test_output_rows_have_logit_probability_and_loss(tour: Tour, model: Model) -> None:
    rows = export.output(prediction(tour, model=model, top_k=3))
    assert [row["rank"] for row in rows] == [1, 2, 3]
    for row in rows:
        token = int(str(row["token_id"]))
        assert row["logit"] == float(tour.trace.logits[-1, token])
        assert row["loss"] == pytest.approx(-np.log(tour.trace.probabilities[token]), abs=1e-5)

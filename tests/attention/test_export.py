"""What visitors take along, against tables and arrays written by hand."""

import io
from typing import Any

import numpy as np
import pytest

from playground import tables
from playground.attention import HeadFigures, Step, Unit, View, arrays, export
from playground.attention.links import HeadLinks, strongest
from tests.attention.maps import attention_map


def unit(text: str, *tokens: int) -> Unit:
    return Unit(text=text, tokens=tokens, sentence=0, special=False)


# Two words of which the first has two tokens.
UNITS = (unit("unwell", 0, 1), unit("=1+1", 2))
FIRST = View(
    rows=UNITS, columns=UNITS, weights=np.array([[0.75, 0.25], [0.0, 1.0]], dtype=np.float32)
)
SECOND = View(
    rows=(UNITS[0], unit("fine", 2)),
    columns=(UNITS[0], unit("fine", 2)),
    weights=np.array([[0.5, 0.5], [0.5, 0.5]], dtype=np.float32),
)
HEADS = [
    HeadLinks(name="Head 3", number=2, links=strongest(FIRST.weights, 1)),
    HeadLinks(name="Head 5", number=4, links=strongest(SECOND.weights, 0.5)),
]
STEP = Step(
    x=np.arange(3, dtype=np.float32),
    q=np.array([1, 2], dtype=np.float32),
    k=np.array([[1, 0], [0, 1]], dtype=np.float32),
    v=np.array([[4, 0], [0, 8]], dtype=np.float32),
    scores=np.array([0.5, -0.5], dtype=np.float32),
    weights=np.array([0.75, 0.25], dtype=np.float32),
    output=np.array([3, 2], dtype=np.float32),
    difference=0.0,
)
OWN = np.array([0.75, 0.25], dtype=np.float32)
TOKENS = attention_map(["a", "=b"]).tokens


def loaded(found: arrays.Arrays) -> dict[str, Any]:
    """Return the arrays of an NPZ file, read without pickle, as lists."""
    with np.load(io.BytesIO(arrays.as_npz(found)), allow_pickle=False) as file:
        return {name: array.tolist() for name, array in file.items()}


def test_links_strongest_first_without_those_of_zero() -> None:
    rows = export.links(FIRST)
    assert [tuple(row.values()) for row in rows] == [
        ("=1+1", 3, "=1+1", 3, 1.0),
        ("unwell", 1, "unwell", 1, 0.75),
        ("unwell", 1, "=1+1", 3, 0.25),
    ]
    assert export.links(FIRST, 2) == rows[:2]


def test_no_token_becomes_a_formula() -> None:
    assert "'=1+1,3,'=1+1,3,1.0" in tables.as_csv(export.links(FIRST))
    assert "'=b,2,0.5" in tables.as_csv(export.flows(TOKENS, np.array([1.0, 0.5])))


def test_a_matrix_as_arrays() -> None:
    assert loaded(arrays.matrix(FIRST)) == {
        "weights": [[0.75, 0.25], [0.0, 1.0]],
        "rows": ["unwell", "=1+1"],
        "columns": ["unwell", "=1+1"],
    }


def test_an_empty_side_loads_too() -> None:
    empty = View(rows=UNITS, columns=(), weights=np.zeros((2, 0), dtype=np.float32))
    assert loaded(arrays.matrix(empty))["columns"] == []
    assert export.links(empty) == []


def figures() -> HeadFigures:
    numbers = np.arange(2, dtype=np.float32).reshape(1, 2)
    return HeadFigures(
        entropy=numbers,
        distance=numbers + 2,
        special=numbers + 4,
        previous=numbers + 6,
        next=numbers + 8,
        same=numbers + 10,
    )


def test_every_head_with_its_figures() -> None:
    assert [tuple(row.values()) for row in export.heads(figures())] == [
        (1, 1, 0.0, 2.0, 4.0, 6.0, 8.0, 10.0),
        (1, 2, 1.0, 3.0, 5.0, 7.0, 9.0, 11.0),
    ]
    shown = View(rows=UNITS, columns=UNITS, weights=np.stack([FIRST.weights, SECOND.weights])[None])
    found = loaded(arrays.all_heads(shown, figures(), ("unwell =1+1",)))
    assert found["weights"] == [[FIRST.weights.tolist(), SECOND.weights.tolist()]]
    assert (found["texts"], found["to_next"]) == (["unwell =1+1"], [[8.0, 9.0]])


def test_drawn_links_with_their_heads() -> None:
    rows = export.drawn(UNITS, HEADS, 1)
    assert [tuple(row.values()) for row in rows] == [
        (2, 3, "=1+1", 3, "=1+1", 3, 1.0),
        (2, 3, "unwell", 1, "unwell", 1, 0.75),
        (2, 5, "unwell", 1, "unwell", 1, 0.5),
        (2, 5, "=1+1", 3, "unwell", 1, 0.5),
        (2, 3, "unwell", 1, "=1+1", 3, 0.25),
    ]
    assert export.drawn(UNITS, HEADS, 1, 2) == rows[:2]
    assert loaded(arrays.links(UNITS, HEADS, 1)) == {
        "layer_index": 1,
        "head_index": [2, 2, 2, 4, 4],
        "from_index": [0, 0, 1, 0, 1],
        "to_index": [0, 1, 1, 0, 0],
        "weights": [0.75, 0.25, 1.0, 0.5, 0.5],
        "tokens": ["unwell", "=1+1"],
    }


def test_a_step_with_its_vectors() -> None:
    assert [tuple(row.values()) for row in export.step(TOKENS, STEP, OWN)] == [
        ("a", 1, 0.5, 0.75, 0.75, [1.0, 0.0], [4.0, 0.0]),
        ("=b", 2, -0.5, 0.25, 0.25, [0.0, 1.0], [0.0, 8.0]),
    ]
    found = loaded(arrays.step(TOKENS, STEP, OWN))
    assert (found["x"], found["q"], found["output"]) == ([0.0, 1.0, 2.0], [1.0, 2.0], [3.0, 2.0])
    assert (found["k"][1], found["v"][1], found["tokens"]) == ([0.0, 1.0], [0.0, 8.0], ["a", "=b"])


def test_flows_by_token() -> None:
    flows = np.array([1.0, 0.5])
    assert [tuple(row.values()) for row in export.flows(TOKENS, flows)] == [
        ("a", 1, 1.0),
        ("=b", 2, 0.5),
    ]
    assert loaded(arrays.flow(TOKENS, flows)) == {"tokens": ["a", "=b"], "flows": [1.0, 0.5]}


def test_differences_largest_first_whatever_their_sign() -> None:
    rows = export.differences(FIRST, SECOND)
    assert [tuple(row.values()) for row in rows] == [
        ("=1+1", 3, "unwell", 1, "fine", "unwell", 0.0, 0.5, -0.5),
        ("=1+1", 3, "=1+1", 3, "fine", "fine", 1.0, 0.5, 0.5),
        ("unwell", 1, "unwell", 1, "unwell", "unwell", 0.75, 0.5, 0.25),
        ("unwell", 1, "=1+1", 3, "unwell", "fine", 0.25, 0.5, -0.25),
    ]
    found = loaded(arrays.comparison(FIRST, SECOND))
    assert found["difference"] == [[0.25, -0.25], [-0.5, 0.5]]
    assert (found["first_rows"][1], found["second_columns"][1]) == ("=1+1", "fine")


def test_views_of_two_sizes_have_no_difference() -> None:
    wide = View(rows=UNITS[:1], columns=UNITS, weights=FIRST.weights[:1])
    assert "difference" not in arrays.comparison(FIRST, wide)


def test_objects_are_refused() -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        arrays.as_npz({"objects": np.array([{}], dtype=object)})

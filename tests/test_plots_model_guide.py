"""Figures of the Models page: what they draw is what was found."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from playground.model_guide import Entry, Shape, Similarity, Speed, inside
from playground.models.catalog import ModelSpec, Source, Task
from playground.plots import model_guide as plots
from playground.plots.template import BLUE, GRAY

SHAPE = Shape(family="BERT", layers=2, hidden=32, heads=2, vocabulary=300)


def entry(title: str, parameters: int | None, *, here: bool = True) -> Entry:
    spec = ModelSpec(id=title, task=Task.FILL_MASK, source=Source.LOCAL, title=title)
    return Entry(spec=spec, here=here, shape=SHAPE, parameters=parameters)


def test_sizes_are_sorted_and_hatched_where_a_model_is_not_here() -> None:
    made = plots.sizes(
        [entry("large", 110_000_000, here=False), entry("<b>small", 22_000), entry("?", None)]
    )
    [bars] = made.data
    assert list(bars.x) == [0.022, 110.0]
    assert list(bars.text) == ["22.0 k", "110.0 M"]
    assert list(bars.marker.color) == [BLUE, GRAY]
    assert list(bars.marker.pattern.shape) == ["", "/"]
    assert list(made.layout.yaxis.ticktext) == ["&lt;b&gt;small", "large"]


def test_the_treemap_s_areas_sum_up(tiny_checkpoint: Callable[..., Path]) -> None:
    spec = ModelSpec(
        id="x",
        task=Task.FILL_MASK,
        source=Source.LOCAL,
        title="x",
        folder=tiny_checkpoint("bert"),
    )
    found = inside(spec)
    [tree] = plots.parts(found).data
    values = dict(zip(tree.ids, tree.values, strict=True))
    parents = dict(zip(tree.ids, tree.parents, strict=True))
    assert sum(value for name, value in values.items() if not parents[name]) == found.parameters
    for parent in set(parents.values()) - {""}:
        below = sum(value for name, value in values.items() if parents[name] == parent)
        assert below == values[parent]
    assert values["layer 1/Attention"] == 4 * (32 * 32 + 32) + 64


def test_a_line_a_model_with_its_milliseconds() -> None:
    speeds = [
        Speed(tokens=tokens, milliseconds=value, fastest=value, batch=4, texts_a_second=9.0)
        for tokens, value in ((16, 5.5), (64, 10.0))
    ]
    made = plots.milliseconds({"one": speeds, "other": speeds[:1]})
    first, second = made.data
    assert list(first.x) == [16, 64]
    assert list(first.y) == [5.5, 10.0]
    assert first.line.dash != second.line.dash
    assert first.marker.symbol != second.marker.symbol
    assert list(made.layout.xaxis.tickvals) == [16, 64]


def test_the_grid_is_shaded_by_distance_and_names_its_cells() -> None:
    cells, text = plots.heat(np.array([[0.0, 0.5], [np.nan, 1.0]]), ["Query", "Key"]).data
    np.testing.assert_array_equal(cells.z, [[0.0, 0.5], [np.nan, 1.0]])
    assert list(text.text) == ["0 %", "50.0 %", "", "100.0 %"]
    assert cells.customdata[1][1] == "Layer 2, Key: 100.0 %"


def test_nothing_that_moved_makes_a_grid_without_shades() -> None:
    cells, _ = plots.heat(np.zeros((2, 2)), ["Query", "Key"]).data
    assert not np.array(cells.z).any()


def test_bars_are_as_long_as_the_distances() -> None:
    [bars] = plots.distances([("Layer 1", 0.25), ("Pooler", 0.0)]).data
    assert list(bars.x) == [0.25, 0.0]
    assert list(bars.text) == ["25.0 %", "0 %"]


def test_similarity_has_a_line_for_each_measure() -> None:
    found = Similarity(
        tokens=("a", "b"),
        cosine=np.array([[1.0, 1.0], [0.5, 0.7]]),
        cka=np.array([np.nan, 0.9]),
    )
    made = plots.similarity(found)
    mean, alignment = made.data
    assert list(mean.y) == pytest.approx([1.0, 0.6])
    assert (list(alignment.x), list(alignment.y)) == ([1], [0.9])  # a single token has none

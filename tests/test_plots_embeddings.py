from dataclasses import replace

import numpy as np
import pytest

from playground.embeddings import Method, Occurrence, Projection, Similarity, WordInContext
from playground.models.queries import Pooling
from playground.plots import embeddings as plots

COSINES = np.array([[1, 0.5, -0.25], [0.5, 1, 0], [-0.25, 0, 1]], dtype=np.float32)


def similarity(query: np.ndarray | None = None) -> Similarity:
    return Similarity(
        texts=("<b>one</b>", "two", "a line of more than twenty-two characters"),
        cosines=COSINES,
        query="q",
        query_cosines=query,
        pooling=Pooling.MEAN,
    )


def word() -> WordInContext:
    """Two layers above the input, two places in the first sentence and one in the second."""
    occurrences = [
        Occurrence(sentence=s, number=n, alone=alone, start=0, end=1, tokens=(0,))
        for s, n, alone in ((0, 1, False), (0, 2, False), (1, 1, True))
    ]
    rng = np.random.default_rng(0)
    return WordInContext(
        word="x",
        sentences=("<i>x</i> x", "x"),
        occurrences=tuple(occurrences),
        states=rng.normal(size=(3, 3, 4)).astype(np.float32),
        cosines=np.stack([COSINES, COSINES / 2, COSINES / 4]),
        path=np.arange(18, dtype=np.float32).reshape(3, 3, 2),
        explained=(0.5, 0.25),
    )


def test_the_matrix_has_every_cosine_and_text_as_written() -> None:
    cells, text = plots.matrix(similarity()).data
    assert cells.z.tolist() == [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]  # shaded from 0 on
    assert list(text.text) == [
        "1.00",
        "0.50",
        "−0.25",
        "0.50",
        "1.00",
        "0.00",
        "−0.25",
        "0.00",
        "1.00",
    ]
    assert list(plots.matrix(similarity()).layout.yaxis.ticktext) == ["1", "2", "3"]
    assert cells.customdata[0][1] == "0.500<br>&lt;b&gt;one&lt;/b&gt;<br>two"


def test_many_cosines_are_seen_on_hover_only() -> None:
    many = replace(
        similarity(), texts=("a",) * 13, cosines=np.full((13, 13), 0.5, dtype=np.float32)
    )
    cells, text = plots.matrix(many).data
    assert set(text.text) == {""}
    assert cells.customdata[3][4] == "0.500<br>a<br>a"


def test_the_query_has_its_nearest_line_on_top() -> None:
    [bar] = plots.query(similarity(np.array([0.1, 0.75, -0.5], dtype=np.float32))).data
    assert list(bar.x) == [0.75, pytest.approx(0.1), 0]
    assert list(bar.text) == ["0.75", "0.10", "−0.50"]


def test_groups_of_a_map_are_told_apart_and_rare_ones_are_together() -> None:
    values = ["<a>"] * 3 + [f"g{n}" for n in range(9) for _ in range(2)] + ["rare"]
    points = np.arange(2 * len(values), dtype=np.float32).reshape(-1, 2)
    made = plots.scatter(
        Projection(method=Method.TSNE, points=points), ["<t>"] * len(values), values
    )
    assert made.data[0].name == "&lt;a&gt;"
    assert len(made.data) == len(plots.COLOURS) + 1
    assert len({(trace.marker.color, trace.marker.symbol) for trace in made.data}) == 9
    rest = made.data[-1]
    assert rest.name == plots.REST
    assert list(rest.customdata) == [17, 18, 19, 20, 21]
    assert list(rest.x) == [34, 36, 38, 40, 42]
    assert {trace.type for trace in made.data} == {"scattergl"}
    assert made.data[0].text[0] == "&lt;t&gt;"


def test_a_map_without_a_column_has_one_group_and_pca_its_shares() -> None:
    projection = Projection(
        method=Method.PCA, points=np.zeros((2, 2), dtype=np.float32), explained=(0.25, 0.125)
    )
    made = plots.scatter(projection, ["a", "b"])
    assert len(made.data) == 1
    assert not made.layout.showlegend
    assert made.layout.xaxis.title.text == "First component (25.0 %)"
    assert made.layout.yaxis.title.text == "Second component (12.5 %)"


def test_a_value_named_like_the_rest_keeps_all_points() -> None:
    values = [plots.REST] * 2 + [f"g{n}" for n in range(9)]
    places = [place for group in plots.grouped(values, 11).values() for place in group]
    assert sorted(places) == list(range(11))


def test_each_other_place_of_a_word_has_a_line() -> None:
    first, second = plots.layers(word(), 0).data
    assert list(first.y) == [0.5, 0.25, 0.125]
    assert list(second.y) == [-0.25, -0.125, -0.0625]
    assert first.name == "1, no. 2  &lt;i&gt;x&lt;/i&gt; x"
    assert second.name == "2  x"


def test_paths_go_from_the_input_to_the_last_layer() -> None:
    made = plots.paths(word())
    assert [list(line.x) for line in made.data] == [[0, 6, 12], [2, 8, 14], [4, 10, 16]]
    assert [list(line.text) for line in made.data] == [["0", "", "2"], ["", "", "2"], ["", "", "2"]]
    assert made.layout.xaxis.title.text == "First component (50.0 %)"

"""The figures of the Attention page hold the numbers they are given, and stay light."""

import numpy as np

from playground.attention import HeadFigures, Token, Unit, View
from playground.plots import attention as plots

MEGABYTE = 1_000_000


def units(count: int) -> tuple[Unit, ...]:
    return tuple(
        Unit(text=f"w{index}", tokens=(index,), sentence=0, special=False) for index in range(count)
    )


def shown(weights: np.ndarray) -> View:
    return View(
        rows=units(weights.shape[-2]),
        columns=units(weights.shape[-1]),
        weights=weights.astype(np.float32),
    )


def figures(layers: int, heads: int) -> HeadFigures:
    numbers = np.arange(layers * heads, dtype=np.float32).reshape(layers, heads)
    return HeadFigures(
        entropy=numbers,
        distance=numbers,
        special=numbers,
        previous=numbers,
        next=numbers,
        same=numbers,
    )


def test_a_heatmap_names_both_tokens_and_the_value() -> None:
    made = plots.heatmap(shown(np.array([[0.25, 0.75], [1, 0]])))
    np.testing.assert_array_equal(made.data[0].z, [[0.25, 0.75], [1, 0]])
    assert made.layout.xaxis.labelalias["1"] == "w1"
    assert "from" in made.data[0].hovertemplate
    assert made.layout.yaxis.autorange == "reversed"


def test_the_scale_ends_with_the_strongest_link_between_words() -> None:
    rows = (Unit(text="[CLS]", tokens=(0,), sentence=None, special=True), *units(3)[1:])
    weights = np.array([[0.1, 0.8, 0.1], [0.9, 0.03, 0.07], [0.5, 0.2, 0.3]], dtype=np.float32)
    made = plots.heatmap(View(rows=rows, columns=rows, weights=weights))
    np.testing.assert_allclose((made.data[0].zmin, made.data[0].zmax), (0, 0.3))
    only_special = plots.heatmap(View(rows=rows[:1], columns=rows, weights=weights[:1] * 0.5))
    np.testing.assert_allclose(only_special.data[0].zmax, 0.4)


def test_halves_between_tokens_have_no_name() -> None:
    names = plots.heatmap(shown(np.eye(100))).layout.xaxis.labelalias
    assert (names["7"], names["7.5"]) == ("w7", "")


def test_markup_in_a_token_stays_text() -> None:
    markup = Unit(text="<b>x</b>", tokens=(0,), sentence=0, special=False)
    one = View(rows=(markup,), columns=(markup,), weights=np.ones((1, 1), dtype=np.float32))
    assert plots.heatmap(one).layout.xaxis.labelalias["0"] == "&lt;b&gt;x&lt;/b&gt;"


def test_a_difference_is_centred_on_zero() -> None:
    made = plots.difference(shown(np.array([[0.5, 0.1]])), shown(np.array([[0.2, 0.5]])))
    np.testing.assert_allclose(made.data[0].z, [[0.3, -0.4]], rtol=1e-6)
    np.testing.assert_allclose((made.data[0].zmin, made.data[0].zmax), (-0.4, 0.4), rtol=1e-6)


def test_each_thumbnail_shows_its_head_and_carries_its_number() -> None:
    weights = np.zeros((2, 3, 2, 2), dtype=np.float32)
    weights[1, 2, 0, 1] = 0.5  # the only link; scaled to its head's strongest
    made = plots.all_heads(weights, figures(2, 3))
    mosaic = np.asarray(made.data[0].z)
    assert np.argwhere(mosaic).tolist() == [[3, 7]]  # a step of 3 pixels: second row, third column
    assert mosaic[3, 7] == 255
    assert list(made.data[1].customdata[5][:2]) == [2, 3]


def test_all_heads_of_512_tokens_stay_below_two_megabytes() -> None:
    weights = np.random.default_rng(0).random((6, 12, 512, 512), dtype=np.float32)
    assert len(plots.all_heads(weights, figures(6, 12)).to_json()) < 2 * MEGABYTE


def test_a_link_of_a_shrunk_head_does_not_vanish() -> None:
    weights = np.full((1, 1, 500, 500), 1e-4, dtype=np.float32)
    weights[0, 0, 250, 7] = 1
    assert 255 in np.asarray(plots.all_heads(weights, figures(1, 1)).data[0].z)


def test_flow_is_one_bar_a_token_even_where_two_are_alike() -> None:
    la = Token(text="la", start=0, end=0, sentence=0, continues_word=False)
    markup = Token(text="<b>", start=0, end=0, sentence=0, continues_word=False)
    [bars] = plots.flow(np.array([0.5, 1, 0]), [markup, la, la]).data
    assert list(bars.x) == ["&lt;b&gt; 1", "la 2", "la 3"]
    np.testing.assert_array_equal(bars.y, [0.5, 1, 0])

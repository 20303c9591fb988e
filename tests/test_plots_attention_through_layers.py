"""Rollout and flow as figures: their values as they are, every token with a name of its own."""

import numpy as np

from playground.attention import Token
from playground.plots import attention_through_layers as plots

TOKENS = [
    Token(text=text, start=0, end=0, sentence=0, continues_word=continues)
    for text, continues in (("<b>", False), ("la", False), ("la", True))
]
NAMES = ["&lt;b&gt; 1", "la 2", "·la 3"]


def test_rollout_has_the_layer_on_y_and_the_input_on_x() -> None:
    shares = np.array([[1, 0, 0], [0.2, 0.8, 0], [0.1, 0.3, 0.6]])
    made = plots.rollout(shares, TOKENS)
    [cells] = made.data
    np.testing.assert_allclose(cells.z, shares, atol=1e-7)
    assert list(cells.x) == list(cells.y) == NAMES
    assert made.layout.yaxis.autorange == "reversed"  # the first token on top


def test_special_tokens_do_not_set_the_shade_of_the_text() -> None:
    special = Token(text="[CLS]", start=0, end=0, sentence=None, continues_word=False)
    made = plots.rollout(np.array([[0.9, 0.1], [0.8, 0.2]]), [special, TOKENS[1]])
    assert made.data[0].zmax == 0.2
    assert made.data[0].z.max() > 0.8


def test_flow_is_one_bar_a_token() -> None:
    [bars] = plots.flow(np.array([0.5, 1, 0]), TOKENS).data
    assert list(bars.x) == NAMES
    np.testing.assert_array_equal(bars.y, [0.5, 1, 0])


def test_five_hundred_tokens_are_light() -> None:
    tokens = TOKENS * 170
    made = plots.rollout(np.eye(len(tokens)), tokens)
    assert len(made.to_json()) < 1_500_000
    assert made.layout.height <= plots.MAX_HEIGHT

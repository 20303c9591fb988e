"""Each switch does to the weights what its label says; all numbers are written by hand."""

import numpy as np
import pytest

from playground.attention import (
    AttentionMap,
    Direction,
    Special,
    Switches,
    Token,
    Units,
    square,
    view,
)
from playground.attention.switches import merged, strongest_only
from playground.errors import TextError

# [CLS] un ##well [SEP] fine [SEP]: the first text is one word of two pieces.
TOKENS = (
    Token(text="[CLS]", start=0, end=0, sentence=None, continues_word=False),
    Token(text="un", start=0, end=2, sentence=0, continues_word=False),
    Token(text="well", start=2, end=6, sentence=0, continues_word=True),
    Token(text="[SEP]", start=0, end=0, sentence=None, continues_word=False),
    Token(text="fine", start=0, end=4, sentence=1, continues_word=False),
    Token(text="[SEP]", start=0, end=0, sentence=None, continues_word=False),
)
WEIGHTS = np.array(
    [
        [0.5, 0.1, 0.1, 0.1, 0.1, 0.1],
        [0.2, 0.3, 0.1, 0.1, 0.2, 0.1],
        [0.4, 0.1, 0.1, 0.0, 0.4, 0.0],
        [0.1, 0.1, 0.1, 0.5, 0.1, 0.1],
        [0.2, 0.1, 0.3, 0.1, 0.2, 0.1],
        [0.1, 0.1, 0.1, 0.1, 0.1, 0.5],
    ],
    dtype=np.float32,
)


def attended(texts: tuple[str, ...] = ("unwell", "fine")) -> AttentionMap:
    return AttentionMap(
        texts=texts,
        tokens=TOKENS,
        input_ids=tuple(range(6)),
        token_type_ids=(0, 0, 0, 0, 1, 1),
        weights=WEIGHTS[None, None],
        hidden_states=np.zeros((2, 6, 4), dtype=np.float32),
    )


def test_without_switches_the_weights_stay() -> None:
    shown = view(attended(), WEIGHTS, Switches())
    np.testing.assert_array_equal(shown.weights, WEIGHTS)
    assert [unit.text for unit in shown.rows] == [token.text for token in TOKENS]


def test_hidden_special_tokens_leave_the_rest_as_it_is() -> None:
    shown = view(attended(), WEIGHTS, Switches(special=Special.HIDE))
    assert [unit.text for unit in shown.columns] == ["un", "well", "fine"]
    np.testing.assert_allclose(shown.weights, [[0.3, 0.1, 0.2], [0.1, 0.1, 0.4], [0.1, 0.3, 0.2]])


def test_renormalised_rows_sum_to_one() -> None:
    shown = view(attended(), WEIGHTS, Switches(special=Special.RENORMALISE))
    np.testing.assert_allclose(shown.weights[0], [1 / 2, 1 / 6, 1 / 3], rtol=1e-6)
    np.testing.assert_allclose(shown.weights.sum(axis=-1), 1, rtol=1e-6)


def test_merging_into_words_conserves_mass() -> None:
    shown = view(attended(), WEIGHTS, Switches(units=Units.WORDS))
    assert [unit.text for unit in shown.rows] == ["[CLS]", "unwell", "[SEP]", "fine", "[SEP]"]
    # The word gives the mean of (0.2, 0.4, ...) and (0.4, 0.2, ...) and gets the sum of its pieces.
    np.testing.assert_allclose(shown.weights[1], [0.3, 0.3, 0.05, 0.3, 0.05], rtol=1e-6)
    np.testing.assert_allclose(shown.weights[3], [0.2, 0.4, 0.1, 0.2, 0.1], rtol=1e-6)
    np.testing.assert_allclose(shown.weights.sum(axis=-1), 1, rtol=1e-6)


def test_a_to_b_is_exactly_that_block() -> None:
    shown = view(attended(), WEIGHTS, Switches(direction=Direction.FIRST_TO_SECOND))
    assert [unit.text for unit in shown.rows] == ["un", "well"]
    assert [unit.text for unit in shown.columns] == ["fine"]
    np.testing.assert_allclose(shown.weights, [[0.2], [0.4]])


def test_b_to_a_is_the_other_block() -> None:
    shown = view(attended(), WEIGHTS, Switches(direction=Direction.SECOND_TO_FIRST))
    np.testing.assert_allclose(shown.weights, [[0.1, 0.3]])


def test_a_direction_needs_a_pair() -> None:
    with pytest.raises(TextError, match="second text"):
        view(attended(("unwell",)), WEIGHTS, Switches(direction=Direction.FIRST_TO_SECOND))


def test_the_strongest_links_up_to_a_share() -> None:
    row = np.array([[0.5, 0.3, 0.15, 0.05], [0.25, 0.25, 0.25, 0.25], [0, 0, 0, 0]])
    kept = strongest_only(row, 0.75)
    # 0.5 alone is less than 0.75, so 0.3 belongs to it; of equal ones the first come first.
    expected = np.array([[0.5, 0.3, 0, 0], [0.25, 0.25, 0.25, 0], [0, 0, 0, 0]])
    np.testing.assert_allclose(kept, expected)


def test_merging_keeps_the_axes_before() -> None:
    both = merged(np.stack([WEIGHTS, WEIGHTS]), [(0,), (1, 2), (3,), (4,), (5,)])
    assert both.shape == (2, 5, 5)
    np.testing.assert_allclose(both.sum(axis=-1), 1, rtol=1e-6)


def test_a_direction_as_a_square_is_empty_outside_its_block() -> None:
    block = view(attended(), WEIGHTS, Switches(direction=Direction.FIRST_TO_SECOND))
    units, weights = square(block)
    assert [unit.text for unit in units] == ["un", "well", "fine"]
    np.testing.assert_allclose(weights, np.array([[0, 0, 0.2], [0, 0, 0.4], [0, 0, 0]]))

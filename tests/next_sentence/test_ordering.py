"""The best order of sentences against all orders, and its figures by hand."""

from collections.abc import Callable
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pytest

from playground.errors import TextError, TextTooLongError
from playground.next_sentence import best_path, compared, order_paragraph
from tests.next_sentence.conftest import NUMBERS

TEXT = " ".join(f"{name.capitalize()} is a number." for name in NUMBERS[:6])


@pytest.mark.parametrize("count", [2, 3, 5, 7])
def test_no_order_is_better_than_the_best_path(count: int) -> None:
    for seed in range(5):
        scores = np.random.default_rng(seed).normal(size=(count, count))
        best = max(
            permutations(range(count)),
            key=lambda order: sum(scores[step] for step in pairwise(order)),
        )
        assert best_path(scores) == best


def test_the_diagonal_is_never_a_step() -> None:
    scores = np.array([[9.0, 1.0, 0.0], [0.0, 9.0, 1.0], [0.0, 0.0, 9.0]])
    assert best_path(scores) == (0, 1, 2)


def test_fifteen_sentences_get_their_one_best_order() -> None:
    order = np.random.default_rng(0).permutation(15)
    scores = np.full((15, 15), -1.0)
    scores[order[:-1], order[1:]] = 0.0
    assert best_path(scores) == tuple(order.tolist())


def test_figures_by_hand() -> None:
    scores = np.arange(16.0).reshape(4, 4)
    found = compared([0, 1, 3, 2], scores)
    assert found.tau == pytest.approx(4 / 6)  # five of six pairs right, one wrong
    assert found.neighbours == pytest.approx(1 / 3)  # 0 and 1
    assert found.log_probability == 1 + 7 + 14
    assert compared([3, 2, 1, 0], scores).tau == pytest.approx(-1)


def test_a_head_that_can_count_restores_the_order(counting: Callable[..., Any]) -> None:
    model = counting()
    found = order_paragraph(TEXT, seed=3, model=model)
    assert [one.split()[0].lower() for one in found.sentences] == NUMBERS[:6]
    assert found.found == found.true
    assert found.found.sentences == (0, 1, 2, 3, 4, 5)
    assert found.found.tau == pytest.approx(1.0)
    assert found.found.neighbours == 1.0
    assert sorted(found.shuffled.sentences) == list(range(6))
    assert found.shuffled.sentences != found.true.sentences
    assert found.neighbours_at_random == pytest.approx(1 / 6)
    assert model.asked == [30]
    assert found.probabilities[0, 1] == pytest.approx(1 / (1 + np.exp(-6)))
    assert found.probabilities[1, 0] == pytest.approx(1 / (1 + np.exp(-1)))
    assert np.isnan(found.probabilities.diagonal()).all()


def test_a_seed_shuffles_the_same_again(counting: Callable[..., Any]) -> None:
    first, again, other = (
        order_paragraph(TEXT, seed=seed, model=counting()).shuffled.sentences for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_random_orders_keep_the_share_that_is_told(counting: Callable[..., Any]) -> None:
    kept = [compared(order, np.zeros((5, 5))).neighbours for order in permutations(range(5))]
    text = " ".join(f"{name.capitalize()} is a number." for name in NUMBERS[:5])
    found = order_paragraph(text, seed=1, model=counting())
    assert np.mean(kept) == pytest.approx(found.neighbours_at_random)


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "There is no sentence here"), ("One is a number.", "There is one sentence here")],
)
def test_one_sentence_has_no_order(counting: Callable[..., Any], text: str, said: str) -> None:
    with pytest.raises(TextError, match=said):
        order_paragraph(text, seed=1, model=counting())


def test_too_many_sentences_are_refused(counting: Callable[..., Any]) -> None:
    with pytest.raises(TextTooLongError, match="16 sentences; at most 15"):
        order_paragraph("One.\n" * 16, seed=1, model=counting())

"""Pairs as BERT's pre-training drew them."""

from collections.abc import Callable
from typing import Any

import pytest

from playground.errors import TextError, TextTooLongError
from playground.next_sentence import Drawn, pre_training_pairs

TEXT = "One. Two.\nThree.\n\nSix. Seven.\n \t\nNine. Ten. Eight."


def test_each_sentence_but_the_last_of_a_document_begins_a_pair(
    counting: Callable[..., Any],
) -> None:
    model = counting()
    found = pre_training_pairs(TEXT, seed=1, model=model)
    assert found.sentences == (
        "One.",
        "Two.",
        "Three.",
        "Six.",
        "Seven.",
        "Nine.",
        "Ten.",
        "Eight.",
    )
    assert found.documents == (0, 0, 0, 1, 1, 2, 2, 2)
    assert [pair.first for pair in found.pairs] == [0, 1, 3, 5, 6]
    assert model.asked == [5]


def test_the_coin_decides_and_wrong_sentences_are_of_other_documents(
    counting: Callable[..., Any],
) -> None:
    pairs: list[Drawn] = []
    for seed in range(60):
        found = pre_training_pairs(TEXT, seed=seed, model=counting())
        pairs += found.pairs
        for pair in found.pairs:
            assert pair.is_next == (pair.coin < 0.5)
            if pair.is_next:
                assert pair.second == pair.first + 1
            else:
                assert found.documents[pair.second] != found.documents[pair.first]
    # Of 300 coins three standard deviations are 8.7 points.
    assert sum(pair.is_next for pair in pairs) / len(pairs) == pytest.approx(0.5, abs=0.087)
    wrong = {pair.second for pair in pairs if pair.first == 0 and not pair.is_next}
    assert wrong == {3, 4, 5, 6, 7}


def test_a_seed_draws_the_same_again(counting: Callable[..., Any]) -> None:
    first, again, other = (
        pre_training_pairs(TEXT, seed=seed, model=counting()).pairs for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_segments_change_behind_the_first_sep(counting: Callable[..., Any]) -> None:
    found = pre_training_pairs("One is. Two.\n\nSix.", seed=1, model=counting())
    [pair] = found.pairs
    assert [token.text for token in pair.tokens][:5] == ["[CLS]", "one", "is", ".", "[SEP]"]
    assert [token.segment for token in pair.tokens] == [0] * 5 + [1] * 3
    assert pair.tokens[-1].text == "[SEP]"


def test_the_head_is_right_where_it_agrees_with_the_label(counting: Callable[..., Any]) -> None:
    found = pre_training_pairs(TEXT, seed=1, model=counting())
    by_hand = 0
    for pair in found.pairs:
        expected = pair.probability > 0.5
        by_hand += expected == pair.is_next
    assert found.right == by_hand
    assert all(pair.probability > 0.9 for pair in found.pairs if pair.is_next and pair.first != 6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is none here"),
        ("One. Two. Three.", "there is one here"),
        ("One.\n\nTwo.\n\nThree.", "none has a next one"),
    ],
)
def test_what_makes_no_pairs(counting: Callable[..., Any], text: str, said: str) -> None:
    with pytest.raises(TextError, match=said):
        pre_training_pairs(text, seed=1, model=counting())


def test_too_many_pairs_are_refused(counting: Callable[..., Any]) -> None:
    with pytest.raises(TextTooLongError, match="61 pairs; at most 60"):
        pre_training_pairs("One. " * 62 + "\n\nTwo.", seed=1, model=counting())

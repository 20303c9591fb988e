"""What changed between two versions, and a text sentence by sentence."""

from collections.abc import Callable
from math import exp
from typing import Any

import pytest

from playground.errors import EmptyTextError
from playground.models.queries import Labels
from playground.sentiment import by_sentence, compare
from playground.sentiment.edits import changes

Adder = Callable[..., Any]


def positive(logit: float) -> float:
    return 1 / (1 + exp(-logit))


@pytest.mark.parametrize(
    ("before", "after", "gone", "come"),
    [
        ("a good film", "a bad film", ["good"], ["bad"]),
        ("a good film", "a good film", [], []),
        ("a film", "a very good film", [], ["very good"]),
        ("a very good film", "a film", ["very good"], []),
        ("Good film.", "Good  film!", ["."], ["!"]),
        ("", "all new", [], ["all new"]),
        ("one two three", "one 2 three four", ["two"], ["2", "four"]),
    ],
)
def test_changed_words_are_found(before: str, after: str, gone: list[str], come: list[str]) -> None:
    first, second = changes(before, after)
    assert [before[start:end] for start, end in first] == gone
    assert [after[start:end] for start, end in second] == come


def test_an_edit_is_followed_by_the_positive_label(adding: Adder) -> None:
    found = compare("a good film", "a bad film", model=adding())
    assert found.label == 1
    assert found.difference == pytest.approx(positive(-2) - positive(2))
    assert (found.before.verdict, found.after.verdict) == ("POSITIVE", "NEGATIVE")
    assert compare("good", "bad", model=adding(), label=0).difference == pytest.approx(
        positive(2) - positive(-2)
    )


def test_without_a_positive_label_the_likeliest_before_is_followed(adding: Adder) -> None:
    model = adding(labels=Labels(names=("1 star", "5 stars")))
    assert compare("bad", "good", model=model).label == 0


def test_either_text_may_be_refused(adding: Adder) -> None:
    with pytest.raises(EmptyTextError):
        compare("good", " ", model=adding())


def test_each_sentence_is_read_by_itself(adding: Adder) -> None:
    model = adding()
    found = by_sentence("A good film. Bad cast!\n\u200b\nThe plot", model=model)
    assert found.whole.probabilities[1] == pytest.approx(0.5)  # 2 - 2
    assert [(one.start, one.end) for one in found.sentences] == [(0, 12), (13, 22), (25, 33)]
    assert [one.found.probabilities[1] for one in found.sentences] == pytest.approx(
        [positive(2), positive(-2), 0.5]
    )
    assert model.asked == [1, 3]  # the whole, and all sentences at once

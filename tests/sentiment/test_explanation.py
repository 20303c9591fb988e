"""Words' shares and the check on them, by hand and on tiny models of every family."""

from collections.abc import Callable
from math import exp
from typing import Any

import pytest

from playground.models import fake
from playground.models.engine import Model
from playground.sentiment import classify, deletion, explain
from playground.sentiment.deletion import POINTS
from playground.sentiment.explain import baseline_ids

Adder = Callable[..., Any]
TEXT = "The film is long and slow, but never dull."


def positive(logit: float) -> float:
    return 1 / (1 + exp(-logit))


def test_tokens_are_added_up_to_words(adding: Adder) -> None:
    model = adding()
    found = explain(classify("A greatly bad film!", model=model), model=model, label=1)
    assert [(word.text, word.value) for word in found.words] == [
        ("A", 0), ("greatly", 3), ("bad", -2), ("film", 0), ("!", 0)
    ]  # fmt: skip
    assert found.words[1].tokens == (1, 2)
    assert (found.words[1].start, found.words[1].end) == (2, 9)
    assert (found.score, found.baseline_score, found.special, found.gap) == (1, 0, 0, 0)
    assert [word.text for word in found.strongest(2)] == ["greatly", "bad"]
    assert (found.steps, found.relative_gap) == (16, 0)


def test_the_likeliest_label_is_explained_unless_another_is_asked_for(adding: Adder) -> None:
    model = adding()
    classified = classify("awful film", model=model)
    assert explain(classified, model=model).label == 0
    assert explain(classified, model=model).words[0].value == 4
    assert explain(classified, model=model, label=1).words[0].value == -4


def test_steps_are_doubled_until_the_gap_is_small(adding: Adder) -> None:
    # A difference of 2 and 0.2, 0.1: at 32 steps the gap is 0.1 / 2.1, less than 5 %.
    model = adding(first_gap=0.2)
    found = explain(classify("good", model=model), model=model)
    assert found.steps == 32
    assert found.gap == pytest.approx(0.1)
    assert found.relative_gap == pytest.approx(0.1 / 2.1)


def test_a_gap_that_stays_is_told(adding: Adder) -> None:
    model = adding(first_gap=16.0)
    found = explain(classify("good", model=model), model=model)
    assert found.steps == 128
    assert found.relative_gap == pytest.approx(2 / 4)
    nothing = explain(classify("film", model=model), model=model, label=1)
    assert nothing.relative_gap == 1  # all of the difference


def test_a_text_without_any_difference_has_no_gap(adding: Adder) -> None:
    model = adding()
    assert explain(classify("film", model=model), model=model).relative_gap == 0


def test_a_window_of_a_long_text_is_explained_by_itself(adding: Adder) -> None:
    model = adding(max_tokens=6)
    classified = classify("good film film film film bad", model=model)
    found = explain(classified, model=model, label=1, part=1)
    assert [(word.text, word.value) for word in found.words] == [
        ("film", 0), ("film", 0), ("bad", -2)
    ]  # fmt: skip
    assert found.words[-1].tokens == (5,)
    assert (found.words[-1].start, found.words[-1].end) == (25, 28)


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_every_familys_shares_add_up(tiny: Callable[[str], Model], family: str) -> None:
    model = tiny(family)
    found = explain(classify(TEXT, model=model), model=model)
    total = sum(word.value for word in found.words) + found.special + found.gap
    assert total == pytest.approx(found.score - found.baseline_score, abs=1e-4)
    assert found.relative_gap < 0.05
    assert found.special == pytest.approx(0, abs=1e-5)
    assert TEXT.replace(" ", "") == "".join(word.text for word in found.words).replace(" ", "")
    baseline = baseline_ids(found.window, model=model)
    assert baseline[0] == found.window.input_ids[0]
    assert baseline[-1] == found.window.input_ids[-1]
    assert set(baseline[1:-1]) == {model.tokenizer.mask_token_id}


def test_words_are_deleted_by_what_they_add(adding: Adder) -> None:
    model = adding()
    found = deletion(
        explain(classify("film bad good great", model=model), model=model, label=1), model=model
    )
    assert [word.text for word in found.order] == ["great", "good", "film", "bad"]
    assert found.removed == (0, 1, 2, 3, 4)
    # 3 + 2 - 2 = 3 at first, then without great, good, film, bad.
    assert found.by_attribution == pytest.approx([positive(x) for x in (3, 0, -2, -2, 0)])
    assert found.mean_by_attribution == pytest.approx(sum(found.by_attribution) / 5)
    assert found.at_random[0] == pytest.approx(positive(3))
    assert found.at_random[-1] == pytest.approx(0.5)
    assert found.lowest[2] <= found.at_random[2] <= found.highest[2]
    assert found.is_faster
    assert model.asked[-1] == 11 * 5  # all at once


def test_a_wrong_attribution_fails_the_check(adding: Adder) -> None:
    model = adding()
    explanation = explain(classify("bad film good great", model=model), model=model, label=0)
    object.__setattr__(explanation, "label", 1)  # NEGATIVE's words, checked against POSITIVE
    assert not deletion(explanation, model=model).is_faster


def test_a_curve_of_a_long_text_has_a_bounded_number_of_points(adding: Adder) -> None:
    model = adding()
    found = deletion(explain(classify("good film " * 14, model=model), model=model), model=model)
    assert found.removed[0] == 0
    assert found.removed[-1] == 28
    assert len(found.removed) == POINTS + 1


def test_long_windows_are_checked_against_fewer_random_orders(adding: Adder) -> None:
    model = adding(max_tokens=200)
    deletion(explain(classify("good film " * 51, model=model), model=model), model=model)
    assert model.asked[-1] == (1 + 3) * (POINTS + 1)


def test_the_random_orders_are_always_the_same(adding: Adder) -> None:
    model = adding()
    explanation = explain(classify("good bad film great", model=model), model=model)
    assert deletion(explanation, model=model) == deletion(explanation, model=model)


def test_pieces_of_a_word_go_together(adding: Adder) -> None:
    model = adding()
    explanation = explain(classify("greatly film", model=model), model=model)
    heard: list[tuple[int, ...]] = []
    logits = model.logits

    def listening(queries: list[Any]) -> Any:
        heard.extend(query.input_ids for query in queries)
        return logits(queries)

    model.logits = listening
    deletion(explanation, model=model)
    great, ly, film = (model.tokenizer.convert_tokens_to_ids(t) for t in ("great", "##ly", "film"))
    cls, sep = model.tokenizer.cls_token_id, model.tokenizer.sep_token_id
    assert set(heard) == {
        (cls, great, ly, film, sep), (cls, film, sep), (cls, great, ly, sep), (cls, sep)
    }  # fmt: skip

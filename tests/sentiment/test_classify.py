"""Labels and probabilities of texts, by hand and against transformers."""

from collections.abc import Callable
from math import exp
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification

from playground.errors import EmptyTextError, PlaygroundError, TextTooLongError
from playground.models import fake
from playground.models.engine import Model
from playground.models.queries import Labels
from playground.sentiment import Classified, classify, classify_all, probabilities

Adder = Callable[..., Any]


def positive(logit: float, temperature: float = 1.0) -> float:
    return 1 / (1 + exp(-logit / temperature))


def test_probabilities_are_a_softmax_of_cooled_logits() -> None:
    labels = Labels(names=("a", "b", "c"), temperature=2.0)
    # exp(1), exp(0), exp(-1) over their sum 4.08616
    found = probabilities(np.array([[2.0, 0.0, -2.0]]), labels)
    assert found == pytest.approx(np.array([[0.66524, 0.24473, 0.09003]]), abs=1e-5)


def test_several_labels_have_probabilities_of_their_own() -> None:
    labels = Labels(names=("a", "b"), several=True, temperature=2.0)
    found = probabilities(np.array([0.0, 4.0]), labels)
    assert found == pytest.approx(np.array([0.5, 0.880797]), abs=1e-6)


def test_huge_logits_stay_numbers() -> None:
    for several in (False, True):
        found = probabilities(np.array([1e4, -1e4]), Labels(names=("a", "b"), several=several))
        assert found.tolist() == pytest.approx([1, 0])


def test_a_text_that_fits_is_read_at_once(adding: Adder) -> None:
    found = classify("The film is good", model=adding())
    assert found.probabilities == pytest.approx((1 - positive(2), positive(2)))
    assert (found.best, found.focus, found.verdict, found.found) == (1, 1, "POSITIVE", (1,))
    [part] = found.parts
    assert (part.start, part.end) == (0, 16)
    assert found.notices == ()


def test_the_temperature_cools_probabilities(adding: Adder) -> None:
    labels = Labels(names=("NEGATIVE", "POSITIVE"), temperature=2.0)
    found = classify("good", model=adding(labels=labels))
    assert found.probabilities[1] == pytest.approx(positive(2, 2.0))


def test_a_long_text_is_the_mean_of_its_windows_by_tokens(adding: Adder) -> None:
    # Room for 8 tokens; next windows share 2: tokens 0 to 7 and 6 to 11.
    model = adding(max_tokens=10)
    found = classify("good film film film film film film film film film film bad", model=model)
    assert [(one.window.begin, one.window.end) for one in found.parts] == [(0, 8), (6, 12)]
    assert [one.probabilities[1] for one in found.parts] == pytest.approx(
        [positive(2), positive(-2)]
    )
    assert found.probabilities[1] == pytest.approx((8 * positive(2) + 6 * positive(-2)) / 14)
    assert (found.parts[1].start, found.parts[1].end) == (30, 58)
    assert model.asked == [2]  # at once


def test_windows_are_as_small_as_asked_for(adding: Adder) -> None:
    found = classify("good film bad film", model=adding(), size=4, overlap=0.5)
    assert [(one.window.begin, one.window.end) for one in found.parts] == [(0, 2), (1, 3), (2, 4)]


def test_all_texts_are_one_request_and_errors_keep_their_place(adding: Adder) -> None:
    model = adding()
    good, empty, long, bad = classify_all(["good", " \n", "a" * 30_000, "bad"], model=model)
    assert isinstance(good, Classified)
    assert isinstance(bad, Classified)
    assert (good.verdict, bad.verdict) == ("POSITIVE", "NEGATIVE")
    assert isinstance(empty, EmptyTextError)
    assert isinstance(long, TextTooLongError)
    assert model.asked == [2]
    assert classify_all([], model=model) == []


def test_a_text_with_nothing_to_read_is_refused(adding: Adder) -> None:
    with pytest.raises(EmptyTextError):
        classify("\0", model=adding())


def test_of_several_labels_all_from_one_half_on_are_found(adding: Adder) -> None:
    model = adding(labels=Labels(names=("calm", "glad"), several=True))
    assert classify("film", model=model).verdict == "calm, glad"  # logits of 0: one half each
    assert classify("bad", model=model).verdict == "calm"
    rare = Labels(names=("calm", "glad"), several=True)
    found = Classified(
        read=classify("film", model=model).read, labels=rare, parts=(), probabilities=(0.2, 0.4)
    )
    assert (found.found, found.verdict, found.best) == ((), "no label", 1)


def test_without_a_positive_label_the_likeliest_is_followed(adding: Adder) -> None:
    model = adding(labels=Labels(names=("1 star", "5 stars")))
    assert classify("bad", model=model).focus == 0
    assert classify("good", model=model).focus == 1
    named = adding(labels=Labels(names=("Positive", "Negative")))
    assert classify("good", model=named).focus == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [("Фильм очень хороший", "Cyrillic script"), ("!!! , .", "no words"), ("good film", "")],
)
def test_notices_say_what_the_model_cannot_read(adding: Adder, text: str, said: str) -> None:
    notices = classify(text, model=adding()).notices
    assert len(notices) == bool(said)
    assert said in "".join(notices)


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_every_family_gives_what_transformers_computes(
    tiny: Callable[[str], Model], family: str
) -> None:
    model, text = tiny(family), "The film is long and slow, but never dull."
    folder = model.spec.folder
    reference = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.no_grad():
        logits = reference(**model.tokenizer(text, return_tensors="pt")).logits[0]
    found = classify(text, model=model)
    assert found.probabilities == pytest.approx(logits.softmax(0).tolist(), abs=1e-4)


def test_an_error_that_is_no_visitors_surfaces(adding: Adder) -> None:
    class BrokenError(Exception):
        pass

    model = adding()

    def failing(_: object) -> None:
        raise BrokenError

    model.logits = failing
    with pytest.raises(BrokenError):
        classify_all(["good"], model=model)
    assert not issubclass(BrokenError, PlaygroundError)

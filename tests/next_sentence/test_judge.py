"""The probability that a text follows another, against transformers and by hand."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForNextSentencePrediction, AutoTokenizer

from playground.errors import EmptyTextError, TextTooLongError
from playground.models.engine import Model
from playground.models.queries import Labels
from playground.next_sentence import both_ways, judge
from playground.next_sentence.judge import probability
from playground.settings import Settings

FIRST, SECOND = "The room was warm and the air was cool.", "She opened the window."


def test_both_ways_are_what_transformers_computes(
    tiny: Model, tiny_checkpoint: Callable[..., Path]
) -> None:
    folder = tiny_checkpoint("bert", task="next-sentence-prediction")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForNextSentencePrediction.from_pretrained(folder).eval()
    found = both_ways(FIRST, SECOND, model=tiny)
    assert found.labels.names == ("IS_NEXT", "NOT_NEXT")
    for one, pair in ((found.forward, (FIRST, SECOND)), (found.backward, (SECOND, FIRST))):
        assert (one.first, one.second) == pair
        inputs = tokenizer(*pair, return_tensors="pt")
        with torch.no_grad():
            logits = model(**inputs).logits[0]
        assert one.logits == pytest.approx(tuple(logits.tolist()), abs=1e-5)
        assert one.probability == pytest.approx(float(logits.softmax(dim=-1)[0]), abs=1e-5)
        assert one.tokens == inputs["input_ids"].shape[1]
    assert found.forward.probability != pytest.approx(found.backward.probability, abs=1e-3)


def test_the_temperature_by_hand(counting: Callable[..., Any]) -> None:
    labels = Labels(names=("IS_NEXT", "NOT_NEXT"), temperature=2.0)
    model = counting(labels=labels)
    found = both_ways("One is a number.", "Two is a number.", model=model)
    assert found.forward.probability == pytest.approx(1 / (1 + math.exp(-6 / 2)))
    assert found.backward.probability == pytest.approx(1 / (1 + math.exp(-1 / 2)))  # 6 - 4 - 1
    assert model.asked == [2]


def test_large_margins_stay_finite() -> None:
    logits = np.array([[900.0, -900.0], [-900.0, 900.0]], dtype=np.float32)
    assert probability(logits, 0.5).tolist() == [1.0, 0.0]


def test_what_looks_like_a_special_token_is_text(counting: Callable[..., Any]) -> None:
    model = counting()
    plain, marked = judge([("one", "two"), ("one [SEP]", "[CLS] two")], model=model)
    assert marked.probability == plain.probability  # the segments are told apart by the real [SEP]
    assert marked.tokens == plain.tokens + 3 + 3


@pytest.mark.parametrize("pair", [("", "two"), ("one", "  \n"), ("one", "\x00")])
def test_both_sentences_are_needed(counting: Callable[..., Any], pair: tuple[str, str]) -> None:
    with pytest.raises(EmptyTextError, match="One of the two sentences is missing"):
        both_ways(*pair, model=counting())


def test_too_many_characters_are_refused(counting: Callable[..., Any]) -> None:
    with pytest.raises(TextTooLongError, match="21 characters; at most 20"):
        both_ways("one " * 4, "two  ", model=counting(), settings=Settings(max_characters=20))


def test_a_cut_is_told(counting: Callable[..., Any]) -> None:
    found = both_ways("one " * 80, "two", model=counting(max_tokens=40))
    assert found.forward.tokens == 40
    assert found.forward.first.split() == ["one"] * 36
    assert any("84 tokens and this model reads 40" in notice for notice in found.notices)


def test_unknown_words_are_told(counting: Callable[..., Any]) -> None:
    found = both_ways("one purple horse", "two green cows", model=counting())
    assert any("unknown to Counter" in notice for notice in found.notices)
    assert not both_ways("one", "two", model=counting()).notices

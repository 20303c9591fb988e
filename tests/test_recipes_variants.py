"""New sentences from old ones: what is hidden, what is filled in, and what a seed means."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from transformers import AutoTokenizer

from playground.models import trunk
from playground.models.engine import Model
from playground.recipes import variants

SENTENCE = "the film is warm and funny , but it is a bit too long for me"


def test_a_quarter_of_the_words_is_hidden_and_no_sign() -> None:
    rng = np.random.default_rng(1)
    words = SENTENCE.split()
    drawn = [variants._hidden(words, rng).split() for _ in range(1000)]
    assert all(len(one) == len(words) and one[6] == "," for one in drawn)
    kept = [
        all(new in (old, "[MASK]") for new, old in zip(one, words, strict=True)) for one in drawn
    ]
    assert all(kept)
    counts = [one.count("[MASK]") for one in drawn]
    assert min(counts) >= 1
    # Of 15 words between 15 and 40 %; of 1,000 means of such counts the deviation is 0.06.
    assert np.mean(counts) == pytest.approx(15 * 0.275, abs=0.2)


def test_what_is_filled_in_are_words_and_no_sentence_comes_back_as_it_was() -> None:
    texts = [SENTENCE, SENTENCE.upper(), "too short", "1 2 3 4 5 6"]
    found = variants.rewritten(texts, times=20, seed=1)
    assert 20 < len(found) <= 40
    assert found == sorted(set(found))
    old = set(SENTENCE.split())
    assert SENTENCE.replace(" ,", ",") not in found
    kept = [len(old & set(text.replace(",", " ,").split())) / len(old) for text in found]
    assert min(kept) > 0.3  # 60 % stand, but for words that grow with a piece filled in beside them
    assert found == variants.rewritten(texts, times=20, seed=1)
    assert found != variants.rewritten(texts, times=20, seed=2)


@pytest.mark.parametrize(
    ("likeliest", "expected"),
    [((1012, 2003), {"the is end"}), ((1012, 1010), {"the. end", "the, end"})],
)
def test_a_sign_is_filled_in_only_where_there_is_nothing_else(
    likeliest: tuple[int, int], expected: set[str]
) -> None:
    scores = SimpleNamespace(
        top_ids=np.array([[likeliest]]), top_log_probs=np.log(np.array([[[0.7, 0.3]]]))
    )
    tokenizer = AutoTokenizer.from_pretrained(trunk.folder())
    model = SimpleNamespace(tokenizer=tokenizer, scores=lambda queries: [scores] * len(queries))
    texts = ["the [MASK] end"] * 50
    found = variants._filled(texts, cast(Model, model), np.random.default_rng(1))
    assert set(found) == expected

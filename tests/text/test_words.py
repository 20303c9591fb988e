"""Words and the characters of tokens, by hand for each kind of vocabulary."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from playground.models import fake
from playground.text.reading import ReadText, read_text
from playground.text.words import own_spans, word_numbers


@pytest.fixture(scope="module")
def tokenizer(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], PreTrainedTokenizerBase]:
    root = tmp_path_factory.mktemp("words")

    def load(family: str) -> PreTrainedTokenizerBase:
        if not (root / family).is_dir():
            fake.save(family, root / family)
        loaded: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(root / family)
        return loaded

    return load


def reading(text: str, tokenizer: PreTrainedTokenizerBase) -> ReadText:
    return read_text(text, model=cast(Any, SimpleNamespace(tokenizer=tokenizer, max_tokens=512)))


def of_spans(*spans: tuple[int, int]) -> ReadText:
    count = len(spans)
    return ReadText(
        text="x" * max(end for _, end in spans),
        ids=(0,) * count,
        spans=spans,
        words=tuple(range(count)),
        front=(),
        back=(),
        max_tokens=count,
    )


@pytest.mark.parametrize(
    ("spans", "own"),
    [
        ([(0, 3), (4, 6)], [(0, 3), (4, 6)]),
        ([(4, 5), (4, 9)], [(4, 4), (4, 9)]),  # SentencePiece's space, then the word
        ([(4, 4), (4, 9)], [(4, 4), (4, 9)]),
        ([(0, 1), (0, 1), (0, 1), (1, 2)], [(0, 0), (0, 0), (0, 1), (1, 2)]),  # bytes
        ([(0, 2), (1, 3)], [(0, 1), (1, 3)]),
        ([(0, 1), (3, 3), (2, 4)], [(0, 1), (2, 2), (2, 4)]),
    ],
)
def test_no_character_belongs_to_two_tokens(
    spans: list[tuple[int, int]], own: list[tuple[int, int]]
) -> None:
    assert own_spans(of_spans(*spans)).tolist() == [list(span) for span in own]


def words(text: str, tokenizer: PreTrainedTokenizerBase) -> list[str]:
    """Return the words with a character, as stretches of the text."""
    read = reading(text, tokenizer)
    spans, numbers = own_spans(read), word_numbers(read, tokenizer=tokenizer)
    assert numbers[0] == 0
    assert set(np.diff(numbers)) <= {0, 1}
    stretches = [spans[numbers == number] for number in range(numbers[-1] + 1)]
    return [text[own[:, 0].min() : own[:, 1].max()] for own in stretches if np.ptp(own)]


@pytest.mark.parametrize("family", fake.FAMILIES)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Seine is warm.", ["The", "Seine", "is", "warm", "."]),
        ("Paris,\tnear  France", ["Paris", ",", "near", "France"]),
        ("it: Paris; he", ["it", ":", "Paris", ";", "he"]),
        ("Zürich is the city", ["Zürich", "is", "the", "city"]),
        ("e\N{COMBINING ACUTE ACCENT}te is", ["e\N{COMBINING ACUTE ACCENT}te", "is"]),
    ],
)
def test_words_are_letters_that_touch_and_signs_by_themselves(
    tokenizer: Callable[[str], PreTrainedTokenizerBase],
    family: str,
    text: str,
    expected: list[str],
) -> None:
    assert words(text, tokenizer(family)) == expected


@pytest.mark.parametrize("family", ["bert", "roberta", "deberta"])
def test_scripts_without_spaces_are_words_by_character(
    tokenizer: Callable[[str], PreTrainedTokenizerBase], family: str
) -> None:
    assert words("我在Paris", tokenizer(family)) == ["我", "在", "Paris"]

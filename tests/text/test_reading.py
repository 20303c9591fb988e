"""Tokens with their places in the visitor's own text, and windows over long ones."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from playground.errors import EmptyTextError, TextTooLongError
from playground.models import fake
from playground.models.catalog import ModelSpec, Source, Task
from playground.models.engine import Engine, Model
from playground.settings import Settings
from playground.text.reading import ReadText, read_text

FRONT, BACK = (101,), (102,)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Model]:
    root = tmp_path_factory.mktemp("reading")
    engine = Engine(Settings())

    def load(family: str) -> Model:
        task = Task.TOKEN_CLASSIFICATION
        folder = root / family
        if not folder.is_dir():
            fake.save(family, folder, task=task)
        spec = ModelSpec(
            id=f"local/{family}", task=task, source=Source.LOCAL, title=family, folder=folder
        )
        return engine.model(spec)

    return load


def of_words(*lengths: int, max_tokens: int = 512) -> ReadText:
    """A text whose words have so many tokens each."""
    words = [number for number, length in enumerate(lengths) for _ in range(length)]
    count = len(words)
    return ReadText(
        text="x" * count,
        ids=tuple(range(1000, 1000 + count)),
        spans=tuple((place, place + 1) for place in range(count)),
        words=tuple(words),
        front=FRONT,
        back=BACK,
        max_tokens=max_tokens,
    )


def test_a_text_that_fits_is_one_window() -> None:
    [window] = of_words(1, 2, 1).windows(size=6, overlap=2)
    assert window.input_ids == (101, 1000, 1001, 1002, 1003, 102)
    assert (window.begin, window.end, window.lead) == (0, 4, 1)


def test_windows_begin_with_words() -> None:
    windows = of_words(1, 1, 1, 3, 1, 1).windows(size=7, overlap=1)
    # Room for five. The second would begin with token 4, inside the word of tokens 3 to 5.
    assert [(w.begin, w.end) for w in windows] == [(0, 5), (3, 8)]
    assert windows[1].input_ids == (101, 1003, 1004, 1005, 1006, 1007, 102)


def test_a_word_longer_than_a_window_is_cut() -> None:
    windows = of_words(9).windows(size=6, overlap=1)
    assert [(w.begin, w.end) for w in windows] == [(0, 4), (3, 7), (6, 9)]


def test_an_overlap_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap of 4"):
        of_words(9).windows(size=6, overlap=4)


@given(
    lengths=st.lists(st.integers(1, 7), min_size=1, max_size=40),
    size=st.integers(5, 20),
    data=st.data(),
)
def test_windows_cover_every_token_and_fit(
    lengths: list[int], size: int, data: st.DataObject
) -> None:
    overlap = data.draw(st.integers(0, size - 3))
    read = of_words(*lengths)
    windows = read.windows(size=size, overlap=overlap)
    assert {t for w in windows for t in range(w.begin, w.end)} == set(range(len(read.ids)))
    assert all(len(window.input_ids) <= size for window in windows)
    for before, after in pairwise(windows):
        assert before.begin < after.begin <= before.end - overlap


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_spans_are_places_in_the_text(model: Callable[[str], Model], family: str) -> None:
    text = "  The capital\tof France\x00is  Paris. "
    read = read_text(text, model=model(family))
    # A set: a lone "▁" of SentencePiece has the first letter of its word, as the next piece has.
    covered = {place for start, end in read.spans for place in range(start, end)}
    assert "".join(text[place] for place in sorted(covered)) == "ThecapitalofFranceisParis."
    framed = read.windows()[0].input_ids
    tokenizer = AutoTokenizer.from_pretrained(Path(str(model(family).spec.folder)))
    assert framed == tuple(tokenizer(text.replace("\x00", " "))["input_ids"])


def test_special_tokens_in_the_text_are_text(model: Callable[[str], Model]) -> None:
    read = read_text("a [SEP] b", model=model("bert"))
    assert [read.text[start:end] for start, end in read.spans] == ["a", "[", "S", "EP", "]", "b"]
    assert read.words == (0, 1, 2, 2, 3, 4)


@pytest.mark.parametrize("text", ["", "  \n", "\x00"])
def test_nothing_to_read(model: Callable[[str], Model], text: str) -> None:
    with pytest.raises(EmptyTextError):
        read_text(text, model=model("bert"))


def test_a_text_over_the_cap_is_refused(model: Callable[[str], Model]) -> None:
    with pytest.raises(TextTooLongError, match="The text has 11 characters; at most 10"):
        read_text("a" * 11, model=model("bert"), settings=Settings(max_characters=10))

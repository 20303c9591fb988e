"""Pieces of texts: their places, what became of the text before, and what is counted."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from playground.errors import EmptyTextError, TextTooLongError
from playground.models import fake, trunk, vocabularies
from playground.models.catalog import ModelSpec, Source, Task
from playground.models.vocabularies import BERT, BOX, BPE, UNIGRAM, WORDPIECE, LoadedTokenizer
from playground.tokenizer import count_words, cut
from playground.tokenizer.normalising import normalise

TEXT = "The naïve Tokenization of 1,234 words 😀 我们 [MASK] don't"


def box(tokenizer_id: str) -> LoadedTokenizer:
    spec = vocabularies.in_the_box(tokenizer_id)
    assert spec is not None
    return vocabularies.load(spec)


def of_family(family: str, folder: Path) -> LoadedTokenizer:
    return vocabularies.load(
        ModelSpec(
            id=f"local/{family}",
            task=Task.FEATURE_EXTRACTION,
            source=Source.LOCAL,
            title=family,
            folder=folder,
        )
    )


@pytest.mark.parametrize("pair", ["", "A second text, naïve too."])
def test_berts_pieces_are_those_of_transformers(pair: str) -> None:
    found = cut(TEXT, pair, tokenizer=box(BERT))
    reference = AutoTokenizer.from_pretrained(trunk.folder())
    expected = reference(TEXT, pair or None, return_offsets_mapping=True)
    assert [piece.id for piece in found.pieces] == expected["input_ids"]
    assert [piece.segment for piece in found.pieces] == expected["token_type_ids"]
    assert [(piece.start, piece.end) for piece in found.pieces] == expected["offset_mapping"]
    names = reference.convert_ids_to_tokens(expected["input_ids"])
    assert [piece.name for piece in found.pieces] == names


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_every_familys_pieces_are_those_of_transformers(
    tiny_checkpoint: Callable[[str], Path], family: str
) -> None:
    folder = tiny_checkpoint(family)
    found = cut("The cat sat", "on a mat", tokenizer=of_family(family, folder))
    expected = AutoTokenizer.from_pretrained(folder)("The cat sat", "on a mat")["input_ids"]
    assert [piece.id for piece in found.pieces] == expected


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_each_byte_piece_stands_where_its_bytes_are(text: str) -> None:
    if not text.strip():
        return
    found = cut(text, tokenizer=box(BPE))
    own = [piece for piece in found.pieces if piece.text == 0]
    assert found.gives_back
    for piece in own:
        assert 0 <= piece.start <= piece.end <= len(text)
    covered = {place for piece in own for place in range(piece.start, piece.end)}
    assert {n for n, letter in enumerate(found.texts[0]) if not letter.isspace()} <= covered


@given(st.text(alphabet=st.sampled_from("abcXYZäé 12,.!'-我😀\n"), min_size=1, max_size=60))
def test_each_wordpiece_stands_where_its_letters_are(text: str) -> None:
    if not text.strip():
        return
    tokenizer = box(WORDPIECE)
    found = cut(text, tokenizer=tokenizer)
    done = 0
    for piece in found.pieces:
        if piece.text is None:
            continue
        assert piece.start >= done  # in the order of the text, none over another
        done = piece.end
        stretch = found.texts[0][piece.start : piece.end]
        if not piece.unknown:
            normal = tokenizer.tokenizer.normalizer.normalize_str(stretch)
            assert normal == piece.name.removeprefix("##")


@given(st.text(alphabet=st.sampled_from("abcXYZ 12,.!'-"), min_size=1, max_size=60))
def test_pieces_of_unigram_are_the_letters_of_the_text(text: str) -> None:
    if not text.strip():
        return
    found = cut(text, tokenizer=box(UNIGRAM))
    said = "".join(piece.name.replace("▁", "") for piece in found.pieces if piece.text == 0)
    assert said == "".join(text.split())
    for piece in found.pieces:
        if piece.text == 0 and piece.name != "▁":
            assert piece.name.replace("▁", " ").strip() == text[piece.start : piece.end].strip()


def test_normalisation_says_what_it_changed() -> None:
    found = cut("Crème  BRÛLÉE", tokenizer=box(BERT)).normalised[0]
    assert found.after == "creme  brulee"
    assert found.changed == ("accents removed", "lower case")
    assert len(found.steps) == 4
    assert cut("creme", tokenizer=box(BERT)).normalised[0].changed == ()
    untouched = cut("Crème", tokenizer=box(BPE)).normalised[0]
    assert (untouched.after, untouched.steps) == ("Crème", ())


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_steps_of_normalisation_lead_to_the_whole(
    tiny_checkpoint: Callable[[str], Path], family: str
) -> None:
    tokenizer = of_family(family, tiny_checkpoint(family))
    text = "Ａ  naïve ﬁne Café 我们"
    found = normalise(text, tokenizer=tokenizer)
    whole = tokenizer.tokenizer.normalizer
    assert found.after == (whole.normalize_str(text) if whole else text)
    assert bool(found.changed) == (found.after != text)


def test_what_is_unknown_is_named_once() -> None:
    found = cut("我们 and 我们 😀", tokenizer=box(WORDPIECE))
    assert found.unknown == ("我", "们", "😀")
    assert found.counts.unknown == 5
    assert cut("我们 😀", tokenizer=box(BPE)).unknown == ()


def test_special_tokens_that_are_typed_are_special() -> None:
    pieces = cut("a [MASK] b", tokenizer=box(BERT)).pieces
    assert [piece.special for piece in pieces] == [True, False, True, False, True]
    assert [piece.text for piece in pieces] == [None, 0, 0, 0, None]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("don't stop", 4),
        ("1,234", 3),
        ("我们 cat", 3),
        ("naïve café!", 3),
        ("  ", 0),
        ("e\u0301t", 1),
    ],
)
def test_words_and_signs_are_counted_alike_for_all(text: str, words: int) -> None:
    assert count_words(text) == words


def test_counts_leave_added_tokens_out() -> None:
    counts = cut("playing", tokenizer=box(BERT)).counts
    assert (counts.characters, counts.words, counts.pieces) == (7, 1, 1)
    assert (counts.pieces_a_word, counts.characters_a_piece) == (1.0, 7.0)


def test_nothing_and_too_much_are_refused() -> None:
    with pytest.raises(EmptyTextError):
        cut("  ", tokenizer=box(BERT))
    with pytest.raises(TextTooLongError):
        cut("a" * 20_001, tokenizer=box(BERT))


def test_broken_surrogates_and_control_signs_are_spaces() -> None:
    found = cut("a\ud800b\x00c", tokenizer=box(BERT))
    assert found.texts == ("a b c",)
    assert found.counts.pieces == 3


def test_an_adapter_has_the_tokenizer_of_its_trunk(tmp_path: Path) -> None:
    spec = replace(BOX[1], id="bundled/adapter", folder=tmp_path)
    assert vocabularies.load(spec).size == 30_522

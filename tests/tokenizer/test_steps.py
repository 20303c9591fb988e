"""Words split step by step, against the tokenizers' own results and SentencePiece's."""

import math
import random
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from sentencepiece import SentencePieceProcessor
from tokenizers import Tokenizer, models

from playground.errors import EmptyTextError, TextTooLongError, UnsupportedModelError
from playground.models import fake
from playground.models.vocabularies import BERT, BOX, BPE, UNIGRAM, LoadedTokenizer
from playground.tokenizer import BpeSteps, UnigramSteps, WordPieceSteps, split, words
from playground.tokenizer.training import train_unigram
from tests.tokenizer.test_pieces import box, of_family

WORDS = 3_000


def made_words() -> list[str]:
    """Words of one to four pieces of BERT's vocabulary, some with capitals and other signs."""
    chance = random.Random(7)
    vocabulary = sorted(box(BERT).tokenizer.get_vocab(with_added_tokens=False))
    pieces = [piece.removeprefix("##") for piece in vocabulary if "[" not in piece]
    made = []
    for number in range(WORDS):
        word = "".join(chance.choices(pieces, k=chance.randint(1, 4)))
        made.append(word.title() if number % 3 == 0 else word)
    return [*made, "naïveté", "great😀", "我喜欢", "xXxyzzyÞ", "1234567"]


@pytest.mark.parametrize("tokenizer_id", [spec.id for spec in BOX])
def test_steps_lead_to_the_tokenizers_own_pieces(tokenizer_id: str) -> None:
    tokenizer = box(tokenizer_id)
    seen = 0
    for text in made_words():
        for word in words(f"a {text}", tokenizer=tokenizer):
            found = split(word, tokenizer=tokenizer)
            assert found.equal, (word, found.steps.pieces, found.own)
            seen += 1
    assert seen > WORDS


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_steps_know_every_family(tiny_checkpoint: Callable[[str], Path], family: str) -> None:
    tokenizer = of_family(family, tiny_checkpoint(family))
    for text in made_words()[::30]:
        for word in words(f"The {text}", tokenizer=tokenizer):
            assert split(word, tokenizer=tokenizer).equal


def test_wordpiece_tries_the_longest_first() -> None:
    steps = split("playings", tokenizer=box(BERT)).steps
    assert isinstance(steps, WordPieceSteps)
    assert [(one.candidate, one.found) for one in steps.tries] == [
        ("playings", False),
        ("playing", True),
        ("##s", True),
    ]
    assert steps.pieces == ("playing", "##s")


def test_wordpiece_gives_up_the_whole_word() -> None:
    steps = split("great😀", tokenizer=box(BERT)).steps
    assert steps.pieces == ("[UNK]",)


def test_bpe_merges_what_was_learnt_first() -> None:
    vocabulary = {piece: number for number, piece in enumerate(["a", "b", "c", "bc", "ab", "abc"])}
    model = models.BPE(vocabulary, [("b", "c"), ("a", "b"), ("a", "bc")])
    tokenizer = LoadedTokenizer(BOX[2], Tokenizer(model))
    found = split("abcab", tokenizer=tokenizer)
    assert isinstance(found.steps, BpeSteps)
    assert [(one.left, one.right, one.rank) for one in found.steps.merges] == [
        ("b", "c", 0),
        ("a", "b", 1),
        ("a", "bc", 2),
    ]
    assert found.steps.merges[0].after == ("a", "bc", "a", "b")
    assert found.steps.pieces == ("abc", "ab") == found.own


def test_a_bpe_that_marks_its_pieces_is_refused() -> None:
    model = models.BPE({"a": 0}, [], end_of_word_suffix="</w>")
    with pytest.raises(UnsupportedModelError, match="Choose another"):
        split("a", tokenizer=LoadedTokenizer(BOX[2], Tokenizer(model)))


def every_cut(word: str) -> Iterator[tuple[str, ...]]:
    for borders in product([False, True], repeat=len(word) - 1):
        pieces = [word[0]]
        for letter, border in zip(word[1:], borders, strict=True):
            if border:
                pieces.append(letter)
            else:
                pieces[-1] += letter
        yield tuple(pieces)


def test_unigrams_shares_are_over_every_way_to_cut() -> None:
    tokenizer = box(UNIGRAM)
    scores = dict(map(tuple, tokenizer.state["model"]["vocab"]))
    ways = {
        cut: sum(scores[piece] for piece in cut)
        for cut in every_cut("▁walking")
        if all(piece in scores for piece in cut)
    }
    total = sum(math.exp(score) for score in ways.values())
    expected = sorted(ways, key=lambda cut: -ways[cut])
    steps = split("▁walking", tokenizer=tokenizer).steps
    assert isinstance(steps, UnigramSteps)
    assert [cut.pieces for cut in steps.cuts] == expected[: len(steps.cuts)]
    for cut in steps.cuts:
        assert cut.log_probability == pytest.approx(ways[cut.pieces])
        assert cut.share == pytest.approx(math.exp(ways[cut.pieces]) / total)


def test_unigrams_runners_up_are_sentencepieces() -> None:
    from playground.tokenizer.sentencepiece_file import from_sentencepiece

    model = train_unigram(fake.TEXT, 100)
    own = SentencePieceProcessor(model_proto=model)
    tokenizer = LoadedTokenizer(BOX[3], from_sentencepiece(model))
    for word in ("station", "window", "memory", "evening"):
        steps = split(f"▁{word}", tokenizer=tokenizer).steps
        assert isinstance(steps, UnigramSteps)
        expected = own.nbest_encode_as_pieces(word, len(steps.cuts))
        assert len(expected) > 1
        scores = [sum(own.get_score(own.piece_to_id(p)) for p in cut) for cut in expected]
        assert [cut.log_probability for cut in steps.cuts] == pytest.approx(scores, abs=1e-3)
        assert list(steps.cuts[0].pieces) == expected[0]


def test_words_are_as_the_tokenizer_cuts_them() -> None:
    assert words("The cat's 我们", tokenizer=box(BERT)) == ("the", "cat", "'", "s", "我", "们")
    assert words("a cat a cat", tokenizer=box(BPE)) == ("a", "Ġcat", "Ġa")
    assert words("The cat", tokenizer=box(UNIGRAM)) == ("▁The", "▁cat")


def test_no_word_and_too_long_ones_are_refused() -> None:
    with pytest.raises(EmptyTextError):
        words(" ", tokenizer=box(BERT))
    with pytest.raises(TextTooLongError):
        words("a" * 301, tokenizer=box(BERT))
    with pytest.raises(TextTooLongError):
        split("a" * 61, tokenizer=box(BERT))

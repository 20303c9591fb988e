"""Vocabularies learnt from texts: the same every time, and what others read is what we show."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sentencepiece import SentencePieceProcessor
from transformers import BertTokenizer

from playground.errors import BusyError, EmptyTextError, TextError, TextTooLongError
from playground.models import fake
from playground.models.vocabularies import BOX, FILE, FOLDER
from playground.recipes import tokenizers as recipe
from playground.tokenizer import Learnt, compare, learn, learning
from playground.tokenizer.sentencepiece_file import from_sentencepiece
from playground.tokenizer.training import train_byte_bpe, train_unigram, train_wordpiece
from tests.tokenizer.test_pieces import box

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = (ROOT / "assets/samples/support_tickets.csv").read_text("utf-8").splitlines()
FINGERPRINTS = """\
import hashlib
from pathlib import Path
from playground.tokenizer import training
texts = Path("assets/samples/support_tickets.csv").read_text("utf-8").splitlines()
made = [
    training.train_wordpiece(texts, 600).to_str().encode(),
    training.train_byte_bpe(texts, 600).to_str().encode(),
    training.train_unigram(texts, 400),
]
print([hashlib.sha256(one).hexdigest() for one in made])
"""


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    return learn(SAMPLE, 500)


def test_the_same_texts_give_the_same_vocabularies_in_every_process() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", FINGERPRINTS],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
    assert len(runs[0]) > 190


def test_the_order_of_texts_decides_nothing_in_wordpiece() -> None:
    vocabularies = [train_wordpiece(texts, 600).get_vocab() for texts in (SAMPLE, SAMPLE[::-1])]
    assert vocabularies[0] == vocabularies[1]


def test_sentencepiece_and_its_twin_cut_alike() -> None:
    model = train_unigram(SAMPLE, 400)
    own, twin = SentencePieceProcessor(model_proto=model), from_sentencepiece(model)
    texts = [*SAMPLE, *fake.TEXT, "naïve 😀 我们 ﬁne １２  x", " lead", "trail  ", "a\tb\u00a0c"]
    for text in texts:
        pieces = twin.encode(text, add_special_tokens=False)
        assert pieces.tokens == own.encode(text, out_type=str)
        assert pieces.ids == own.encode(text)


def test_vocabularies_have_the_size_that_was_asked_for(learnt: Learnt) -> None:
    assert learnt.wordpiece.size == 500
    assert learnt.unigram.size == 500
    assert train_byte_bpe(SAMPLE, 500).get_vocab_size() == 500
    assert learnt.wordpiece.tokenizer.id_to_token(0) == "[PAD]"


def test_few_texts_give_fewer_pieces_and_no_error() -> None:
    few = learn(list(fake.TEXT), 8_000)
    assert few.wordpiece.size < 1_000
    assert few.unigram.size < 1_000


def test_a_learnt_vocabulary_fits_its_texts_better_than_a_stranger(learnt: Learnt) -> None:
    wordpiece, unigram, other = compare(
        "my subscription was cancelled", [*learnt.both, box(BOX[1].id)]
    )
    assert wordpiece.coverage == unigram.coverage == 1.0
    assert wordpiece.pieces.counts.pieces < 12
    assert "subscri" in [piece.name for piece in wordpiece.pieces.pieces]
    assert other.pieces.counts.unknown == 0


def test_coverage_is_the_share_of_letters(learnt: Learnt) -> None:
    [found] = compare("my 我们", [learnt.wordpiece])
    assert found.coverage == pytest.approx(2 / 4)
    [other] = compare("my 我们", [learnt.unigram])
    assert other.coverage == pytest.approx(2 / 4)


def test_files_are_read_by_others(learnt: Learnt, tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text(learning.vocab_txt(learnt.wordpiece), "utf-8")
    bert = BertTokenizer.from_pretrained(tmp_path)
    text = "My subscription never arrived!"
    assert bert(text)["input_ids"] == learnt.wordpiece.encode(text).ids
    own = SentencePieceProcessor(model_proto=learnt.sentencepiece)
    assert own.encode(text) == learnt.unigram.encode(text, special=False).ids


def test_lengths_and_longest_pieces(learnt: Learnt) -> None:
    for tokenizer in learnt.both:
        counts = learning.lengths(tokenizer)
        longest = learning.longest_pieces(tokenizer)
        assert sum(counts.values()) == tokenizer.size - (5 if tokenizer is learnt.wordpiece else 3)
        assert len(learning.bare(longest[0])) == max(counts)
    assert learning.longest_pieces(learnt.wordpiece)[0] == "cancellation"


def test_progress_goes_on_to_its_end() -> None:
    heard: list[float] = []
    learn(SAMPLE, 300, on_progress=lambda share, _: heard.append(share))
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_texts_that_cannot_be_learnt_from_are_refused() -> None:
    with pytest.raises(EmptyTextError, match="at least"):
        learn(["short"], 500)
    with pytest.raises(TextTooLongError, match="500,000"):
        learn(["word " * 100_001], 500)
    chinese = "".join(map(chr, range(0x4E00, 0x4E00 + 700)))
    with pytest.raises(TextError, match="choose at least 1,400"):
        learn([chinese], 500)
    assert learn([chinese], 2_000).wordpiece.size == 1_405


def test_only_some_train_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def refuse(*, blocking: bool) -> bool:
        asked.append(blocking)
        return False

    monkeypatch.setattr(learning._rooms, "acquire", refuse)
    with pytest.raises(BusyError):
        learn(SAMPLE, 500)
    assert asked == [False]


def test_a_room_is_given_back_after_each_training() -> None:
    for _ in range(learning.AT_ONCE + 1):
        learn(SAMPLE, 300)


def test_the_recipe_makes_the_three_of_the_box() -> None:
    made = recipe.trained(SAMPLE, 500)
    assert list(made) == [spec.folder.name for spec in BOX if spec.folder]
    assert all(tokenizer.encode("Hello there").tokens for tokenizer in made.values())


def test_the_tokenizers_in_the_box_are_small_and_of_8000_pieces() -> None:
    files = [FOLDER / name / FILE for name in ("wordpiece", "bpe", "unigram")]
    assert sum(file.stat().st_size for file in files) < 1_200_000
    assert [box(spec.id).size for spec in BOX] == [30_522, 8_000, 8_000, 8_000]
    kinds = [box(spec.id).kind for spec in BOX]
    assert kinds == ["WordPiece", "WordPiece", "Byte-level BPE", "Unigram"]

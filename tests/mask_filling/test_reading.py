"""Reading texts: masks in any spelling, limits, notices; with real tokenizers."""

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from playground.errors import (
    EmptyTextError,
    MaskMissingError,
    TextTooLongError,
    TooManyMasksError,
)
from playground.mask_filling import MaskedText, filled_sentence, mask_word, read
from playground.models import fake, trunk
from playground.settings import Settings
from playground.text.pieces import vocabulary
from tests.mask_filling.tables import ReadingModel, as_model, tokenizer

if TYPE_CHECKING:
    from playground.models.engine import Model

Checkpoint = Callable[[str], Path]
PARIS = "The capital of France is [MASK]."


@pytest.fixture(scope="module")
def bert() -> "Model":
    """The bundled model's tokenizer: BERT's English WordPiece vocabulary of 30,522."""
    return as_model(ReadingModel(AutoTokenizer.from_pretrained(trunk.folder())))


@pytest.fixture(scope="module")
def roberta(tiny_checkpoint: Checkpoint) -> "Model":
    return as_model(ReadingModel(AutoTokenizer.from_pretrained(tiny_checkpoint("roberta"))))


@pytest.fixture(scope="module", params=fake.FAMILIES)
def family(request: pytest.FixtureRequest, tiny_checkpoint: Checkpoint) -> "Model":
    folder = tiny_checkpoint(request.param)
    return as_model(ReadingModel(AutoTokenizer.from_pretrained(folder), max_tokens=64))


def pieces(masked: MaskedText) -> list[str]:
    return [token.text for token in masked.tokens]


def test_bert_reads_words_pieces_and_the_mask(bert: "Model") -> None:
    masked = read("Unbelievably, it is [MASK].", model=bert)
    assert pieces(masked) == [
        *("[CLS]", "un", "bel", "ie", "va", "bly", ",", "it", "is", "[MASK]", ".", "[SEP]")
    ]
    # Ids from the vocabulary file of bert-base-uncased.
    assert masked.input_ids == (
        *(101, 4895, 8671, 2666, 3567, 6321, 1010, 2009, 2003, 103, 1012, 102),
    )
    assert [token.continues_word for token in masked.tokens[1:7]] == [False, *[True] * 4, False]
    assert masked.mask_positions == (9,)
    assert (masked.tokens[9].start, masked.tokens[9].end) == (20, 26)
    assert [token.special for token in masked.tokens] == [True, *[False] * 10, True]
    assert (masked.cut_tokens, masked.cut_text, masked.notices) == (0, "", ())


@pytest.mark.parametrize("spelling", ["[MASK]", "<mask>", "[mask]", "<MASK>", "[ Mask ]"])
def test_any_spelling_of_the_mask_is_the_models_own(
    spelling: str, bert: "Model", roberta: "Model"
) -> None:
    text = f"The capital of France is {spelling}."
    assert read(text, model=bert).text == PARIS
    assert read(text, model=roberta).text == "The capital of France is <mask>."
    assert read(text, model=roberta) == read(PARIS, model=roberta)


def test_robertas_mask_takes_the_space_but_its_span_does_not(roberta: "Model") -> None:
    masked = read("is [MASK] now", model=roberta)
    [position] = masked.mask_positions
    token = masked.tokens[position]
    assert masked.text[token.start : token.end] == "<mask>"
    assert masked.input_ids == read("is<mask> now", model=roberta).input_ids


def test_every_family_reads_what_its_own_tokenizer_reads(family: "Model") -> None:
    masked = read("The river is [MASK], said [MASK] of Berlin.", model=family)
    assert list(masked.input_ids) == family.tokenizer(masked.text)["input_ids"]
    assert len(masked.mask_positions) == 2
    for position in masked.mask_positions:
        token = masked.tokens[position]
        assert token.id == family.tokenizer.mask_token_id
        assert masked.text[token.start : token.end] == family.tokenizer.mask_token
        assert not token.special


def test_special_tokens_typed_by_a_visitor_are_plain_text(family: "Model") -> None:
    typed = "[CLS] a </s> b [SEP] <s> [PAD] <pad> is [MASK]"
    masked = read(typed, model=family)
    known = family.tokenizer
    control = set(known.all_special_ids) - {known.mask_token_id, known.unk_token_id}
    assert not control & {token.id for token in masked.tokens if not token.special}
    assert len(masked.mask_positions) == 1


def test_bert_spells_a_typed_separator(bert: "Model") -> None:
    assert pieces(read("a [SEP] [MASK]", model=bert)) == [
        *("[CLS]", "a", "[", "sep", "]", "[MASK]", "[SEP]")
    ]


def test_reading_leaves_the_shared_tokenizer_alone(family: "Model") -> None:
    before = family.tokenizer.backend_tokenizer.to_str()
    flag = family.tokenizer.backend_tokenizer.encode_special_tokens
    read("The [SEP] is [MASK]. " * 8, model=family)
    assert family.tokenizer.backend_tokenizer.to_str() == before
    assert family.tokenizer.backend_tokenizer.encode_special_tokens == flag


def test_threads_share_one_tokenizer(bert: "Model") -> None:
    expected = read(PARIS, model=bert)
    results: list[MaskedText] = []
    threads = [
        threading.Thread(target=lambda: results.append(read(PARIS, model=bert))) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 16


def test_no_word_of_any_family_shows_its_vocabularys_marks(family: "Model") -> None:
    words = vocabulary(family.tokenizer)
    ordinary = set(range(words.size)) - words.special_ids
    shown = [words.piece(token_id).text for token_id in ordinary]
    assert all(text for text in shown)
    assert not [text for text in shown if re.search("[Ġ▁]|^##.", text)]


@pytest.mark.parametrize("text", ["", "   \n", "\0\0", "\u200b"])
def test_nothing_to_read(text: str, bert: "Model") -> None:
    with pytest.raises(EmptyTextError, match=r"\[MASK\]"):
        read(text, model=bert)


def test_no_mask(bert: "Model") -> None:
    with pytest.raises(MaskMissingError, match=r"Write \[MASK\] where a word"):
        read("The capital of France is Paris.", model=bert)
    assert read("Paris.", model=bert, masks_needed=False).mask_positions == ()


def test_forty_masks(bert: "Model") -> None:
    with pytest.raises(TooManyMasksError, match="40 masks; at most 16"):
        read("[MASK] " * 40, model=bert, settings=Settings())
    assert len(read("[MASK] " * 40, model=bert, settings=Settings(max_masks=40)).tokens) == 42


def test_a_hundred_thousand_characters(bert: "Model") -> None:
    with pytest.raises(TextTooLongError, match="100,000 characters; at most 20,000"):
        read("[MASK] " + "x" * 99_993, model=bert, settings=Settings())


def test_settings_come_from_the_environment(bert: "Model", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BERT_PLAYGROUND_MAX_CHARACTERS", "10")
    with pytest.raises(TextTooLongError, match="at most 10 "):
        read(PARIS, model=bert)


def test_control_characters_go_and_a_notice_says_so(bert: "Model") -> None:
    masked = read("The \0capital\x07 of\ud800 France\nis [MASK].", model=bert)
    assert masked.text == "The capital of France\nis [MASK]."
    assert masked.notices == ("Control characters, such as NUL, were removed: 3.",)


def test_html_is_text_like_any_other(bert: "Model") -> None:
    masked = read("<script>alert(1)</script> <b>is</b> [MASK]", model=bert)
    assert masked.text == "<script>alert(1)</script> <b>is</b> [MASK]"
    assert pieces(masked)[1:7] == ["<", "script", ">", "alert", "(", "1"]
    assert masked.notices == ()


def test_a_long_text_is_cut_before_the_closing_token(bert: "Model") -> None:
    text = "[MASK] " + " ".join(f"word {number % 10}" for number in range(400))
    masked = read(text, model=bert)
    # 1 mask and 800 words between two special tokens: 803, of which 512 fit.
    assert (len(masked.input_ids), masked.cut_tokens) == (512, 291)
    assert (masked.input_ids[0], masked.input_ids[-1]) == (101, 102)
    # 510 tokens of text remain: the mask and 509 words; the last is the "word" of the 255th pair.
    assert masked.text.endswith("word 2 word 3 word")
    assert masked.cut_text.startswith(" 4 word 5")
    assert masked.text + masked.cut_text == text
    assert masked.tokens[-1].start == len(masked.text)
    [notice] = masked.notices
    assert (
        "803 tokens and this model reads 512: the last 291 were cut, from “4 word 5 word" in notice
    )


def test_a_text_of_just_the_right_length_is_not_cut(bert: "Model") -> None:
    masked = read("[MASK]" + " word" * 509, model=bert)
    assert (len(masked.input_ids), masked.cut_tokens, masked.notices) == (512, 0, ())


def test_masks_in_the_cut_part(bert: "Model") -> None:
    with pytest.raises(MaskMissingError, match=r"was cut.*Move \[MASK\] further to the front"):
        read("word " * 600 + "[MASK]", model=bert)
    masked = read("[MASK] " + "word " * 600 + "[MASK] [MASK]", model=bert)
    assert masked.mask_positions == (1,)
    assert "Masks in the part that was cut, and so not filled: 2." in masked.notices
    everywhere = read("word " * 600 + "[MASK]", model=bert, masks_needed=False)
    assert everywhere.cut_tokens == 91


def test_chinese_in_an_english_vocabulary(bert: "Model") -> None:
    notices = " ".join(read("北京是中国的[MASK]都。", model=bert).notices)
    assert "Han script (Chinese characters)" in notices
    assert "not trained on" in notices
    assert "bert-base-chinese" in notices


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Столица Франции [MASK].", "Cyrillic"),
        ("عاصمة فرنسا هي [MASK].", "Arabic"),
        ("בירת צרפת היא [MASK].", "Hebrew"),
        ("프랑스의 수도는 [MASK]입니다.", "Hangul"),
        ("これは[MASK]です。", "Kana"),
        ("ok, это по-русски [MASK]", "Cyrillic"),
    ],
)
def test_other_scripts_get_a_model_that_fits(text: str, script: str, bert: "Model") -> None:
    masked = read(text, model=bert)
    assert len(masked.mask_positions) == 1
    notices = " ".join(masked.notices)
    assert f"{script} script" in notices
    assert "bert-base-multilingual-cased" in notices


def test_a_right_to_left_text_keeps_its_characters(bert: "Model") -> None:
    text = "عاصمة فرنسا هي [MASK]."
    masked = read(text, model=bert)
    assert masked.text == text
    token = masked.tokens[masked.mask_positions[0]]
    assert text[token.start : token.end] == "[MASK]"


def test_a_chinese_model_reads_chinese_and_says_so_of_english() -> None:
    characters = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"北京是中国的首都", "hello")
    model = as_model(ReadingModel(tokenizer(characters), script="Han"))
    masked = read("北京是中国[MASK]首都", model=model)
    assert (masked.notices, len(masked.input_ids)) == ((), 10)
    assert not any(token.continues_word for token in masked.tokens)
    [notice] = read("hello hello [MASK]", model=model).notices
    assert "Latin script" in notice
    assert "bert-base-multilingual-cased" in notice


def test_a_multilingual_model_reads_any_script() -> None:
    model = as_model(ReadingModel(tokenizer((*vocabulary_of("да", "нет"),)), script="any"))
    assert read("да нет [MASK]", model=model).notices == ()


def vocabulary_of(*words: str) -> tuple[str, ...]:
    return ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words)


@pytest.mark.parametrize("text", ["🙂🎉🚀 [MASK]", "[MASK]", "?! [MASK] ..."])
def test_a_text_without_words(text: str, bert: "Model") -> None:
    notices = read(text, model=bert).notices
    assert any("no words beside the mask" in notice for notice in notices)


@pytest.mark.parametrize(
    ("unknown", "known", "noticed"),
    # Over 15 %, or over 10 % and more than 2.
    [(1, 5, True), (1, 6, False), (2, 12, False), (3, 18, True), (3, 30, False)],
)
def test_many_unknown_tokens(unknown: int, known: int, noticed: bool) -> None:
    model = as_model(ReadingModel(tokenizer(vocabulary_of("the"))))
    text = "[MASK] " + "mystery " * unknown + "the " * known
    notices = read(text, model=model).notices
    assert bool(notices) == noticed
    if noticed:
        assert f"{unknown} of {unknown + known} tokens are unknown" in notices[0]
        assert "roberta-base" in notices[0]


@pytest.mark.parametrize(
    ("index", "masked"),
    [
        (1, "[MASK], it is un-[MASK] so."),  # the first piece of "Unbelievably"
        (4, "[MASK], it is un-[MASK] so."),  # one of its last
        (6, "Unbelievably[MASK] it is un-[MASK] so."),
        (8, "Unbelievably, it [MASK] un-[MASK] so."),
        (9, "Unbelievably, it is [MASK]-[MASK] so."),
        (0, "Unbelievably, it is un-<mask> so."),  # [CLS]
        (11, "Unbelievably, it is un-<mask> so."),  # the mask itself
    ],
)
def test_clicking_a_token_masks_its_word(index: int, masked: str, bert: "Model") -> None:
    text = "Unbelievably, it is un-<mask> so."
    token = read(text, model=bert).tokens[index]
    assert mask_word(text, token, model=bert) == masked


def test_clicking_masks_the_word_in_every_family(family: "Model") -> None:
    text = "The capital of France is Paris."
    for token in read(text, model=family, masks_needed=False).tokens:
        if token.start < 17 <= token.end or 15 <= token.start < 21:
            assert mask_word(text, token, model=family) == "The capital of [MASK] is Paris."


def test_a_token_of_another_text_masks_nothing(bert: "Model") -> None:
    token = read("Berlin [MASK]", model=bert).tokens[1]
    assert mask_word(PARIS, token, model=bert) == PARIS


def test_filled_sentences_put_spaces_where_the_pieces_say(bert: "Model", roberta: "Model") -> None:
    ids = bert.tokenizer.convert_tokens_to_ids(["paris", "##s", "big"])
    masked = read("In [MASK] cat [MASK] are [MASK].", model=bert)
    assert filled_sentence(masked, ids, model=bert) == "In paris cats are big."
    ids = roberta.tokenizer.convert_tokens_to_ids(["ĠParis", "s", "Ġcapital"])
    masked = read("In<mask> cat [MASK] are ([MASK]", model=roberta)
    assert filled_sentence(masked, ids, model=roberta) == "In Paris cats are ( capital"


def test_a_byte_piece_starts_a_word_by_its_space_or_by_its_place(roberta: "Model") -> None:
    words = vocabulary(roberta.tokenizer)
    paris, letter = roberta.tokenizer.convert_tokens_to_ids(["ĠParis", "s"])
    assert (words.piece(paris).text, words.piece(paris).starts_word) == ("Paris", True)
    assert [words.piece(letter, before).starts_word for before in ("", "cat ", "a (")] == [
        *(True, False, True)
    ]


@given(text=st.text(max_size=60))
def test_any_characters_can_be_read(text: str) -> None:
    model = as_model(ReadingModel(BUNDLED))
    masked = read(f"a {text} [MASK]", model=model, settings=Settings(max_masks=60))
    assert len(masked.input_ids) == len(masked.tokens)
    assert all(0 <= t.start <= t.end <= len(masked.text) for t in masked.tokens)
    assert {masked.input_ids[p] for p in masked.mask_positions} == {103}


BUNDLED: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(trunk.folder())

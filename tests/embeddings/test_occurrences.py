from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from playground.embeddings import follow
from playground.embeddings.occurrences import places
from playground.errors import EmptyTextError, LinesError, WordMissingError
from playground.models import fake
from playground.models.engine import Model

LookInto = Callable[[str], Model]
BANK = (
    "She deposited the cheque at the bank.",
    "The bank raised the interest on our loan.",
    "We sat on the bank of the river.",
    "The river burst its bank after the storm.",
)


@pytest.mark.parametrize(
    ("word", "text", "expected"),
    [
        ("bank", "The bank and the Bank, not banks.", [(4, 8), (17, 21)]),
        ("New York", "in new york.", [(3, 11)]),
        ("苹果", "苹果树和苹果", [(0, 2), (4, 6)]),
        ("c++", "c++ is not c.", [(0, 3)]),
        ("bat", "combat", []),
    ],
)
def test_a_word_is_found_as_a_word(word: str, text: str, expected: list[tuple[int, int]]) -> None:
    assert list(places(word, text)) == expected


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_vectors_are_means_over_the_words_pieces(
    look_into: LookInto, tiny_checkpoint: Callable[..., Path], family: str
) -> None:
    folder = tiny_checkpoint(family)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()
    sentences = ("The rhinoceros sat, the rhinoceros ate.", "One rhinoceros.")
    found = follow("rhinoceros", sentences, model=look_into(family))
    assert [(one.sentence, one.number, one.alone) for one in found.occurrences] == [
        (0, 1, False),
        (0, 2, False),
        (1, 1, True),
    ]
    assert found.states.shape == (3, 3, 32)
    for place, one in enumerate(found.occurrences):
        text = sentences[one.sentence]
        assert text[one.start : one.end] == "rhinoceros"
        encoded = tokenizer(text, return_tensors="pt")
        with torch.inference_mode():
            states = torch.cat(model(**encoded, output_hidden_states=True).hidden_states)
        places_ = [token + 1 for token in one.tokens]  # behind the first special token
        ids = encoded["input_ids"][0, places_]
        assert tokenizer.decode(ids).strip().lower() == "rhinoceros"
        expected = states[:, places_].mean(dim=1).numpy()
        np.testing.assert_allclose(found.states[:, place], expected, atol=1e-5)


def test_cosines_and_path_are_of_the_states(look_into: LookInto) -> None:
    found = follow("the", ["The rain fell.", "Then the sun came out."], model=look_into("bert"))
    one, other = found.states[:, 0].astype(float), found.states[:, 1].astype(float)
    norms = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    np.testing.assert_allclose(found.cosines[:, 0, 1], (one * other).sum(axis=1) / norms, atol=1e-5)
    np.testing.assert_allclose(found.cosines[:, 0, 0], 1, atol=1e-6)
    flat = found.states.reshape(-1, 32).astype(float)
    centred = flat - flat.mean(axis=0)
    spread = np.linalg.svd(centred, compute_uv=False) ** 2
    assert found.explained == pytest.approx(tuple(spread[:2] / spread.sum()), abs=1e-6)
    assert found.path.shape == (3, 2, 2)
    np.testing.assert_allclose((found.path.reshape(-1, 2) ** 2).sum(axis=0), spread[:2], rtol=1e-4)


def test_senses_of_bank_part_in_the_last_layer(trunk: Model) -> None:
    found = follow("bank", BANK, model=trunk)
    assert found.layers == 6
    last = found.cosines[-1]
    other_sense = max(last[one, other] for one in (0, 1) for other in (2, 3))
    assert min(last[0, 1], last[2, 3]) > other_sense
    assert found.cosines[0].min() > 0.95  # at the input only the position differs


@pytest.mark.parametrize(
    ("word", "sentences", "error", "said"),
    [
        ("", BANK, WordMissingError, "no word yet"),
        ("  ", BANK, WordMissingError, "no word yet"),
        ("lake", BANK, WordMissingError, "in no sentence"),
        ("cheque", BANK, WordMissingError, "in one place only"),
        ("bank", (), WordMissingError, "in no sentence"),
        ("bank", BANK * 4, LinesError, "16 sentences"),
        ("a", ("a " * 13,), LinesError, "13 places"),
        ("bank", (*BANK, " "), EmptyTextError, "no text"),
    ],
)
def test_bad_input_is_refused(
    look_into: LookInto,
    word: str,
    sentences: tuple[str, ...],
    error: type[Exception],
    said: str,
) -> None:
    with pytest.raises(error, match=said):
        follow(word, sentences, model=look_into("bert"))


def test_an_unknown_word_is_noticed(trunk: Model) -> None:
    found = follow("蘋", ["這是蘋果。", "蘋果樹。"], model=trunk)
    assert "unknown to MiniLM" in found.notices[0]


def test_a_piece_that_reaches_over_the_word_is_noticed(look_into: LookInto) -> None:
    found = follow("の", ["xのy", "aのb"], model=look_into("bert"))
    assert any("reaches over" in notice for notice in found.notices)


def test_what_the_model_does_not_read_is_no_place(look_into: LookInto) -> None:
    sentence = "rain and rain " + "and then the sun " * 30 + "rain"
    found = follow("rain", [sentence], model=look_into("bert"))  # it reads 64 tokens
    assert len(found.occurrences) == 2

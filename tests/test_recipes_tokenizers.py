"""The recipe of the tokenizers in the box, on tiny data."""

import lzma
import sys
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from playground.models import fake
from playground.models.vocabularies import FILE
from playground.recipes import tokenizers as recipe


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "text").mkdir()
    for number, name in enumerate(recipe.FILES):
        with lzma.open(tmp_path / f"text/{name}.txt.xz", "wt", encoding="utf-8") as file:
            file.write("\n\n".join(fake.TEXT[4 * number : 4 * number + 4]))
    return tmp_path


def test_all_paragraphs_are_learnt_from(data: Path) -> None:
    assert sorted(recipe.texts(data)) == sorted(fake.TEXT)


def test_the_command_writes_three_tokenizers(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "made"
    monkeypatch.setattr(recipe, "SIZE", 400)
    monkeypatch.setattr(sys, "argv", ["tokenizers", "--data", str(data), "--output", str(output)])
    recipe.main()
    for name in ("wordpiece", "bpe", "unigram"):
        tokenizer = Tokenizer.from_file(str(output / name / FILE))
        assert 100 < tokenizer.get_vocab_size() <= 400
        pieces = tokenizer.encode("the river", add_special_tokens=False)
        assert "".join(pieces.tokens).replace("▁", "").replace("Ġ", "").replace("##", "") == (
            "theriver"
        )


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        recipe.texts(tmp_path)

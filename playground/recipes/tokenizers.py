"""Train the tokenizers in the box: ``python -m playground.recipes.tokenizers --data DATA``.

WordPiece, byte-level BPE and SentencePiece unigram learn from the same texts. The same texts give
the same files.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from playground.models.vocabularies import FILE, FOLDER
from playground.recipes.corpus import SOURCES, paragraphs
from playground.tokenizer.sentencepiece_file import from_sentencepiece
from playground.tokenizer.training import train_byte_bpe, train_unigram, train_wordpiece

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SIZE = 8_000  # pieces of each
FILES = ("wikitext2", "brown", "abc_news")  # of the data folder


def main() -> None:
    """Read the command line and write the three tokenizers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the data sets")
    parser.add_argument("--output", type=Path, default=FOLDER)
    asked = parser.parse_args()
    for name, tokenizer in trained(texts(asked.data), SIZE).items():
        folder = asked.output / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_text(tokenizer.to_str() + "\n", encoding="utf-8")


def texts(data: Path) -> list[str]:
    """Return all paragraphs that the tokenizers learn from.

    Raises:
        FileNotFoundError: the data folder lacks one of the files.
    """
    chosen = [source for source in SOURCES if Path(source.file).name.split(".")[0] in FILES]
    return [text for source in chosen for part in paragraphs(source, data) for text in part]


def trained(learned_from: list[str], size: int) -> dict[str, "Tokenizer"]:
    """Return the three tokenizers, by the names of their folders."""
    return {
        "wordpiece": train_wordpiece(learned_from, size),
        "bpe": train_byte_bpe(learned_from, size),
        "unigram": from_sentencepiece(train_unigram(learned_from, size)),
    }


if __name__ == "__main__":
    main()

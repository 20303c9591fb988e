"""Words of a text that was read for a model, and which characters each of its tokens stands for."""

import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from playground.text.language import is_unspaced
from playground.text.pieces import vocabulary
from playground.text.reading import ReadText

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def own_spans(read: ReadText) -> np.ndarray:
    """Return the characters that each token has to itself, int64 [token, 2]: start and end.

    Tokens share characters where one is cut into bytes, and where SentencePiece puts a word's space
    into a token of its own, which gets the word's first letter. A shared character goes to the last
    of its tokens; the others keep an empty span, so spans never overlap.
    """
    spans = np.array(read.spans, dtype=np.int64)
    starts, ends = spans[:, 0], spans[:, 1]
    following = np.append(np.minimum.accumulate(starts[::-1])[::-1][1:], ends[-1:])
    starts = np.minimum(starts, following)
    return np.stack([starts, np.clip(ends, starts, following)], axis=1)


def word_numbers(read: ReadText, *, tokenizer: "PreTrainedTokenizerBase") -> np.ndarray:
    """Return each token's word, int64 [token], ascending from 0.

    WordPiece cuts a text into words before it looks for pieces: letters and digits that touch are a
    word, any other sign is one by itself. Other vocabularies cut elsewhere, most of them at spaces,
    so that a word has the comma behind it, and a Chinese sentence is one word. For these, words are
    found in the text, as WordPiece would.
    """
    if vocabulary(tokenizer).marks_continuation:
        return np.array(read.words, dtype=np.int64)
    begins = []
    reached, waiting = 0, None  # the last token's end; a token without characters, and its word
    for (start, end), word in zip(own_spans(read).tolist(), read.words, strict=True):
        joined = reached > 0 and _joins(read.text[reached - 1 : start + 1])
        begins.append(not joined and (start, word) != waiting)
        reached, waiting = (end, None) if start < end else (reached, (start, word))
    return np.cumsum(begins) - 1


def _joins(stretch: str) -> bool:
    """Tell whether a word reaches from the first to the last of these characters."""
    return all(
        unicodedata.category(character)[0] in "LMN" and not is_unspaced(character)
        for character in stretch
    )

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
    word, any other sign is one by itself. Other vocabularies cut at spaces, so that a word has the
    comma behind it, and a Chinese sentence is one word; here these are cut as WordPiece would.
    """
    words = np.array(read.words, dtype=np.int64)
    if vocabulary(tokenizer).marks_continuation:
        return words
    spans = own_spans(read)
    cut = np.append(True, words[1:] != words[:-1])
    reached = 0
    for token, (start, end) in enumerate(spans.tolist()):
        if start < end:
            touches = start == reached > 0
            cut[token] |= touches and not _joins(read.text[start - 1 : start + 1])
            reached = end
    return np.cumsum(cut) - 1


def _joins(around: str) -> bool:
    """Tell whether a word reaches over the border between two characters."""
    return all(
        unicodedata.category(character)[0] in "LMN" and not is_unspaced(character)
        for character in around
    )

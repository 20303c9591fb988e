"""A text's tokens with the probability of each label, however long the text is."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from playground.models.queries import LabelQuery
from playground.text.cleaning import blanked
from playground.text.pieces import vocabulary
from playground.text.reading import ReadText, Window, read_text
from playground.text.words import own_spans, word_numbers

if TYPE_CHECKING:
    from playground.models.engine import Model
    from playground.settings import Settings

# Input ids read at once. Taggers learn from sentences and short texts, and long ones cost them
# entities: on texts of 200 to 1,000 tokens from CoNLL-2003's validation part, the model in the box
# comes to a strict F1 of 82.8 in windows of 512, 86.7 of 256, 89.2 of 128 and 89.8 of 64.
WINDOW = 128
# Of a window's tokens, shared with the window before it. Without, F1 in windows of 64 falls by 1.3
# points; more than a quarter gains nothing.
OVERLAP = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What one window is for: it shows tokens ``begin`` to ``end`` to the model, ends excluded.

    Labels are read from it at ``first`` to ``last`` only.
    """

    begin: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The tokens of a text as a model reads and labels them, special tokens left out."""

    text: str  # as the visitor wrote it
    seen: str  # as the tokenizer got it, of the same length
    ids: tuple[int, ...]
    spans: np.ndarray  # int64 [token, 2], ascending; no character belongs to two tokens
    words: np.ndarray  # int64 [token], ascending
    probabilities: np.ndarray  # float32 [token, label]
    stretches: tuple[Stretch, ...]  # one for each window
    unknown: int  # tokens outside the vocabulary


def read(text: str, *, model: "Model", settings: "Settings | None" = None) -> tuple[ReadText, str]:
    """Return ``text`` as ``model`` reads it, and what the tokenizer got, of the same length.

    WordPiece takes a word and the emoji that touches it for one word, which it does not know. Such
    an emoji counts as a space, so that the word is read.

    Raises:
        TextError: as ``read_text`` does.
    """
    first = read_text(text, model=model, settings=settings)
    unknown = vocabulary(model.tokenizer).unknown_id
    glued = [
        place
        for token_id, (start, end) in zip(first.ids, first.spans, strict=True)
        if token_id == unknown and any(map(str.isalnum, text[start:end]))
        for place in range(start, end)
        if unicodedata.category(text[place]) in ("So", "Sk")
    ]
    if not glued:
        return first, blanked(text)
    characters = list(text)
    for place in glued:
        characters[place] = " "
    apart = "".join(characters)
    again = read_text(apart, model=model, settings=settings)
    return replace(again, text=text), blanked(apart)


def label_tokens(
    texts: Sequence[tuple[ReadText, str]],
    *,
    model: "Model",
    window: int = WINDOW,
    overlap: float = OVERLAP,
) -> list[Tokens]:
    """Return the tokens of each text that ``read`` read, all windows in one call of the model.

    A text longer than ``window`` input ids, or than the model reads at once, is read in windows of
    that size of which a share ``overlap`` is in the window before, too. A token's labels are those
    of the window in which it is farthest from an edge (maximum context, as BERT's authors did for
    long paragraphs; Devlin et al. 2019).

    Raises:
        BusyError: too many requests are waiting.
    """
    windows = [_windows(one, window, overlap) for one, _ in texts]
    queries = [LabelQuery(input_ids=w.input_ids) for row in windows for w in row]
    logits = iter(model.logits(queries) if queries else [])
    labelled = []
    for (one, seen), row in zip(texts, windows, strict=True):
        stretches = _stretches(one, row)
        kept = [
            next(logits)[w.lead + s.first - s.begin : w.lead + s.last - s.begin]
            for w, s in zip(row, stretches, strict=True)
        ]
        labelled.append(
            Tokens(
                text=one.text,
                seen=seen,
                ids=one.ids,
                spans=own_spans(one),
                words=word_numbers(one, tokenizer=model.tokenizer),
                probabilities=_softmax(np.concatenate(kept) / model.labels.temperature),
                stretches=stretches,
                unknown=one.ids.count(unknown) if (unknown := _unknown(model)) is not None else 0,
            )
        )
    return labelled


def _windows(one: ReadText, size: int, overlap: float) -> tuple[Window, ...]:
    size = min(size, one.max_tokens)
    room = size - len(one.front) - len(one.back)
    return one.windows(size=size, overlap=int(overlap * room))


def _stretches(one: ReadText, windows: Sequence[Window]) -> tuple[Stretch, ...]:
    """Cut between two windows in the middle of what they share, where a word begins."""
    starts = np.flatnonzero(np.diff(one.words, prepend=-1))
    cuts = [0]
    for before, after in pairwise(windows):
        middle = (after.begin + before.end) // 2
        first, last = np.searchsorted(starts, (after.begin + 1, before.end))
        shared = starts[first:last]  # none if a word is longer than what they share
        cuts.append(int(min(shared, key=lambda start: abs(start - middle), default=middle)))
    cuts.append(len(one.ids))
    return tuple(
        Stretch(begin=w.begin, end=w.end, first=first, last=last)
        for w, (first, last) in zip(windows, pairwise(cuts), strict=True)
    )


def _unknown(model: "Model") -> int | None:
    return vocabulary(model.tokenizer).unknown_id


def _softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))

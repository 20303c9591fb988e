"""Vocabulary pieces as readable words: WordPiece, byte-level BPE and SentencePiece alike."""

import json
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer
    from transformers import PreTrainedTokenizerBase

SPACE_MARKS = ("Ġ", "▁")  # the space in front of a word, in byte-level BPE and in SentencePiece
# A score no path through real pieces is as bad as: Unigram then never prefers a special token.
NEVER = -10_000.0
CACHED_PIECES = 8_192


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One vocabulary entry as people read it, without ``##``, ``Ġ`` or ``▁``."""

    text: str
    starts_word: bool  # False if it continues the word before it


class Vocabulary:
    """What one tokenizer knows, read without touching the tokenizer.

    Truncation, padding and the reading of special tokens are state of a tokenizer that all threads
    share. This holds a copy that neither cuts nor pads, and to which special tokens in a text are
    plain text, the mask apart.
    """

    def __init__(self, tokenizer: "PreTrainedTokenizerBase") -> None:
        from tokenizers.decoders import ByteLevel
        from tokenizers.models import WordPiece

        self.mask_token: str = tokenizer.mask_token
        self.mask_id: int = tokenizer.mask_token_id
        self.unknown_id: int | None = tokenizer.unk_token_id
        self.special_ids = frozenset(tokenizer.all_special_ids)
        self.size = len(tokenizer)
        self._tokenizer = _without_special_tokens(tokenizer)
        self.marks_continuation = isinstance(self._tokenizer.model, WordPiece)
        decoder = self._tokenizer.decoder
        self._bytes = decoder if isinstance(decoder, ByteLevel) else None
        self._take_apart = lru_cache(CACHED_PIECES)(self._take_apart_anew)

    def encode(self, text: str, pair: str | None = None) -> "Encoding":
        """Return the tokens of ``text``, or of two texts, among the model's own special tokens."""
        return self._tokenizer.encode(text, pair)

    def plain_id(self, token_id: int) -> int:
        """Return the id to use for a token of the text: unknown for what only looks special."""
        allowed = self.mask_id, self.unknown_id
        if token_id in self.special_ids and token_id not in allowed and self.unknown_id is not None:
            return self.unknown_id
        return token_id

    def word_ids(self, word: str, before: str) -> tuple[int, ...]:
        """Return the ids of ``word`` where it stands in a text, right after ``before``.

        Vocabularies that mark the space before a word have one piece for "Paris" at the start of a
        text or behind a bracket, and another for it in mid-sentence.
        """
        if self.marks_continuation or not before.strip():
            return self._ids(word)
        if before[-1].isspace():
            return self._ids(" " + word)
        encoding = self._tokenizer.encode(before[-1] + word, add_special_tokens=False)
        pairs = list(zip(encoding.ids, encoding.offsets, strict=True))
        if any(start < 1 < end for _, (start, end) in pairs):
            return self._ids(word)  # a piece reaches over the border: the two do not come apart
        return tuple(token_id for token_id, (start, _) in pairs if start >= 1)

    def piece(self, token_id: int, before: str = "x") -> Piece:
        """Return a token as people read it; ``before`` is the text that it follows."""
        raw, spaced, continues = self._take_apart(token_id)
        glued = before.rstrip()[-1:].isalnum()
        starts = not continues if self.marks_continuation else spaced or not glued
        return Piece(text=_visible(raw), starts_word=starts)

    def append(self, text: str, token_id: int) -> str:
        """Return ``text`` followed by a token, with the space between them that the token wants."""
        raw, spaced, continues = self._take_apart(token_id)
        if continues:
            return text.rstrip() + raw
        if spaced and text and not text[-1].isspace():
            return f"{text} {raw}"
        return text + raw

    def _ids(self, word: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode(word, add_special_tokens=False).ids)

    def _take_apart_anew(self, token_id: int) -> tuple[str, bool, bool]:
        """Return the bare characters, whether a space goes before them, whether none may."""
        raw = self._tokenizer.id_to_token(token_id)
        if raw is None:  # some models have a few more outputs than their tokenizer has pieces
            return f"[unused {token_id}]", True, False
        if token_id in self.special_ids:
            return raw.strip(), False, False
        if self.marks_continuation:
            prefix = self._tokenizer.model.continuing_subword_prefix
            return raw.removeprefix(prefix), False, raw.startswith(prefix)
        spaced = raw.startswith(SPACE_MARKS)
        bare = raw[1:] if spaced else raw
        if self._bytes is not None:
            bare = self._bytes.decode([bare])
        return bare.replace("▁", " "), spaced, not spaced


_vocabularies: "WeakKeyDictionary[PreTrainedTokenizerBase, Vocabulary]" = WeakKeyDictionary()
_lock = Lock()


def vocabulary(tokenizer: "PreTrainedTokenizerBase") -> Vocabulary:
    """Return the vocabulary of ``tokenizer``, made once; it lives as long as the tokenizer."""
    with _lock:
        known = _vocabularies.get(tokenizer)
        if known is None:
            known = _vocabularies[tokenizer] = Vocabulary(tokenizer)
        return known


def _without_special_tokens(tokenizer: "PreTrainedTokenizerBase") -> "Tokenizer":
    from tokenizers import Tokenizer

    state = json.loads(tokenizer.backend_tokenizer.to_str())
    state["truncation"] = state["padding"] = None
    for token in state["added_tokens"]:
        # encode_special_tokens below reads special tokens as plain text; the mask stays a token.
        token["special"] = token["special"] and token["content"] != tokenizer.mask_token
    model = state["model"]
    if model["type"] == "Unigram":
        # These keep special tokens among the pieces, with the best score there is.
        for token_id in tokenizer.all_special_ids:
            if token_id < len(model["vocab"]) and token_id != model["unk_id"]:
                model["vocab"][token_id][1] = NEVER
    copy: Tokenizer = Tokenizer.from_str(json.dumps(state))
    copy.encode_special_tokens = True
    return copy


def _visible(text: str) -> str:
    """Return ``text`` with marks in place of nothing but white space."""
    return text if text.strip() else text.replace("\n", "⏎").replace(" ", "␣") or "␣"

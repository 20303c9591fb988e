"""Reading a visitor's text for one model: masks, tokens, limits, and what to say about them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from playground.errors import (
    EmptyTextError,
    MaskMissingError,
    TextTooLongError,
    TooManyMasksError,
)
from playground.settings import Settings
from playground.text import language
from playground.text.cleaning import MASK, clean, trim, with_mask
from playground.text.pieces import Vocabulary, vocabulary

if TYPE_CHECKING:
    from playground.models.engine import Model

QUOTED_CHARACTERS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token of a text; ``start`` and ``end`` count characters of ``MaskedText.text``.

    A special token is one that the tokenizer adds around the text, such as [CLS]; its span is
    empty. A mask is none of these.
    """

    text: str  # readable, without ##, Ġ or ▁
    id: int
    start: int
    end: int
    special: bool
    continues_word: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedText:
    """What a model reads of a text.

    ``text`` has the model's own mask token and ends where the text was cut; ``cut_text`` follows.
    ``notices`` are plain text for the visitor, never HTML.
    """

    text: str
    input_ids: tuple[int, ...]  # special tokens included
    tokens: tuple[Token, ...]  # one for each input id
    mask_positions: tuple[int, ...]  # indices of tokens
    cut_tokens: int = 0
    cut_text: str = ""
    notices: tuple[str, ...] = ()

    def position_of(self, mask_index: int) -> int:
        """Return the position in ``tokens`` of a mask, counted from 0.

        Raises:
            MaskMissingError: the text has no mask ``mask_index``.
        """
        if not 0 <= mask_index < len(self.mask_positions):
            raise MaskMissingError(
                f"There is no mask number {mask_index + 1}: the text has "
                f"{len(self.mask_positions)}."
            )
        return self.mask_positions[mask_index]


def read(
    text: str, *, model: "Model", settings: Settings | None = None, masks_needed: bool = True
) -> MaskedText:
    """Read ``text`` as ``model`` does: masks in any spelling, cut to the length the model takes.

    Only a mask is read as a token of its own; [SEP], </s> and the like are plain text.

    Raises:
        EmptyTextError: there is nothing to read.
        TextTooLongError: it has over ``settings.max_characters`` characters.
        MaskMissingError: ``masks_needed``, and no mask is in the part that is read.
        TooManyMasksError: it has over ``settings.max_masks`` masks.
    """
    settings = settings or Settings.from_environment()
    if len(text) > settings.max_characters:
        raise TextTooLongError(
            f"The text has {len(text):,} characters; at most {settings.max_characters:,} are read "
            "here. Shorten it."
        )
    words = vocabulary(model.tokenizer)
    whole, removed = _prepare(text, words)
    tokens = _tokens(whole, words)
    _check(tokens, words, settings, masks_needed=masks_needed)
    masked = _cut(whole, tokens, words, model.max_tokens)
    if masks_needed and not masked.mask_positions:
        raise MaskMissingError(
            f"Every mask lies in the part that was cut: {_cut_notice(masked, model.max_tokens)} "
            f"Move {MASK} further to the front, or shorten the text."
        )
    return replace(masked, notices=_notices(masked, removed, words, model))


def mask_word(text: str, token: Token, *, model: "Model") -> str:
    """Return ``text`` with the whole word around ``token`` replaced by [MASK].

    ``token`` comes from ``read(text, model=model)``. If it is a mask or a special token, or does
    not belong to this text, ``text`` comes back as it is.
    """
    words = vocabulary(model.tokenizer)
    whole, _ = _prepare(text, words)
    tokens = _tokens(whole, words)
    if token not in tokens or token.special or token.id == words.mask_id:
        return text
    first = last = tokens.index(token)
    while tokens[first].continues_word:
        first -= 1
    while last + 1 < len(tokens) and tokens[last + 1].continues_word:
        last += 1
    masked = whole[: tokens[first].start] + words.mask_token + whole[tokens[last].end :]
    return masked.replace(words.mask_token, MASK)


def filled_sentence(masked: MaskedText, token_ids: Sequence[int], *, model: "Model") -> str:
    """Return the text with its masks, in order, replaced by the words of ``token_ids``."""
    words = vocabulary(model.tokenizer)
    sentence, end = "", 0
    for position, token_id in zip(masked.mask_positions, token_ids, strict=True):
        mask = masked.tokens[position]
        sentence = words.append(sentence + masked.text[end : mask.start], token_id)
        end = mask.end
    return sentence + masked.text[end:]


def _prepare(text: str, words: Vocabulary) -> tuple[str, int]:
    cleaned = clean(text)
    return with_mask(cleaned, words.mask_token), len(text) - len(cleaned)


def _tokens(text: str, words: Vocabulary) -> list[Token]:
    encoding = words.encode(text)
    tokens: list[Token] = []
    previous_word = None
    for token_id, span, word, special in zip(
        encoding.ids,
        encoding.offsets,
        encoding.word_ids,
        encoding.special_tokens_mask,
        strict=True,
    ):
        start, end = trim(text, *span)
        if special:
            start = end = len(text) if any(not token.special for token in tokens) else 0
        plain_id = token_id if special else words.plain_id(token_id)
        shown = words.piece(plain_id).text
        tokens.append(
            Token(
                text=text[start:end] if "\N{REPLACEMENT CHARACTER}" in shown else shown,
                id=plain_id,
                start=start,
                end=end,
                special=bool(special),
                continues_word=word is not None
                and word == previous_word
                and words.mask_id not in (plain_id, tokens[-1].id)
                and (_reaches(tokens[-1], start) or _joined(text, start)),
            )
        )
        previous_word = word
    return tokens


def _reaches(token: Token, start: int) -> bool:
    """Tell whether ``token`` shares a character with the next one, or is only the space before."""
    return start < token.end or token.start == token.end


def _joined(text: str, border: int) -> bool:
    """Tell whether one word reaches over ``border``; Han and kana are written without spaces."""
    around = text[max(0, border - 1) : border + 1]
    return len(around) == 2 and all(
        unicodedata.category(character)[0] in "LMN" and not language.is_unspaced(character)
        for character in around
    )


def _check(
    tokens: list[Token], words: Vocabulary, settings: Settings, *, masks_needed: bool
) -> None:
    if not any(token.end > token.start for token in tokens):
        raise EmptyTextError(f"There is no text yet. Write a sentence, with {MASK} for a word.")
    masks = sum(token.id == words.mask_id for token in tokens)
    if masks_needed and not masks:
        raise MaskMissingError(
            f"The text has no mask. Write {MASK} where a word is to be guessed, or click a word."
        )
    if masks > settings.max_masks:
        raise TooManyMasksError(
            f"The text has {masks} masks; at most {settings.max_masks} are filled at once. "
            "Write words in place of some of them."
        )


def _cut(text: str, tokens: list[Token], words: Vocabulary, max_tokens: int) -> MaskedText:
    """Keep the first ``max_tokens`` tokens, the special ones at the end among them."""
    closing = next(i for i, token in enumerate(reversed(tokens)) if not token.special)
    body = len(tokens) - closing
    kept = min(body, max_tokens - closing)
    # A character may span several tokens; none of it is left if one of them is cut.
    end = len(text) if kept == body else min(tokens[kept - 1].end, tokens[kept].start)
    last = [replace(token, start=end, end=end) for token in tokens[body:]]
    read_tokens = (*tokens[:kept], *last)
    return MaskedText(
        text=text[:end],
        input_ids=tuple(token.id for token in read_tokens),
        tokens=read_tokens,
        mask_positions=tuple(i for i, t in enumerate(read_tokens) if t.id == words.mask_id),
        cut_tokens=body - kept,
        cut_text=text[end:],
    )


def _notices(
    masked: MaskedText, removed: int, words: Vocabulary, model: "Model"
) -> tuple[str, ...]:
    notices = []
    if removed:
        notices.append(f"Control characters, such as NUL, were removed: {removed}.")
    if masked.cut_tokens:
        notices.append(_cut_notice(masked, model.max_tokens))
        if cut_masks := masked.cut_text.count(words.mask_token):
            notices.append(f"Masks in the part that was cut, and so not filled: {cut_masks}.")
    ids = [t.id for t in masked.tokens if not t.special and t.id != words.mask_id]
    notices += language.notices(
        (masked.text + masked.cut_text).replace(words.mask_token, " "),
        unknown=ids.count(words.unknown_id) if words.unknown_id is not None else 0,
        tokens=len(ids),
        spec=model.spec,
    )
    return tuple(notices)


def _cut_notice(masked: MaskedText, max_tokens: int) -> str:
    beginning = " ".join(masked.cut_text.split())
    quoted = beginning[:QUOTED_CHARACTERS] + "…" * (len(beginning) > QUOTED_CHARACTERS)
    total = len(masked.tokens) + masked.cut_tokens
    return (
        f"The text has {total:,} tokens and this model reads {max_tokens:,}: the last "
        f"{masked.cut_tokens:,} were cut, from “{quoted}” on."
    )

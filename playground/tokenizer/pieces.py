"""A text, or a pair of texts, as pieces of a vocabulary."""

import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from playground.errors import EmptyTextError, TextTooLongError
from playground.models.vocabularies import LoadedTokenizer
from playground.settings import Settings
from playground.text.cleaning import blanked
from playground.text.language import is_unspaced
from playground.tokenizer.normalising import Normalised, normalise

if TYPE_CHECKING:
    from tokenizers import Encoding


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece and where it stands: ``texts[text][start:end]`` is what it was made from.

    The span is empty where the piece stands for nothing in a text, such as [CLS]. Pieces of one
    byte share the span of their character, and a ▁ by itself may share that of the word's first.
    """

    name: str  # as the vocabulary writes it, with ## or Ġ or ▁
    id: int
    text: int | None  # 0 or 1; None of what the tokenizer adds around the texts
    start: int
    end: int
    segment: int
    continues_word: bool  # of the same word, as the tokenizer cuts words, as the piece before
    special: bool  # among the vocabulary's special tokens, whoever wrote it
    unknown: bool  # the vocabulary has nothing for what stands here


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much a text is; special tokens that were added are left out of ``pieces``."""

    characters: int
    words: int
    pieces: int
    unknown: int

    @property
    def pieces_a_word(self) -> float:
        """Also called fertility; 1 if each word is one piece."""
        return self.pieces / max(1, self.words)

    @property
    def characters_a_piece(self) -> float:
        """How much of the text a piece stands for."""
        return self.characters / max(1, self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """One or two texts in pieces."""

    texts: tuple[str, ...]  # as typed; what no tokenizer can read is a space
    pieces: tuple[Piece, ...]
    normalised: tuple[Normalised, ...]  # of each text
    counts: Counts
    decoded: str  # what the first text's pieces say when they are put together again

    @property
    def unknown(self) -> tuple[str, ...]:
        """What the vocabulary cannot say, each stretch once, in the order of the texts."""
        found = [
            self.texts[piece.text][piece.start : piece.end]
            for piece in self.pieces
            if piece.unknown and piece.text is not None
        ]
        return tuple(dict.fromkeys(found))

    @property
    def gives_back(self) -> bool:
        """Whether the first text can be read from its pieces, letter by letter."""
        return self.decoded == self.texts[0]


def cut(
    text: str,
    pair: str = "",
    *,
    tokenizer: LoadedTokenizer,
    settings: Settings | None = None,
) -> Pieces:
    """Return the pieces of ``text``, or of ``text`` and ``pair``, among the special tokens.

    Special tokens that are typed, such as [MASK], are read as what they are.

    Raises:
        EmptyTextError: the first text is empty.
        TextTooLongError: they have over ``settings.max_characters`` characters together.
    """
    settings = settings or Settings.from_environment()
    if not text.strip():
        raise EmptyTextError("There is no text yet. Write a sentence.")
    if len(text) + len(pair) > settings.max_characters:
        raise TextTooLongError(
            f"The text has {len(text) + len(pair):,} characters; at most "
            f"{settings.max_characters:,} are read here. Shorten it."
        )
    texts = tuple(blanked(part) for part in (text, pair) if part.strip())
    encoding = tokenizer.encode(*texts)
    pieces = _pieces(encoding, tokenizer)
    own = [piece for piece in pieces if piece.text is not None]
    return Pieces(
        texts=texts,
        pieces=pieces,
        normalised=tuple(normalise(part, tokenizer=tokenizer) for part in texts),
        counts=Counts(
            characters=sum(map(len, texts)),
            words=sum(map(count_words, texts)),
            pieces=len(own),
            unknown=sum(piece.unknown for piece in own),
        ),
        decoded=tokenizer.tokenizer.decode(
            [piece.id for piece in own if piece.text == 0], skip_special_tokens=False
        ),
    )


def count_words(text: str) -> int:
    """Return how many words ``text`` has, the same for every tokenizer.

    A word is a run of letters, their marks and digits. Each other sign is one by itself, and so is
    each character of a script without spaces, such as Chinese.
    """
    joined = [_joins(character) for character in text]
    words = sum(not character.isspace() for character in text)
    return words - sum(before and after for before, after in pairwise(joined))


def _joins(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN" and not is_unspaced(character)


def _pieces(encoding: "Encoding", tokenizer: LoadedTokenizer) -> tuple[Piece, ...]:
    special = special_ids(tokenizer)
    found: list[Piece] = []
    previous: tuple[int | None, int | None] = None, None
    for token_id, (start, end), text, segment, word in zip(
        encoding.ids,
        encoding.offsets,
        encoding.sequence_ids,
        encoding.type_ids,
        encoding.word_ids,
        strict=True,
    ):
        found.append(
            Piece(
                # Of an unknown one SentencePiece's tokenizers keep what stands in the text.
                name=tokenizer.tokenizer.id_to_token(token_id) or "",
                id=token_id,
                text=text,
                start=start,
                end=end,
                segment=segment,
                continues_word=word is not None and (text, word) == previous,
                special=token_id in special and token_id != tokenizer.unknown_id,
                unknown=token_id == tokenizer.unknown_id,
            )
        )
        previous = text, word
    return tuple(found)


def special_ids(tokenizer: LoadedTokenizer) -> frozenset[int]:
    """Return the ids of the vocabulary's special tokens."""
    added = tokenizer.tokenizer.get_added_tokens_decoder()
    return frozenset(token_id for token_id, token in added.items() if token.special)

"""A text as a classifier reads it: tokens with their places in it, in windows where it is long."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.errors import EmptyTextError, TextTooLongError
from playground.settings import Settings
from playground.text.cleaning import blanked, trim
from playground.text.pieces import vocabulary

if TYPE_CHECKING:
    from playground.models.engine import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of a text's tokens, framed by the model's special tokens.

    Token ``begin + i`` of the text stands at position ``lead + i`` of ``input_ids``.
    """

    input_ids: tuple[int, ...]
    begin: int
    end: int  # exclusive
    lead: int  # special tokens in front


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadText:
    """The tokens of a text, special ones left out; ``text[start:end]`` is what a token stands for.

    ``words`` numbers the words as the tokenizer cuts them before it looks for pieces: tokens of
    one word have the same number, and numbers ascend.
    """

    text: str  # as the visitor wrote it
    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    words: tuple[int, ...]
    front: tuple[int, ...]  # special tokens that the model wants before a text
    back: tuple[int, ...]  # and after it
    max_tokens: int  # that the model reads at once, special ones included

    def windows(self, *, size: int | None = None, overlap: int = 0) -> tuple[Window, ...]:
        """Return windows that cover all tokens, at most ``size`` input ids each.

        Neighbours share ``overlap`` tokens or a few more: a window begins with a word, unless one
        word alone is longer than the overlap. One window if the text fits.

        Raises:
            ValueError: ``overlap`` leaves no room for anything new.
        """
        room = min(size or self.max_tokens, self.max_tokens) - len(self.front) - len(self.back)
        if not 0 <= overlap < room:
            raise ValueError(f"an overlap of {overlap} in windows of {room} tokens")
        begins = [0]
        while begins[-1] + room < len(self.ids):
            begins.append(self._word_start(begins[-1] + room - overlap, after=begins[-1]))
        return tuple(self._window(begin, min(begin + room, len(self.ids))) for begin in begins)

    def _word_start(self, place: int, *, after: int) -> int:
        """Return the place of the first token of the word at ``place``, if it is past ``after``."""
        start = place
        while start > after + 1 and self.words[start] == self.words[start - 1]:
            start -= 1
        return start if start > after + 1 else place

    def _window(self, begin: int, end: int) -> Window:
        return Window(
            input_ids=(*self.front, *self.ids[begin:end], *self.back),
            begin=begin,
            end=end,
            lead=len(self.front),
        )


def read_text(text: str, *, model: "Model", settings: Settings | None = None) -> ReadText:
    """Return the tokens of ``text`` as ``model`` reads it.

    Characters that no model can read count as spaces; [SEP], </s> and the like are plain text.

    Raises:
        EmptyTextError: there is nothing to read.
        TextTooLongError: it has over ``settings.max_characters`` characters.
    """
    settings = settings or Settings.from_environment()
    if len(text) > settings.max_characters:
        raise TextTooLongError(
            f"The text has {len(text):,} characters; at most {settings.max_characters:,} are read "
            "here. Shorten it."
        )
    words = vocabulary(model.tokenizer)
    seen = blanked(text)
    encoding = words.encode(seen)
    # Each of these makes a new list whenever it is asked for.
    ids, offsets, words_of = encoding.ids, encoding.offsets, encoding.word_ids
    places = [place for place, special in enumerate(encoding.special_tokens_mask) if not special]
    spans = [trim(seen, *offsets[place]) for place in places]
    if not any(end > start for start, end in spans):
        raise EmptyTextError("There is no text yet. Write a sentence.")
    return ReadText(
        text=text,
        ids=tuple(words.plain_id(ids[place]) for place in places),
        spans=tuple(spans),
        words=_words(words_of, places),
        front=tuple(ids[: places[0]]),
        back=tuple(ids[places[-1] + 1 :]),
        max_tokens=model.max_tokens,
    )


def _words(words_of: Sequence[int | None], places: Sequence[int]) -> tuple[int, ...]:
    """Return ascending word numbers; a token without one is a word by itself."""
    numbers: list[int] = []
    for index, place in enumerate(places):
        word = words_of[place]
        same = index > 0 and word is not None and word == words_of[places[index - 1]]
        numbers.append(numbers[-1] if same else (numbers[-1] + 1 if numbers else 0))
    return tuple(numbers)

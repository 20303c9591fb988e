"""Several tokenizers on one text: how much they cut, and what they cannot say."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from playground.models.vocabularies import BYTE_LEVEL, LoadedTokenizer
from playground.settings import Settings
from playground.tokenizer.pieces import Pieces, cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One tokenizer's pieces of the text that all of them read."""

    title: str
    kind: str
    size: int  # of its vocabulary
    pieces: Pieces
    remarks: tuple[str, ...]  # what it does to this text

    @property
    def coverage(self) -> float:
        """The share of the text's characters, spaces left out, that the vocabulary can say."""
        text = self.pieces.texts[0]
        missed = [text[piece.start : piece.end] for piece in self.pieces.pieces if piece.unknown]
        return 1 - _letters("".join(missed)) / max(1, _letters(text))


def compare(
    text: str, tokenizers: Sequence[LoadedTokenizer], *, settings: Settings | None = None
) -> tuple[Side, ...]:
    """Return ``text`` as each of ``tokenizers`` cuts it.

    Raises:
        EmptyTextError: there is no text.
        TextTooLongError: it has over ``settings.max_characters`` characters.
    """
    return tuple(_side(text, tokenizer, settings) for tokenizer in tokenizers)


def _side(text: str, tokenizer: LoadedTokenizer, settings: Settings | None) -> Side:
    found = cut(text, tokenizer=tokenizer, settings=settings)
    return Side(
        title=tokenizer.spec.title,
        kind=tokenizer.kind,
        size=tokenizer.size,
        pieces=found,
        remarks=_remarks(found, tokenizer),
    )


def _remarks(found: Pieces, tokenizer: LoadedTokenizer) -> tuple[str, ...]:
    remarks = []
    [normalised] = found.normalised
    if normalised.changed:
        remarks.append(f"Before cutting: {', '.join(normalised.changed)}.")
    if found.counts.unknown:
        assert tokenizer.unknown_id is not None
        name = tokenizer.tokenizer.id_to_token(tokenizer.unknown_id)
        remarks.append(
            f"No pieces for {', '.join(map(_quoted, found.unknown[:8]))}"
            f"{' and more' if len(found.unknown) > 8 else ''}: the model sees {name} and cannot "
            "tell them apart."
        )
    elif tokenizer.kind == BYTE_LEVEL and (shared := _taken_apart(found)):
        remarks.append(
            f"Nothing is unknown, but {', '.join(map(_quoted, shared[:8]))}"
            f"{' and more' if len(shared) > 8 else ''} became several pieces, bytes of UTF-8 that "
            "mean nothing alone."
        )
    if found.gives_back:
        remarks.append("The pieces give the text back letter by letter.")
    return tuple(remarks)


def _taken_apart(found: Pieces) -> tuple[str, ...]:
    """Return characters that several pieces share, each once."""
    counts = Counter(p.start for p in found.pieces if p.text == 0 and p.end - p.start == 1)
    return tuple(dict.fromkeys(found.texts[0][place] for place, n in counts.items() if n > 1))


def _letters(text: str) -> int:
    return sum(not character.isspace() for character in text)


def _quoted(stretch: str) -> str:
    return f"“{stretch}”"

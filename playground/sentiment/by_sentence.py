"""A text sentence by sentence, each read without the others."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.errors import EmptyTextError
from playground.sentiment.classify import Classified, classify, classify_all
from playground.text.sentences import sentence_spans

if TYPE_CHECKING:
    from playground.models.engine import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence; ``start`` and ``end`` are its characters in the whole text."""

    start: int
    end: int
    found: Classified


@dataclass(frozen=True, slots=True, kw_only=True)
class BySentence:
    """A text as a whole and in sentences."""

    whole: Classified
    sentences: tuple[Sentence, ...]


def by_sentence(text: str, *, model: "Model") -> BySentence:
    """Return the labels of ``text`` and of each of its sentences that has anything to read.

    Raises:
        TextError: as ``read_text`` does.
        BusyError: too many requests are waiting.
    """
    whole = classify(text, model=model)
    spans = sentence_spans(text)
    found = classify_all([text[start:end] for start, end in spans], model=model)
    sentences = []
    for (start, end), answer in zip(spans, found, strict=True):
        if isinstance(answer, Classified):
            sentences.append(Sentence(start=start, end=end, found=answer))
        elif not isinstance(answer, EmptyTextError):
            raise answer
    return BySentence(whole=whole, sentences=tuple(sentences))

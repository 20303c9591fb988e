"""How BERT's pre-training made its pairs (BERT paper, section 3.1, task 2, and appendix A.2)."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from playground.errors import TextError, TextTooLongError
from playground.next_sentence.judge import check_length, judge, language_notices, readable
from playground.settings import Settings
from playground.text.cleaning import blanked
from playground.text.pairs import cut
from playground.text.pieces import vocabulary
from playground.text.sentences import sentence_spans

if TYPE_CHECKING:
    from playground.models.engine import Model

NEXT_SHARE = 0.5
MOST_PAIRS = 60
_EMPTY_LINES = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class FramedToken:
    """One token of [CLS] A [SEP] B [SEP] with the segment it is said to be of, 0 or 1."""

    text: str
    segment: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One pair; sentences and documents are numbered from 0, sentences through all documents."""

    first: int
    second: int
    coin: float  # from 0 to 1; below NEXT_SHARE the next sentence is taken
    is_next: bool
    tokens: tuple[FramedToken, ...]
    probability: float  # that the second follows, as the model says


@dataclass(frozen=True, slots=True, kw_only=True)
class PreTraining:
    """All pairs of a text; ``documents`` [sentence] is what each sentence lies in."""

    sentences: tuple[str, ...]
    documents: tuple[int, ...]
    pairs: tuple[Drawn, ...]
    notices: tuple[str, ...] = ()

    @property
    def right(self) -> int:
        """How many pairs the model judges rightly, at one half."""
        return sum((pair.probability > 0.5) == pair.is_next for pair in self.pairs)


def pre_training_pairs(
    text: str, *, seed: int, model: "Model", settings: Settings | None = None
) -> PreTraining:
    """Return a pair for each sentence that has a next one, drawn as in BERT's pre-training.

    An empty line parts two documents. In half of the pairs, on average, B is the next sentence; in
    the others any sentence of another document. BERT's segments are several sentences long, up to
    512 tokens together; here each is one sentence, so that they can be read.

    Raises:
        TextError: there is only one document, or no two sentences follow each other.
        TextTooLongError: there are too many sentences, or too many characters.
        BusyError: too many requests are waiting.
    """
    check_length(len(text), settings)
    found = [
        [" ".join(part[start:end].split()) for start, end in sentence_spans(part)]
        for part in _EMPTY_LINES.split(blanked(text))
    ]
    parts = [part for part in found if part]
    if len(parts) < 2:
        raise TextError(
            "Wrong sentences come from another document, and there is "
            f"{'one' if parts else 'none'} here. Write at least two, with an empty line between."
        )
    sentences = tuple(sentence for part in parts for sentence in part)
    documents = tuple(number for number, part in enumerate(parts) for _ in part)
    firsts = [place for place, (one, two) in enumerate(pairwise(documents)) if one == two]
    if not firsts:
        raise TextError(
            "No document has two sentences, so none has a next one. Write longer documents."
        )
    if len(firsts) > MOST_PAIRS:
        raise TextTooLongError(
            f"This text makes {len(firsts)} pairs; at most {MOST_PAIRS} are shown here. Shorten it."
        )
    drawn = _drawn(firsts, documents, seed)
    judged = judge([(sentences[i], sentences[j]) for i, j, _ in drawn], model=model)
    return PreTraining(
        sentences=sentences,
        documents=documents,
        pairs=tuple(
            Drawn(
                first=i,
                second=j,
                coin=coin,
                is_next=coin < NEXT_SHARE,
                tokens=framed(sentences[i], sentences[j], model=model),
                probability=one.probability,
            )
            for (i, j, coin), one in zip(drawn, judged, strict=True)
        ),
        notices=language_notices(text, model),
    )


def _drawn(
    firsts: list[int], documents: tuple[int, ...], seed: int
) -> list[tuple[int, int, float]]:
    """Return the places of A and B and the coin of each pair."""
    rng = np.random.default_rng(seed)
    of = np.array(documents)
    drawn = []
    for first in firsts:
        coin = float(rng.random())
        others = np.flatnonzero(of != of[first])
        second = first + 1 if coin < NEXT_SHARE else int(rng.choice(others))
        drawn.append((first, second, coin))
    return drawn


def framed(first: str, second: str, *, model: "Model") -> tuple[FramedToken, ...]:
    """Return the tokens of a pair as the model reads it, [CLS] and [SEP] included."""
    words = vocabulary(model.tokenizer)
    read = cut([readable(text, model) for text in (first, second)], words, model.max_tokens)
    encoding = words.encode(*read)
    return tuple(
        FramedToken(text=text, segment=segment)
        for text, segment in zip(encoding.tokens, encoding.type_ids, strict=True)
    )

"""One word in several sentences: its vector in each, layer by layer."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from playground.embeddings.vectors import cut_notices
from playground.errors import LinesError, WordMissingError
from playground.models.queries import StatesQuery
from playground.text import language
from playground.text.pieces import vocabulary
from playground.text.reading import ReadText, read_text
from playground.text.words import own_spans

if TYPE_CHECKING:
    from playground.models.engine import Model

MOST = 12  # sentences, and occurrences


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One place of the word; ``start`` and ``end`` are its characters in the sentence."""

    sentence: int
    number: int  # among those of its sentence, from 1
    alone: bool  # whether its sentence has no other
    start: int
    end: int
    tokens: tuple[int, ...]  # of the sentence, special ones left out


@dataclass(frozen=True, kw_only=True)
class WordInContext:
    """A word's vector at each of its places, layer by layer, the embedding output first.

    The vector is the mean over the word's pieces.
    """

    word: str
    sentences: tuple[str, ...]
    occurrences: tuple[Occurrence, ...]
    states: np.ndarray  # float32 [layer + 1, occurrence, hidden]
    cosines: np.ndarray  # float32 [layer + 1, occurrence, occurrence]
    path: np.ndarray  # float32 [layer + 1, occurrence, 2]: the states' first two components
    explained: tuple[float, float]  # share of all variance that each of these holds
    notices: tuple[str, ...] = ()

    @property
    def layers(self) -> int:
        """How many layers there are above the embedding output."""
        return len(self.states) - 1

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Every two occurrences, once."""
        return tuple(combinations(range(len(self.occurrences)), 2))


def follow(word: str, sentences: Sequence[str], *, model: "Model") -> WordInContext:
    """Return the vector of ``word``, in whatever case, at each of its places in ``sentences``.

    Raises:
        WordMissingError: there is no word, or the sentences have it fewer than twice.
        LinesError: too many sentences, or the word stands in too many places.
        TextError: a sentence has nothing to read or is too long.
        BusyError: too many requests are waiting.
    """
    word = word.strip()
    if not word:
        raise WordMissingError("There is no word yet. Write one that stands in the sentences.")
    if len(sentences) > MOST:
        raise LinesError(f"There are {len(sentences)} sentences; at most {MOST} are followed.")
    read = [read_text(sentence, model=model) for sentence in sentences]
    found = [one for index, text in enumerate(read) for one in _in_sentence(word, index, text)]
    if not 2 <= len(found) <= MOST:
        _refuse(word, len(found))
    states = _states(found, read, model)
    units = states / np.linalg.norm(states, axis=-1, keepdims=True)
    path, explained = _path(states)
    return WordInContext(
        word=word,
        sentences=tuple(sentences),
        occurrences=tuple(found),
        states=states,
        cosines=np.clip(units @ units.swapaxes(1, 2), -1, 1),
        path=path,
        explained=explained,
        notices=_notices(word, found, read, model),
    )


def places(word: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of ``word`` in ``text``, in whatever case, as a word of its own.

    Where a script puts no spaces between words, it counts wherever it stands.
    """
    unspaced = any(map(language.is_unspaced, word))
    pattern = re.escape(word) if unspaced else rf"(?<!\w){re.escape(word)}(?!\w)"
    for match in re.finditer(pattern, text, re.IGNORECASE):
        yield match.span()


def tokens_of(read: ReadText, start: int, end: int) -> tuple[int, ...]:
    """Return the tokens that stand for characters from ``start`` to ``end``."""
    spans = own_spans(read)
    return tuple(np.flatnonzero((spans[:, 0] < end) & (spans[:, 1] > start)).tolist())


def _in_sentence(word: str, index: int, read: ReadText) -> list[Occurrence]:
    spans = list(places(word, read.text))
    room = read.windows()[0].end
    found = [(start, end, tokens_of(read, start, end)) for start, end in spans]
    return [
        Occurrence(
            sentence=index,
            number=number,
            alone=len(found) == 1,
            start=start,
            end=end,
            tokens=tokens,
        )
        for number, (start, end, tokens) in enumerate(found, start=1)
        if tokens and tokens[-1] < room
    ]


def _refuse(word: str, count: int) -> None:
    if count > MOST:
        raise LinesError(f"“{word}” stands in {count} places; at most {MOST} are followed.")
    where = "in no sentence" if not count else "in one place only"
    raise WordMissingError(
        f"“{word}” stands {where}. Write two sentences or more that have it in just this form."
    )


def _states(found: Sequence[Occurrence], read: Sequence[ReadText], model: "Model") -> np.ndarray:
    """Return the means of each occurrence's tokens, float32 [layer + 1, occurrence, hidden]."""
    queries = []
    for one in found:
        window = read[one.sentence].windows()[0]
        positions = tuple(window.lead + token for token in one.tokens)
        queries.append(StatesQuery(input_ids=window.input_ids, positions=positions))
    return np.stack([states.mean(axis=1) for states in model.states(queries)], axis=1)


def _path(states: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    from sklearn.decomposition import PCA

    layers, count, hidden = states.shape
    pca = PCA(2, svd_solver="full")
    points = pca.fit_transform(states.reshape(-1, hidden).astype(np.float64))
    first, second = pca.explained_variance_ratio_.tolist()
    return points.reshape(layers, count, 2).astype(np.float32), (first, second)


def _notices(
    word: str, found: Sequence[Occurrence], read: Sequence[ReadText], model: "Model"
) -> tuple[str, ...]:
    cut = sum(one.windows()[0].end < len(one.ids) for one in read)
    notices = list(cut_notices(cut, model=model, most=model.max_tokens))
    unknown = vocabulary(model.tokenizer).unknown_id
    if any(read[one.sentence].ids[token] == unknown for one in found for token in one.tokens):
        notices.append(
            f"“{word}” is unknown to {model.spec.title}: it sees a placeholder in its place. "
            "Choose a model that was trained on the language of these sentences."
        )
    if any(_reaches_over(one, read[one.sentence]) for one in found):
        notices.append(
            f"A piece of {model.spec.title} reaches over the end of “{word}”, so its vector holds "
            "more than this word."
        )
    return tuple(notices)


def _reaches_over(one: Occurrence, read: ReadText) -> bool:
    spans = own_spans(read)[list(one.tokens)]
    return bool(spans[0, 0] < one.start or spans[-1, 1] > one.end)

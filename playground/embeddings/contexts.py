"""Searching many lines for contexts like that of a chosen token."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.embeddings.vectors import MOST_TOKENS, cut_notices, is_cut, read_all, window
from playground.errors import LinesError, PlaygroundError
from playground.models.queries import StatesQuery
from playground.text.reading import ReadText, read_text
from playground.text.words import own_spans

if TYPE_CHECKING:
    from playground.models.engine import Model

MOST_BYTES = 160_000_000  # of all states: 208,000 tokens of the trunk, half as many of BERT-base
BYTES = 2  # of a float16
AT_ONCE = 20_000  # tokens compared at once: in float32 their states take 31 MB


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStates:
    """A line's tokens, special ones left out, and their states at one layer."""

    text: str
    spans: np.ndarray  # int32 [token, 2]: start and end in the text
    states: np.ndarray  # float16 [token, hidden], each of length 1
    cut: bool  # whether the line is longer than what is read of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token of a sentence, and the vector of its context."""

    text: str
    place: int  # among the sentence's tokens, special ones left out
    start: int
    end: int
    state: np.ndarray  # float32 [hidden], of length 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A token in a line; ``start`` and ``end`` are its characters there."""

    line: int  # as in the file
    text: str
    start: int
    end: int
    cosine: float


class LineReader:
    """Reads lines until their states fill ``most_bytes``; further lines are refused."""

    def __init__(self, *, model: "Model", layer: int, most_bytes: int = MOST_BYTES) -> None:
        self._model = model
        self._layer = layer
        self._most_bytes = most_bytes
        self._bytes = 0

    def read(self, texts: Sequence[str]) -> list[LineStates | PlaygroundError]:
        """Return the states of each line's tokens, or why there are none.

        Raises:
            BusyError: too many requests are waiting.
        """
        if self._bytes >= self._most_bytes:
            return [self._full() for _ in texts]
        read = read_all(texts, model=self._model)
        queries = [_query(one, self._layer) for one in read if isinstance(one, ReadText)]
        answers = iter(self._model.states(queries))
        return [
            one if isinstance(one, PlaygroundError) else self._keep(one, next(answers)[0])
            for one in read
        ]

    def _keep(self, read: ReadText, states: np.ndarray) -> LineStates | PlaygroundError:
        self._bytes += states.size * BYTES
        if self._bytes > self._most_bytes:
            return self._full()
        return LineStates(
            text=read.text,
            spans=own_spans(read)[: len(states)].astype(np.int32),
            states=_units(states).astype(np.float16),
            cut=is_cut(read),
        )

    def _full(self) -> LinesError:
        return LinesError(
            f"the states of the lines before fill the {self._most_bytes / 1e6:.0f} MB that one "
            "search may take"
        )


def tokens(sentence: str, *, model: "Model", layer: int) -> tuple[Token, ...]:
    """Return the tokens of ``sentence`` with their states at ``layer``, 0 the embedding output.

    Raises:
        TextError: there is nothing to read, or it is too long.
        BusyError: too many requests are waiting.
    """
    read = read_text(sentence, model=model)
    [answer] = model.states([_query(read, layer)])
    states = _units(answer[0])
    spans = own_spans(read)[: len(states)].tolist()
    return tuple(
        Token(text=sentence[start:end], place=place, start=start, end=end, state=state)
        for place, ((start, end), state) in enumerate(zip(spans, states, strict=True))
        if end > start
    )


def search(lines: Sequence[tuple[int, LineStates]], token: Token, *, most: int) -> list[Hit]:
    """Return the tokens of numbered ``lines`` whose states are nearest to ``token``'s by cosine.

    At most ``most``, the nearest first, each line once, by its nearest token.
    """
    best = np.concatenate([_best(chunk, token.state) for chunk in _chunks(lines)] or [_NOTHING])
    order = np.argsort(-best["cosine"], kind="stable")[:most]
    return [_hit(lines[index], best[index]) for index in order.tolist()]


def search_notices(
    sentence: str, lines: Sequence[tuple[int, LineStates]], *, model: "Model"
) -> tuple[str, ...]:
    """Return what a visitor should know of a search: what was not read.

    Raises:
        TextError: there is nothing to read in ``sentence``, or it is too long.
    """
    found = cut_notices(sum(line.cut for _, line in lines), model=model)
    if not is_cut(read_text(sentence, model=model)):
        return found
    most = min(MOST_TOKENS, model.max_tokens)
    return (f"The sentence is longer than {most} tokens; only these can be chosen.", *found)


_NOTHING = np.empty(0, dtype=[("cosine", np.float32), ("token", np.int64)])


def _hit(numbered: tuple[int, LineStates], found: np.void) -> Hit:
    number, line = numbered
    start, end = line.spans[found["token"]].tolist()
    return Hit(line=number, text=line.text, start=start, end=end, cosine=float(found["cosine"]))


def _chunks(lines: Sequence[tuple[int, LineStates]]) -> Iterator[list[LineStates]]:
    chunk: list[LineStates] = []
    for _, line in lines:
        chunk.append(line)
        if sum(len(one.states) for one in chunk) >= AT_ONCE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _best(lines: Sequence[LineStates], state: np.ndarray) -> np.ndarray:
    """Return the nearest token of each line, and its cosine."""
    cosines = np.concatenate([line.states for line in lines]).astype(np.float32) @ state
    found = np.empty(len(lines), dtype=_NOTHING.dtype)
    ends = np.cumsum([len(line.states) for line in lines])
    for row, (line, end) in enumerate(zip(lines, ends, strict=True)):
        of_line = cosines[end - len(line.states) : end]
        found[row] = of_line.max(), of_line.argmax()
    found["cosine"] = np.clip(found["cosine"], -1, 1)
    return found


def _query(read: ReadText, layer: int) -> StatesQuery:
    part = window(read)
    positions = tuple(range(part.lead, part.lead + part.end - part.begin))
    return StatesQuery(input_ids=part.input_ids, positions=positions, layer=layer)


def _units(states: np.ndarray) -> np.ndarray:
    return states / np.linalg.norm(states, axis=-1, keepdims=True)

"""Speed here: how long a loaded model takes for texts of a few lengths, as the app runs it."""

import statistics
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from playground.errors import TextTooLongError
from playground.models.catalog import ModelSpec, Task
from playground.models.queries import AttentionQuery, LabelQuery, Query
from playground.text.reading import read_text

if TYPE_CHECKING:
    from playground.models.engine import Model

LENGTHS = (16, 64, 128, 512)  # tokens, special ones included
REPEATS, BATCHES = 5, 3  # of which the median counts, after one to warm up
BATCH_TOKENS, BATCH_TEXTS = 2_048, 32  # at most so many go in at once
TEXT = (
    "The river runs past the old station, and on its other bank the town begins: a market, two "
    "churches, and a school from whose windows one can see the hills. "
)
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What one model took for one length."""

    tokens: int
    milliseconds: float  # for one text, the median of ``REPEATS``
    fastest: float  # of them, in milliseconds: what the machine can do when nothing else runs
    batch: int  # texts that were handed in at once
    texts_a_second: float  # of such a batch, the median of ``BATCHES``


_kept: dict[Key, dict[int, Speed]] = {}
_keeping = threading.Lock()


def measure(
    model: "Model", tokens: int, *, clock: Callable[[], float] = time.perf_counter
) -> Speed:
    """Measure ``model`` on texts of ``tokens`` tokens, special ones included, and keep the result.

    Requests of other visitors share the engine, so the numbers are those of the moment.

    Raises:
        TextTooLongError: the model reads fewer tokens at once.
        BusyError: too many requests are waiting.
    """
    if tokens > model.max_tokens:
        raise TextTooLongError(f"it reads at most {model.max_tokens} tokens at once")
    ask = _asking(model)
    query = _query(model, tokens)
    size = max(1, min(BATCH_TEXTS, BATCH_TOKENS // tokens))
    ask([query])
    alone = [_seconds(ask, [query], clock) for _ in range(REPEATS)]
    together = [_seconds(ask, [query] * size, clock) for _ in range(BATCHES)]
    found = Speed(
        tokens=tokens,
        milliseconds=1_000 * statistics.median(alone),
        fastest=1_000 * min(alone),
        batch=size,
        texts_a_second=size / statistics.median(together),
    )
    with _keeping:
        _kept.setdefault(_key(model.spec), {})[tokens] = found
    return found


def kept(spec: ModelSpec) -> Mapping[int, Speed]:
    """Return what was last measured of a model in this process, by the number of tokens."""
    with _keeping:
        return dict(sorted(_kept.get(_key(spec), {}).items()))


def forget() -> None:
    """Drop all that was measured."""
    with _keeping:
        _kept.clear()


def _key(spec: ModelSpec) -> Key:
    return spec.task, spec.id


def _seconds(ask: Callable[[list[Any]], object], queries: list[Any], clock: Any) -> float:
    begin = clock()
    ask(queries)
    return float(clock() - begin)


def _asking(model: "Model") -> Callable[[list[Any]], object]:
    if model.spec.task is Task.FILL_MASK:
        return model.scores
    if model.spec.task is Task.FEATURE_EXTRACTION:
        return lambda queries: [model.attentions(query) for query in queries]
    return model.logits


def _query(model: "Model", tokens: int) -> Query | LabelQuery | AttentionQuery:
    """Return a text of exactly so many tokens: the same words over and over."""
    read = read_text(TEXT, model=model)
    room = tokens - len(read.front) - len(read.back)
    ids = (*read.front, *islice(cycle(read.ids), room), *read.back)
    if model.spec.task is Task.FILL_MASK:
        return Query(input_ids=ids, positions=(tokens // 2,), top_k=1)
    if model.spec.task is Task.FEATURE_EXTRACTION:
        return AttentionQuery(input_ids=ids)
    return LabelQuery(input_ids=ids)

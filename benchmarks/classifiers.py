"""2,000 texts: the app's services against transformers' pipelines, same weights, same threads.

The pipeline is called as people call it, one text at a time, and with the best of several batch
sizes. It is asked to cut at 512 tokens; the texts are shorter. It reads each whole, so the answers
are compared where the app does, too: names in long texts it finds in short windows.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from transformers import pipeline

from benchmarks.table import Row
from benchmarks.texts import mixed_texts
from playground import named_entities, sentiment
from playground.errors import PlaygroundError
from playground.models import catalog, engine, loading
from playground.models.catalog import Task
from playground.settings import Settings

BATCH_SIZES = (8, 32)  # of texts of such different lengths; larger ones are all padding
UNDECIDED = 0.49, 0.51  # a probability between these may fall either way in bfloat16


def rows() -> Iterator[Row]:
    """Yield the rates and how often the answers agree, for sentiment and for named entities."""
    yield from _compared(Task.TEXT_CLASSIFICATION, _sentiment, "labels")
    yield from _compared(Task.TOKEN_CLASSIFICATION, _entities, "entities")


def _compared(
    task: Task, service: Callable[[Sequence[str], engine.Model], list[Any]], what: str
) -> Iterator[Row]:
    texts = mixed_texts()
    spec = next(spec for spec in catalog.bundled() if spec.task is task)
    model = engine.shared().model(spec)
    checkpoint = loading.load(spec, Settings())
    options = {"aggregation_strategy": "first"} if task is Task.TOKEN_CLASSIFICATION else {}
    theirs: Any = pipeline(
        task.value, model=checkpoint.model, tokenizer=checkpoint.tokenizer, **options
    )
    service(texts[:64], model)
    theirs(texts[:64], batch_size=8)
    ours, ours_seconds = _timed(partial(service, texts, model))
    answers, single = _timed(partial(theirs, texts, batch_size=1))
    batched = {size: _timed(partial(theirs, texts, batch_size=size))[1] for size in BATCH_SIZES}
    best = min(batched, key=lambda size: batched[size])
    for size, seconds, bar in ((1, single, 3.0), (best, batched[best], 1.5)):
        yield Row(
            what=f"{task.value}, {len(texts):,} texts, pipeline with batches of {size}",
            ours=f"{len(texts) / ours_seconds:,.0f} texts/s",
            reference=f"{len(texts) / seconds:,.0f} texts/s (pipeline)",
            ratio=f"{seconds / ours_seconds:.1f} x",
            bar=f"{bar} x",
        )
    decided = [
        (one, other)
        for one, other in zip(ours, map(_theirs, answers), strict=True)
        if one is not None and not UNDECIDED[0] < other[1] < UNDECIDED[1]
    ]
    same = sum(one == other[0] for one, other in decided)
    yield Row(
        what=f"{task.value}: texts with the same {what}, {len(decided):,} decided, read whole",
        ours=f"{same / len(decided):.2%}",
        bar="100 %",
    )


def _timed(call: Callable[[], list[Any]]) -> tuple[list[Any], float]:
    begin = time.perf_counter()
    found = call()
    return found, time.perf_counter() - begin


def _sentiment(texts: Sequence[str], model: engine.Model) -> list[Any]:
    found = sentiment.classify_all(texts, model=model)
    return [one.verdict for one in found if not isinstance(one, PlaygroundError)]


def _entities(texts: Sequence[str], model: engine.Model) -> list[Any]:
    """Return each text's entities, None where it was read in several windows."""
    found = named_entities.find_all(texts, model=model)
    return [
        [(entity.start, entity.end, entity.type) for entity in one.entities]
        if len(one.tokens.stretches) == 1
        else None
        for one in found
        if not isinstance(one, PlaygroundError)
    ]


def _theirs(answer: Any) -> tuple[Any, float]:
    """Return a pipeline's answer in our terms, and the probability on which it hangs most."""
    if isinstance(answer, dict):
        return answer["label"], float(answer["score"])
    spans = [(one["start"], one["end"], one["entity_group"]) for one in answer]
    return spans, min((float(one["score"]) for one in answer), default=1.0)

"""2,000 texts: the app's services against transformers' pipelines, same weights, same threads.

The pipeline is called as people call it, one text at a time, and with the best of several batch
sizes. It is asked to cut at 512 tokens; the texts are shorter. It reads each whole, so the answers
are compared where the app does, too: names in long texts it finds in short windows. Where fp32 is
all but undecided, bfloat16 may come to the other answer.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from transformers import pipeline

from benchmarks.agreement import MARGIN
from benchmarks.table import Row
from benchmarks.texts import mixed_texts
from playground import named_entities, sentiment
from playground.errors import PlaygroundError
from playground.models import catalog, engine, loading
from playground.models.catalog import Task
from playground.settings import Settings

BATCH_SIZES = (8, 32)  # of texts of such different lengths; larger ones are all padding
UNDECIDED = 0.49, 0.51  # probabilities of one of two labels
Decided = Callable[[Any, str, Any], bool]  # by the pipeline, a text and the pipeline's answer


def rows() -> Iterator[Row]:
    """Yield the rates and how often the answers agree, for sentiment and for named entities."""
    yield from _compared(
        Task.TEXT_CLASSIFICATION,
        _sentiment,
        _is_sure,
        what="labels",
        where=f"the probability is not {UNDECIDED[0]} to {UNDECIDED[1]}",
    )
    yield from _compared(
        Task.TOKEN_CLASSIFICATION,
        _entities,
        _each_word_is_sure,
        what="entities",
        where=f"each word's best label leads by more than {MARGIN} logit in fp32",
    )


def _compared(
    task: Task,
    service: Callable[[Sequence[str], engine.Model], list[Any]],
    decided: Decided,
    *,
    what: str,
    where: str,
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
    compared = [
        (one == _in_our_terms(answer), decided(theirs, text, answer))
        for text, one, answer in zip(texts, ours, answers, strict=True)
        if one is not None
    ]
    yield Row(
        what=f"{task.value}: texts with the same {what}, of {len(compared):,} read whole",
        ours=f"{sum(same for same, _ in compared) / len(compared):.2%}",
    )
    sure = [same for same, is_sure in compared if is_sure]
    yield Row(
        what=f"… where {where} ({len(sure):,})", ours=f"{sum(sure) / len(sure):.2%}", bar="100 %"
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


def _in_our_terms(answer: Any) -> Any:
    if isinstance(answer, dict):
        return answer["label"]
    return [(one["start"], one["end"], one["entity_group"]) for one in answer]


def _is_sure(theirs: Any, text: str, answer: Any) -> bool:
    return not UNDECIDED[0] < answer["score"] < UNDECIDED[1]


def _each_word_is_sure(theirs: Any, text: str, answer: Any) -> bool:
    """Tell by how far the label of each word's first token leads: it becomes the word's."""
    inputs = theirs.tokenizer(text, truncation=True, return_tensors="pt")
    words = inputs.word_ids()
    first = [place for place, word in enumerate(words) if word not in (None, words[place - 1])]
    with torch.inference_mode():
        best, next_best = theirs.model(**inputs).logits[0, first].topk(2).values.unbind(-1)
    return bool((best - next_best).min() > MARGIN)

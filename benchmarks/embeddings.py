"""5,000 lines to a map: vectors and each projection, with the memory that it takes."""

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
import psutil

from benchmarks.table import Row
from benchmarks.texts import short_texts
from playground import embeddings
from playground.embeddings import LineReader, Method, background, search, tokens
from playground.embeddings.background import Projecting
from playground.embeddings.contexts import LineStates
from playground.embeddings.projection import MOST
from playground.files import jobs
from playground.models import catalog, engine
from playground.models.catalog import TRUNK, Task
from playground.settings import Settings

BAR = "60 s together with the vectors"
LAYER = 4
CHUNK = 512  # lines that the page has read at once
LOOK_AGAIN = 0.05  # seconds


def rows() -> Iterator[Row]:
    """Yield the seconds of the vectors and of each method, and of a search for contexts."""
    texts = short_texts(MOST)
    model = engine.shared().model(catalog.find(TRUNK, Task.FEATURE_EXTRACTION, Settings()))
    embeddings.embed(texts[:64], model=model)
    before = _peak_mb()
    job, vectors_took = _worked(texts, partial(embeddings.embed, model=model))
    vectors = np.stack([one.vector for _, one in job.results])
    tokens_a_line = sum(len(model.tokenizer(text)["input_ids"]) for text in texts) / len(texts)
    yield Row(
        what=f"{MOST:,} lines of {tokens_a_line:.0f} tokens to vectors",
        ours=f"{vectors_took:.1f} s, {_peak_mb() - before:,.0f} MB more at its peak",
    )
    begin = time.perf_counter()
    embeddings.pca(vectors)
    yield _row(Method.PCA, time.perf_counter() - begin, vectors_took, "")
    for method in (Method.TSNE, Method.UMAP):
        begin = time.perf_counter()
        running = background.start(vectors, method)
        peak = _watched(running)
        assert running.projection is not None
        took = time.perf_counter() - begin
        yield _row(method, took, vectors_took, f", its process {peak:,.0f} MB")
    reader = LineReader(model=model, layer=LAYER)
    searched, reading_took = _worked(texts, reader.read)
    token = tokens(texts[0], model=model, layer=LAYER)[2]
    begin = time.perf_counter()
    search(searched.results, token, most=20)
    yield _search_row([line for _, line in searched.results], reading_took, begin)


def _worked(
    texts: list[str], work: Callable[[Sequence[str]], Sequence[Any]]
) -> tuple[jobs.Job[Any], float]:
    begin = time.perf_counter()
    job = jobs.start(texts, range(len(texts)), work, chunk=CHUNK)
    job.wait()
    return job, time.perf_counter() - begin


def _row(method: Method, seconds: float, vectors_took: float, memory: str) -> Row:
    return Row(
        what=f"… to points by {method}",
        ours=f"{seconds:.1f} s, {seconds + vectors_took:.1f} s from the text on{memory}",
        bar=BAR,
    )


def _search_row(lines: list[LineStates], reading_took: float, begin: float) -> Row:
    took = time.perf_counter() - begin
    count = sum(len(line.states) for line in lines)
    megabytes = sum(line.states.nbytes for line in lines) / 1e6
    return Row(
        what=f"contexts among {count:,} tokens of these lines",
        ours=f"read in {reading_took:.1f} s, searched in {took:.2f} s, {megabytes:.0f} MB kept",
    )


def _peak_mb() -> float:
    """Return the most memory that this process has held so far, in megabytes (Linux: from kB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _watched(running: Projecting) -> float:
    """Wait for a projection; return the most memory that its process was seen with, in megabytes.

    What the system itself remembers of an ended child includes its parent's before the start.
    """
    peak = 0
    while not running.wait(LOOK_AGAIN):
        for child in psutil.Process().children():
            with suppress(psutil.Error):
                if background.WORKER in child.cmdline():
                    peak = max(peak, child.memory_info().rss)
    return peak / 1e6

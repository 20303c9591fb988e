"""A CSV of 20,000 rows through Sentiment, and one that is stopped half-way."""

import csv
import io
import resource
import time
from collections.abc import Iterator, Sequence
from functools import partial

from benchmarks.table import Row
from benchmarks.texts import mixed_texts
from playground import files, sentiment
from playground.errors import PlaygroundError
from playground.files import jobs
from playground.models import catalog, engine
from playground.models.catalog import Task
from playground.sentiment import Classified

Answer = tuple[str, tuple[float, ...]]  # the label and the probabilities of all
ROWS = 20_000
LOOK_AGAIN = 0.05  # seconds


def rows() -> Iterator[Row]:
    """Yield the rows a second with the memory it takes, and what a stopped job keeps."""
    spec = next(spec for spec in catalog.bundled() if spec.task is Task.TEXT_CLASSIFICATION)
    model = engine.shared().model(spec)
    work = partial(_answers, model=model)
    work(mixed_texts()[:64])
    table = files.read(_csv(), "texts.csv")
    before = _peak_mb()
    begin = time.perf_counter()
    job = jobs.start(table.column("text"), table.numbers, work)
    while not job.finished:
        time.sleep(LOOK_AGAIN)
    rate = len(job.results) / (time.perf_counter() - begin)
    yield Row(
        what=f"a file of {ROWS:,} rows, one to thirty sentences each",
        ours=f"{rate:,.0f} rows/s, {_peak_mb() - before:,.0f} MB more at its peak",
    )
    stopped = jobs.start(table.column("text"), table.numbers, work)
    while stopped.done < ROWS // 2:
        time.sleep(LOOK_AGAIN)
    asked = time.perf_counter()
    stopped.cancel()
    stopped.wait()
    yield Row(
        what="… stopped half-way: rows kept, until it stands still",
        ours=f"{len(stopped.results):,}, {time.perf_counter() - asked:.1f} s",
    )


def _csv() -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["id", "text"])
    texts = mixed_texts()
    writer.writerows((number, texts[number % len(texts)]) for number in range(ROWS))
    return stream.getvalue().encode()


def _answers(texts: Sequence[str], *, model: engine.Model) -> list[Answer | PlaygroundError]:
    """Return what the page keeps of a row, without its tokens."""
    return [
        (one.verdict, one.probabilities) if isinstance(one, Classified) else one
        for one in sentiment.classify_all(texts, model=model)
    ]


def _peak_mb() -> float:
    """Return the most memory that this process has held so far, in megabytes (Linux: from kB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000

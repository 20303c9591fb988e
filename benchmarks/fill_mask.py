"""One mask: the app's service against transformers' pipeline, same weights, same threads.

Each side has a process to itself, as in use: two sets of threads for parallel loops in one process,
more than processors, would slow down both. The sides take turns, a round of calls each, so that a
drift of the machine hits both.
"""

import statistics
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from benchmarks.models import ours, reference, text_of
from benchmarks.table import Row, milliseconds
from playground import mask_filling

BARS = {16: 2.0, 64: None, 128: 3.0, 512: 3.5}
ROUNDS = 5
CALLS = 11  # a round


def rows() -> Iterator[Row]:
    """Yield the median time of one filling at each length."""
    spawn = get_context("spawn")
    with (
        ProcessPoolExecutor(1, mp_context=spawn) as engine,
        ProcessPoolExecutor(1, mp_context=spawn) as pipeline,
    ):
        for tokens, bar in BARS.items():
            rounds = [
                (
                    engine.submit(engine_ms, tokens).result(),
                    pipeline.submit(pipeline_ms, tokens).result(),
                )
                for _ in range(ROUNDS)
            ]
            ours_ms, theirs_ms = map(statistics.median, zip(*rounds, strict=True))
            yield Row(
                what=f"fill one mask, {tokens} tokens",
                ours=f"{ours_ms:.1f} ms",
                reference=f"{theirs_ms:.1f} ms (pipeline)",
                ratio=f"{theirs_ms / ours_ms:.1f} x",
                bar=f"{bar} x" if bar else "",
            )


def engine_ms(tokens: int) -> float:
    """Return the median time of a round of the app's service on one text."""
    text, model = text_of(tokens), ours()
    [median] = milliseconds(partial(mask_filling.fill, text, model=model, top_k=5), runs=CALLS)
    return median


def pipeline_ms(tokens: int) -> float:
    """Return the median time of a round of transformers' pipeline on one text."""
    [median] = milliseconds(partial(reference(), text_of(tokens), top_k=5), runs=CALLS)
    return median

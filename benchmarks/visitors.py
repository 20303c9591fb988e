"""Thirty browser sessions at once, each with texts of its own, against one request at a time."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.async_api import async_playwright

from benchmarks.mask_page import BOX, arrive, ask, text_of
from benchmarks.models import ours
from benchmarks.served import ARGUMENTS, CHROMIUM, PATIENCE, Served, app, stand_aside
from benchmarks.table import Row
from playground import mask_filling

VISITORS = 30
ROUNDS = 3  # how thirty pages share two cores varies so much that one says little


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What the visitors saw, and what the engine did for it."""

    answers: list[str]  # the charts, whose descriptions name the first word
    seconds: float  # a round, from the first question to the last answer
    requests: int
    batches: int
    busy_seconds: float
    loads: int

    @property
    def rate(self) -> float:
        """Requests a second while the model ran."""
        return self.requests / self.busy_seconds


def rows() -> Iterator[Row]:
    """Yield the engine's throughput under thirty browsers, all answers checked.

    The pipeline serves the same app to the same visitors. Real visitors' browsers run on machines
    of their own, so here they get what the app leaves of the processor.
    """
    with app() as served:
        engine = asyncio.run(_visit(served))
    with app("pipeline") as served:
        pipeline = asyncio.run(_visit(served))
    expected = [
        mask_filling.fill(text_of(number), model=ours()).guesses[0][0].token
        for number in range(1, VISITORS * ROUNDS + 1)
    ]
    right = sum(
        f"first {word}," in answer for word, answer in zip(expected, engine.answers, strict=True)
    )
    if engine.loads != 1 or right != len(expected):
        raise AssertionError(f"{engine.loads} loads, {right} of {len(expected)} answers right")
    yield Row(
        what=f"{VISITORS} browsers at once, {ROUNDS} texts each: answers right, model loads",
        ours=f"{right}, {engine.loads}",
        bar=f"{len(expected)}, 1",
    )
    yield Row(
        what="… requests a second of running the model",
        ours=f"{engine.rate:.0f} ({engine.requests} in {engine.batches} batches)",
        reference=f"{pipeline.rate:.0f} (pipeline, one at a time)",
        ratio=f"{engine.rate / pipeline.rate:.1f} x",
        bar="3 x",
    )
    yield Row(
        what="… until the last browser shows its answer",
        ours=f"{engine.seconds:.1f} s",
        reference=f"{pipeline.seconds:.1f} s (pipeline)",
        ratio=f"{pipeline.seconds / engine.seconds:.1f} x",
    )


async def _visit(served: Served) -> Visit:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await browser.new_context()  # tabs share the scripts' cache, not their session
        context.set_default_timeout(PATIENCE * 1e3)
        pages = [await arrive(context, served.url) for _ in range(VISITORS)]
        stand_aside(CHROMIUM)
        before = served.engine_counters()
        answers: list[str] = []
        seconds = 0.0
        for _ in range(ROUNDS):
            numbers = range(len(answers) + 1, len(answers) + VISITORS + 1)
            for page, number in zip(pages, numbers, strict=True):
                await page.get_by_label(BOX).fill(text_of(number))
            await asyncio.sleep(1)
            begin = time.perf_counter()
            answers += await asyncio.gather(*map(ask, pages, numbers))
            seconds += (time.perf_counter() - begin) / ROUNDS
        await asyncio.sleep(0.5)
        after = served.engine_counters()
        await browser.close()
    spent = {name: after[name] - before[name] for name in after}
    return Visit(
        answers=answers,
        seconds=seconds,
        requests=int(spent["requests"]),
        batches=int(spent["batches"]),
        busy_seconds=spent["busy_seconds"],
        loads=int(after["loads"]),
    )

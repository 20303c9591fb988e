"""Visitors who walk the app at random for minutes: ``python -m benchmarks soak --minutes 10``.

Each has a session and a seed of its own. Most open one view after the other and type; every tenth
fills one mask after the other, and each answer is timed, for comparison with one visitor alone
before the others come. It ends by saying which bars are met: no error, resident memory flat after
the warm-up, mask filling not much slower beside all the others.

With ``--browsers`` each visitor is a real browser, and what breaks in one is an error, too. All of
them compute on the machine that serves them, so on few processors their times say nothing. None has
a lower priority than the app: beside other work such a browser did not get to open a page in two
minutes.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from statistics import linear_regression, median, quantiles
from urllib.parse import urlencode, urlsplit

from playwright.async_api import Browser, Error, Page, async_playwright

from benchmarks.mask_page import BOX, TEXTS, arrive, ask, link_of, text_of
from benchmarks.served import ARGUMENTS, CHROMIUM, PATIENCE, SETTLED, Served, app
from benchmarks.session import BrokenPageError, Session, session
from tests.browser.walk import WALK

# A cache that goes on filling up to its cap would look like a leak.
FULL_SOON = {"BERT_PLAYGROUND_ATTENTION_CACHE_MB": "50"}
WARM_UP = 0.3  # of the time: by then every view has loaded its models
FLAT = 0.05  # resident memory may grow by this share after the warm-up
SLOWER = 5.0  # the 95th percentile of mask filling over the median of one visitor alone
ALONE = 20  # masks filled by that one
FILL_ONLY = 10  # every so manieth visitor fills masks and nothing else
# Seconds that one looks at an answer, from and to. After a pause that is always the same those who
# waited together would come back together, again and again.
PAUSE = 1.5, 4.5
LINKS = """() => [...document.querySelectorAll("[data-testid=stApp] a[href]")]
  .map(link => link.href).filter(address => address.startsWith(location.origin))"""
WORDS = ("The", "doctor", "in", "Paris", "said", "that", "it", "was", "a", "[MASK]", "film", "很好")
TYPES = 0.4  # how often a visitor types instead of following a link


@dataclass(slots=True)
class Soak:
    """What happened: each visitor's answers, errors in words, and megabytes over the minutes."""

    answers: list[int]
    seed: int = 1
    errors: list[str] = field(default_factory=list)
    minutes: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)  # seconds of a mask filled, with no one else
    beside: list[tuple[float, float]] = field(default_factory=list)  # and beside all: minute, s

    @property
    def warm(self) -> int:
        """The first sample after the warm-up."""
        return next(n for n, at in enumerate(self.minutes) if at >= WARM_UP * self.minutes[-1])

    @property
    def growth(self) -> float:
        """Megabytes a minute since the warm-up, by a straight line through all samples."""
        minutes, megabytes = self.minutes[self.warm :], self.megabytes[self.warm :]
        return linear_regression(minutes, megabytes).slope if len(minutes) > 1 else 0.0

    @property
    def drift(self) -> float:
        """Growth of resident memory from the warm-up to the end, as a share of what it was."""
        minutes = self.minutes[-1] - self.minutes[self.warm]
        return self.growth * minutes / self.megabytes[self.warm]

    @property
    def slow(self) -> float:
        """The 95th percentile of the seconds of a mask filled beside all others, when warm."""
        warm = self.minutes[self.warm]
        seconds = [took for minute, took in self.beside if minute >= warm]
        if len(seconds) < 2:
            return seconds[0] if seconds else float("inf")
        return quantiles(seconds, n=20, method="inclusive")[-1]

    @property
    def slower(self) -> float:
        """How many times as long as the median of one visitor alone that is."""
        return self.slow / median(self.alone)

    def bars(self) -> list[tuple[bool, str]]:
        """Return of each bar whether it is met, and what was found, in words."""
        return [
            (not self.failed(), f"no error: {len(self.errors)}"),
            (
                self.drift <= FLAT,
                f"memory grows by at most {FLAT:.0%} after the warm-up: {self.drift:+.1%}",
            ),
            (
                self.slower < SLOWER,
                f"95th percentile of mask filling under {SLOWER:.0f} x its median alone: "
                f"{self.slower:.1f} x",
            ),
        ]

    def failed(self) -> bool:
        """Tell whether anything went wrong, or a visitor got nothing."""
        return bool(self.errors) or not all(self.answers)


def main(arguments: Sequence[str]) -> int:
    """Let visitors in, print what happened, and return the exit code: 1 if anything went wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks soak")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--browsers", action="store_true", help="real ones, on this machine")
    asked = parser.parse_args(arguments)
    with app(environment=FULL_SOON) as served:
        soak = _browsers if asked.browsers else _sessions
        found = asyncio.run(soak(served, asked.minutes, asked.visitors, asked.seed))
        printed = served.log.read_text("utf-8", errors="replace")
    if "Traceback" in printed:
        found.errors.append(printed[printed.index("Traceback") :][:2_000])
    print(report(found))
    return int(found.failed())


def report(found: Soak) -> str:
    """Return what happened in words, a line each."""
    begin, warm, end = (found.megabytes[place] for place in (0, found.warm, -1))
    lines = [
        f"answers: {sum(found.answers)}; of each visitor {min(found.answers)} to "
        f"{max(found.answers)}",
        f"resident memory: {begin:.0f} MB at the start, {warm:.0f} MB after the warm-up, "
        f"{end:.0f} MB at the end, {found.growth:+.1f} MB a minute since the warm-up",
        f"mask filling: median {median(found.alone):.2f} s alone, 95th percentile "
        f"{found.slow:.2f} s beside all others, of {len(found.beside)}",
        *(f"{'met' if met else 'NOT MET'}: {what}" for met, what in found.bars()),
    ]
    return "\n".join([*lines, *found.errors])


async def _sessions(served: Served, minutes: float, visitors: int, seed: int) -> Soak:
    found = Soak(answers=[0] * visitors, seed=seed)
    async with session(served.url) as first:  # every view, so that its models are loaded
        for address in WALK.values():
            await first.open(address)
        found.alone = [await _timed(first, number) for number in range(ALONE + 1)][1:]
    begin = time.monotonic()
    end = begin + 60 * minutes
    watching = asyncio.create_task(_watch_memory(served, found, begin))
    await asyncio.gather(*(_stay(served.url, found, number, end) for number in range(visitors)))
    watching.cancel()
    return found


async def _timed(visitor: Session, number: int) -> float:
    """Have the mask of a text filled and return the seconds until the whole page is there."""
    begin = time.monotonic()
    await visitor.open(link_of(number))
    return time.monotonic() - begin


async def _stay(url: str, found: Soak, number: int, end: float) -> None:
    """Open views at random, with typed texts now and then, or fill masks, until time is over."""
    chance = Random(f"{found.seed} {number}")
    addresses = sorted(WALK.values())
    address = "/"
    try:
        async with session(url) as visitor:
            while time.monotonic() < end:
                if number % FILL_ONLY == 0:
                    took = await _timed(visitor, found.answers[number])
                    found.beside.append((found.minutes[-1], took))
                elif chance.random() < TYPES:
                    query = urlencode({"text": _sentence(chance)})
                    await visitor.open(f"{address}{'&' if '?' in address else '?'}{query}")
                else:
                    address = chance.choice(addresses)
                    await visitor.open(address)
                found.answers[number] += 1
                await asyncio.sleep(chance.uniform(*PAUSE))
    except (BrokenPageError, OSError) as error:
        found.errors.append(f"visitor {number}: {error}")


def _sentence(chance: Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(3, 40)))


async def _browsers(served: Served, minutes: float, visitors: int, seed: int) -> Soak:
    found = Soak(answers=[0] * visitors, seed=seed)
    async with async_playwright() as playwright:
        launch = partial(playwright.chromium.launch, executable_path=CHROMIUM, args=ARGUMENTS)
        browser = await launch()
        timed = await launch()
        found.alone = await _alone(timed, served.url)
        begin = time.monotonic()
        end = begin + 60 * minutes
        watching = asyncio.create_task(_watch_memory(served, found, begin))
        walks = (
            _walk(browser, served.url, found, n, end)
            if n % FILL_ONLY
            else _fill(timed, served.url, found, n, end)
            for n in range(visitors)
        )
        await asyncio.gather(*walks)
        watching.cancel()
        await browser.close()
        await timed.close()
    return found


async def _watch_memory(served: Served, found: Soak, begin: float) -> None:
    while True:
        found.minutes.append((time.monotonic() - begin) / 60)
        found.megabytes.append(served.resident_megabytes())
        await asyncio.sleep(1)


async def _alone(browser: Browser, url: str) -> list[float]:
    """Visit every page, so that its models are loaded; return the seconds of masks filled alone."""
    context = await browser.new_context()
    context.set_default_timeout(PATIENCE * 1e3)
    page = await arrive(context, url)
    took = [await _filled(page, number) for number in range(1, ALONE + 2)]
    pages = {urlsplit(link).path: link for link in await _links(page, url)}
    for link in pages.values():
        await page.goto(link)
        await page.wait_for_function(SETTLED)
    await context.close()
    return took[1:]


async def _links(page: Page, url: str) -> list[str]:
    """Open Home and return where it leads."""
    await page.goto(url)
    await page.wait_for_function(SETTLED)
    return sorted(await page.evaluate(LINKS))


async def _filled(page: Page, number: int) -> float:
    """Have the mask of a text filled and return the seconds until its answer is there."""
    await page.get_by_label(BOX).fill(text_of(number))
    begin = time.monotonic()
    await ask(page, number)
    return time.monotonic() - begin


async def _fill(browser: Browser, url: str, found: Soak, number: int, end: float) -> None:
    """Fill one mask after the other, each timed, until the time is over."""
    chance = Random(f"{found.seed} {number}")
    context = await browser.new_context()
    context.set_default_timeout(PATIENCE * 1e3)
    try:
        page = await arrive(context, url)
        while time.monotonic() < end:
            took = await _filled(page, 1 + found.answers[number] % TEXTS)
            found.beside.append((found.minutes[-1], took))
            found.answers[number] += 1
            await page.wait_for_timeout(chance.uniform(*PAUSE) * 1e3)
    except Error as error:
        found.errors.append(f"visitor {number} at {url}/mask_filling: {error.message}")
    await context.close()


async def _walk(browser: Browser, url: str, found: Soak, number: int, end: float) -> None:
    """Walk from Home to one of its links after the other, or type, until the time is over."""
    chance = Random(f"{found.seed} {number}")
    context = await browser.new_context()
    context.set_default_timeout(PATIENCE * 1e3)
    page = await context.new_page()
    page.on("pageerror", lambda error: found.errors.append(f"visitor {number}: {error}"))
    try:
        links = await _links(page, url)
        found.answers[number] += 1
        while time.monotonic() < end:
            if chance.random() >= TYPES or not await _typed(page, chance):
                await page.goto(chance.choice(links))
            await _answered(page, found, number)
    except Error as error:
        found.errors.append(f"visitor {number} at {page.url}: {error.message}")
    await context.close()


async def _typed(page: Page, chance: Random) -> bool:
    """Type a sentence into the page's first text area; return False where there is none."""
    area = page.locator("[data-testid=stMain] textarea:enabled").first
    if not await area.count():
        return False
    await area.fill(_sentence(chance))
    await area.press("Control+Enter")
    await page.wait_for_timeout(100)  # until the script runs
    return True


async def _answered(page: Page, found: Soak, number: int) -> None:
    await page.wait_for_function(SETTLED)
    if await page.get_by_test_id("stException").count():
        said = await page.get_by_test_id("stException").first.inner_text()
        found.errors.append(f"visitor {number} at {page.url}: {said}")
    found.answers[number] += 1

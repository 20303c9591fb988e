"""What one app server holds, and two: ``python -m benchmarks.sizing``, with nginx installed.

Each server gets one processor, so that a second brings a second one, as a machine would. Each
visit is a new session, without a browser, that opens Mask filling by a link with a sentence of its
own and waits for the whole page.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median, quantiles

import psutil

from benchmarks.mask_page import link_of
from benchmarks.session import session
from benchmarks.table import Row, show
from tests.app_servers import Server, nginx_before
from tests.ports import free_port

VISITORS = 8  # at once
WARM_UP, SECONDS = 10.0, 30.0
KEPT = 50  # sessions that stay open while memory is read


@dataclass(frozen=True, slots=True)
class Farm:
    """Where visitors arrive, and the processes that serve them."""

    url: str
    servers: list[psutil.Process]

    @property
    def megabytes(self) -> float:
        """Resident memory of all servers."""
        return sum(server.memory_info().rss for server in self.servers) / 1e6


@contextmanager
def farm(servers: int) -> Iterator[Farm]:
    """Start one server, or two behind nginx, a processor each."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        ports = [free_port() for _ in range(servers)]
        started = [
            Server(_command(processor, port), port, Path(folder) / f"{port}.txt")
            for processor, port in enumerate(ports)
        ]
        everything = list(started)
        if servers == 2:
            everything.append(nginx_before((ports[0], ports[1]), Path(folder)))
        for server in everything:
            stack.callback(server.stop)
            server.start()
        for server in everything:
            server.wait()
        yield Farm(everything[-1].url, [psutil.Process(server.pid) for server in started])


def _command(processor: int, port: int) -> list[str]:
    return [
        *("taskset", "--cpu-list", str(processor)),
        *(sys.executable, "-m", "streamlit", "run", "app.py"),
        *(f"--server.port={port}", "--server.headless=true"),
    ]


async def visits(url: str, seconds: float) -> list[float]:
    """Let ``VISITORS`` come again and again; return how long each visit took."""
    numbers, end = count(), time.perf_counter() + seconds
    took: list[float] = []

    async def come() -> None:
        while time.perf_counter() < end:
            begin = time.perf_counter()
            async with session(url) as visitor:
                await visitor.open(link_of(next(numbers)))
                took.append(time.perf_counter() - begin)

    await asyncio.gather(*(come() for _ in range(VISITORS)))
    return took


async def measured(found: Farm) -> tuple[list[float], float]:
    """Return how long visits took, and the megabytes that a session which stays open takes."""
    await visits(found.url, WARM_UP)  # each loads the model first
    took = await visits(found.url, SECONDS)
    before = found.megabytes
    async with AsyncExitStack() as stack:
        for number in range(KEPT):
            visitor = await stack.enter_async_context(session(found.url))
            await visitor.open(link_of(number))
        each = (found.megabytes - before) / KEPT
    return took, each


def rows() -> Iterator[Row]:
    """Yield what one server holds and what two do."""
    one = 0.0
    for servers, name in ((1, "one server, one processor"), (2, "two, a processor each")):
        with farm(servers) as found:
            took, each = asyncio.run(measured(found))
            megabytes = found.megabytes / servers
        rate = len(took) / SECONDS
        one = one or rate
        yield Row(
            what=f"{name}: visits a second, each with a mask filled",
            ours=f"{rate:.1f}",
            ratio=f"{rate / one:.2f} x",
        )
        yield Row(
            what=f"… median and 95th percentile with {VISITORS} at once",
            ours=f"{median(took):.2f} s, {quantiles(took, n=20)[-1]:.2f} s",
        )
        yield Row(
            what="… resident memory of a server, and more for each open session",
            ours=f"{megabytes:.0f} MB, {each:.1f} MB",
        )


if __name__ == "__main__":
    show(rows())

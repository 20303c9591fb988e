"""One row a comparison, printed as Markdown; and the clock that all benchmarks share."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Ours beside a reference, both measured in this run."""

    what: str
    ours: str
    reference: str = ""
    ratio: str = ""
    bar: str = ""


def milliseconds(*calls: Callable[[], object], runs: int = 21, warm_up: int = 3) -> list[float]:
    """Return each call's median time; the calls take turns, so drift of the machine hits all."""
    for call in calls:
        for _ in range(warm_up):
            call()
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(runs):
        for call, taken in zip(calls, times, strict=True):
            begin = time.perf_counter()
            call()
            taken.append((time.perf_counter() - begin) * 1e3)
    return [statistics.median(taken) for taken in times]


def show(rows: Iterable[Row]) -> None:
    """Print the rows, and the table's head before them."""
    print("| what | ours | reference | ratio | bar |\n|---|---|---|---|---|", flush=True)
    for row in rows:
        cells = (row.what, row.ours, row.reference, row.ratio, row.bar)
        print(f"| {' | '.join(cells)} |", flush=True)


def measured(name: str) -> list[Row]:
    """Run the benchmark of that name in this process."""
    return list(import_module(f"benchmarks.{name}").rows())

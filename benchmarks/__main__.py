"""Run all benchmarks, or those named: ``python -m benchmarks [fill_mask agreement ...]``.

``python -m benchmarks soak`` measures nothing and has options of its own.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks import soak
from benchmarks.table import Row, measured, show

NAMES = (
    "fill_mask",
    "agreement",
    "adapters",
    "start",
    "visitors",
    "attention",
    "head_switch",
    "classifiers",
    "whole_file",
    "fine_tuning",
    "beside_training",
    "kills",
    "embeddings",
)


def rows(names: list[str]) -> Iterator[Row]:
    """Yield the rows of each benchmark; it has a process, and so a peak of memory, of its own."""
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as fresh:
        for name in names:
            yield from fresh.submit(measured, name).result()


if __name__ == "__main__":
    if sys.argv[1:2] == ["soak"]:
        sys.exit(soak.main(sys.argv[2:]))
    if unknown := set(sys.argv[1:]) - set(NAMES):
        sys.exit(f"No benchmark named {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}.")
    show(rows(sys.argv[1:] or list(NAMES)))

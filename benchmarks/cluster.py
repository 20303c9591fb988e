"""What a Ray cluster costs a run: ``python -m benchmarks.cluster``, with requirements-scale.txt.

Tiny runs that train nothing, so that what is left is the overhead: by this machine's launcher, and
by a cluster of one head and two nodes on this machine. And one real run, by each.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from benchmarks.beside_training import tickets
from benchmarks.table import Row, show
from playground.fine_tuning import dataset_file
from playground.fine_tuning.runs import owners
from playground.fine_tuning.runs.launcher import Launcher, LocalLauncher
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.ray_launcher import RayLauncher
from playground.fine_tuning.runs.settings import RunSettings
from playground.fine_tuning.runs.state import ENDED, State
from playground.fine_tuning.runs.store import RunStore
from playground.fine_tuning.runs.trainers import FINE_TUNING
from playground.fine_tuning.training_options import Method, TrainingOptions
from playground.models.catalog import TRUNK
from playground.settings import PREFIX, Settings
from tests.fine_tuning.fake_worker import MODULE
from tests.scale.ray_cluster import RayCluster

TINY = RunSettings(task="fake", base_model="m", options={"steps": 1})
SLOTS = (1, 2, 4)  # runs at once
RUNS = 12  # for each of them
SINGLE = 9  # tiny runs one after the other
REAL = 3  # real ones
LOOK_AGAIN = 0.05  # seconds


class Place:
    """Where runs go: a folder, a launcher, and a queue that is looked after."""

    def __init__(self, settings: Settings, launcher: Launcher) -> None:
        self._queue = RunQueue(settings, launcher)
        self._stop = self._queue.watch()
        self._store = RunStore(self._queue)
        self._owner = owners.new_owner()

    def seconds(
        self, count: int, wanted: RunSettings, inputs: Mapping[str, bytes] | None = None
    ) -> float:
        """Return how long so many runs take from the first one's submission to the last result."""
        begin = time.monotonic()
        ids = [
            self._store.submit(self._owner, wanted, "benchmark", inputs or {}).id
            for _ in range(count)
        ]
        for run_id in ids:
            while (state := self._store.run(self._owner, run_id).state) not in ENDED:
                time.sleep(LOOK_AGAIN)
            assert state is State.FINISHED, self._store.log(self._owner, run_id)
        return time.monotonic() - begin

    def close(self) -> None:
        """Look after the queue no longer."""
        self._stop.set()


def rows() -> Iterator[Row]:
    """Yield the overhead of single runs, runs a minute with several slots, and a real run."""
    with tempfile.TemporaryDirectory() as name:
        cluster = RayCluster(Path(name))
        begin = time.monotonic()
        try:
            cluster.start()
            yield Row(what="the cluster's start", ours=f"{time.monotonic() - begin:.1f} s")
            yield from _measured(cluster, Path(name))
        finally:
            cluster.stop()


def _measured(cluster: RayCluster, folder: Path) -> Iterator[Row]:
    settings = Settings(
        ray_address=cluster.address,
        ray_memory_mb=100,
        max_owner_pending_runs=RUNS,
        max_owner_disk_mb=10_000,
        run_threads=1,
    )

    def places(slots: int, module: str) -> tuple[Place, Place]:
        token = {"RAY_AUTH_TOKEN": cluster.token}
        # A worker of this machine moves the queue on, by the settings of its environment.
        os.environ |= {f"{PREFIX}MAX_RUNNING_RUNS": str(slots), f"{PREFIX}RUN_THREADS": "1"}
        ray = replace(settings, runs_folder=folder / f"ray-{slots}-{module}")
        local = replace(settings, runs_folder=folder / f"local-{slots}-{module}")
        ray, local = (replace(each, max_running_runs=slots) for each in (ray, local))
        return Place(ray, RayLauncher(ray, module, token)), Place(
            local, LocalLauncher(local, module)
        )

    for slots in SLOTS:
        ray, local = places(slots, MODULE)
        if slots == 1:
            pairs = [(ray.seconds(1, TINY), local.seconds(1, TINY)) for _ in range(SINGLE)]
            yield _row("a tiny run, from its submission to its result, median", pairs)
        pair = ray.seconds(RUNS, TINY) / RUNS, local.seconds(RUNS, TINY) / RUNS
        yield _row(f"a run of {RUNS} tiny ones, {slots} at once", [pair])
        ray.close()
        local.close()
    options = TrainingOptions(method=Method.LINEAR_PROBE)
    wanted = RunSettings(task=FINE_TUNING, base_model=TRUNK, options=options.to_json())
    ray, local = places(1, "playground.fine_tuning.worker")
    inputs = {dataset_file.NAME: tickets()}
    pairs = [
        (ray.seconds(1, wanted, inputs), local.seconds(1, wanted, inputs)) for _ in range(REAL)
    ]
    yield _row("a linear probe on the sample of support tickets, median", pairs)
    ray.close()
    local.close()


def _row(what: str, pairs: list[tuple[float, float]]) -> Row:
    ours, reference = (statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    return Row(
        what=what,
        ours=f"{ours:.2f} s (Ray)",
        reference=f"{reference:.2f} s (this machine's launcher)",
        ratio=f"{ours - reference:+.2f} s",
    )


if __name__ == "__main__":
    show(rows())

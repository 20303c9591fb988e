"""Runs on a real Ray cluster: a head and two nodes, killed in the middle of runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from playground.fine_tuning.runs.owners import new_owner
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.ray_launcher import RayLauncher
from playground.fine_tuning.runs.settings import JSON, RunSettings
from playground.fine_tuning.runs.state import ENDED, State
from playground.fine_tuning.runs.store import Run, RunStore
from playground.settings import Settings
from tests.fine_tuning.conftest import wait_until
from tests.fine_tuning.fake_worker import MODULE
from tests.scale.ray_cluster import NODES, RayCluster, needs_ray

pytestmark = [needs_ray, pytest.mark.scale]
SLOTS = 2 * NODES  # runs at once: two processors a node, one a run
CANCELS = 20
LONG = {"steps": 400, "milliseconds": 50}  # twenty seconds: time to kill something meanwhile
TOTAL = 80_200  # 1 + 2 + ... + 400


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RayCluster]:
    found = RayCluster(tmp_path_factory.mktemp("ray"))
    try:
        found.start()
        yield found
    finally:
        found.stop()


class Visitor:
    """One visitor of a server whose runs the cluster trains."""

    def __init__(self, cluster: RayCluster, folder: Path) -> None:
        settings = Settings(
            runs_folder=folder,
            ray_address=cluster.address,
            ray_cpus=1,
            ray_memory_mb=100,
            max_running_runs=SLOTS,
            max_owner_pending_runs=100,
            max_pending_runs=100,
        )
        launcher = RayLauncher(settings, MODULE, {"RAY_AUTH_TOKEN": cluster.token})
        self.queue = RunQueue(settings, launcher)
        self.launcher = launcher
        self.store = RunStore(self.queue)
        self.owner = new_owner()

    def submit(self, **options: JSON) -> str:
        wanted = RunSettings(task="fake", base_model="m", options=options)
        return self.store.submit(self.owner, wanted, "", {}).id

    def run(self, run_id: str) -> Run:
        return self.store.run(self.owner, run_id)

    def wait_for_step(self, run_id: str, step: int) -> None:
        wait_until(lambda: (self.run(run_id).step or 0) >= step, lambda: self.told(run_id))

    def wait_for_end(self, run_id: str) -> Run:
        wait_until(lambda: self.run(run_id).state in ENDED, lambda: self.told(run_id))
        return self.run(run_id)

    def finish(self, *ids: str) -> None:
        """Resume the runs as often as they are interrupted, until all have finished."""

        def all_finished() -> bool:
            states = {run_id: self.run(run_id).state for run_id in ids}
            assert State.FAILED not in states.values()
            for run_id, state in states.items():
                if state is State.INTERRUPTED:
                    self.store.resume(self.owner, run_id)
            return set(states.values()) == {State.FINISHED}

        wait_until(all_finished, lambda: [self.told(run_id) for run_id in ids])

    def total(self, run_id: str) -> JSON:
        return self.run(run_id).values["total"]

    def told(self, run_id: str) -> object:
        return self.run(run_id), self.store.log(self.owner, run_id)

    def last_event(self, run_id: str, kind: str) -> dict[str, Any]:
        events = self.store.events(self.owner, run_id)
        return [event for event in events if event["kind"] == kind][-1]


@pytest.fixture
def visitor(cluster: RayCluster, tmp_path: Path) -> Iterator[Visitor]:
    found = Visitor(cluster, tmp_path / "runs")
    stop = found.queue.watch()
    yield found
    stop.set()
    for run in found.store.runs(found.owner):  # the next test finds the cluster idle
        if run.state not in ENDED:
            found.store.cancel(found.owner, run.id)
    for run in found.store.runs(found.owner):
        found.wait_for_end(run.id)


def test_runs_train_on_the_nodes_and_leave_their_results(visitor: Visitor) -> None:
    ids = [visitor.submit(steps=10) for _ in range(SLOTS + 2)]
    for run_id in ids:
        assert visitor.wait_for_end(run_id).state is State.FINISHED, visitor.told(run_id)
        assert visitor.total(run_id) == 55  # 1 + 2 + ... + 10
        assert (visitor.store.outputs(visitor.owner, run_id) / "model.txt").read_text() == "55"
        assert "threads 1" in visitor.store.log(visitor.owner, run_id)


def test_nobody_gets_in_without_the_token(cluster: RayCluster) -> None:
    job = {"entrypoint": "true"}
    for headers, status in (({}, 401), ({"Authorization": "Bearer another"}, 403)):
        answer = httpx2.post(f"{cluster.address}/api/jobs/", json=job, headers=headers)
        assert answer.status_code == status


def test_cancelling_keeps_the_last_checkpoint(visitor: Visitor) -> None:
    ids = [visitor.submit(steps=10_000, milliseconds=10) for _ in range(CANCELS)]
    for number, run_id in enumerate(ids):
        visitor.wait_for_step(run_id, 5 + number % 5)
        visitor.store.cancel(visitor.owner, run_id)
        if number % 2:  # the job is told to stop, too, before the worker has seen the flag
            visitor.launcher.stop(visitor.queue.directory(run_id).handle() or "")
        run = visitor.wait_for_end(run_id)
        assert run.state is State.CANCELLED, visitor.told(run_id)
        checkpoint = visitor.queue.directory(run_id).last_checkpoint()
        assert checkpoint is not None
        assert checkpoint.step == visitor.last_event(run_id, "checkpoint")["step"] >= 5
        total = (checkpoint.path / "total.json").read_text()
        assert total == str(checkpoint.step * (checkpoint.step + 1) // 2)


def test_a_stopped_job_is_an_interrupted_run_that_goes_on(visitor: Visitor) -> None:
    run_id = visitor.submit(steps=100, milliseconds=60)
    visitor.wait_for_step(run_id, 5)
    visitor.launcher.stop(visitor.queue.directory(run_id).handle() or "")
    stopped = visitor.wait_for_end(run_id)
    assert stopped.state is State.INTERRUPTED
    assert "told to end" in stopped.message  # the worker heard it, and was not killed

    visitor.finish(run_id)
    assert visitor.total(run_id) == 5_050
    assert visitor.last_event(run_id, "started")["step"] == stopped.step


def test_a_killed_node_interrupts_its_runs_and_they_go_on_elsewhere(
    cluster: RayCluster, visitor: Visitor
) -> None:
    done = visitor.submit(steps=5)
    visitor.finish(done)
    ids = [visitor.submit(**LONG) for _ in range(SLOTS)]
    for run_id in ids:
        visitor.wait_for_step(run_id, 5)
    waiting = visitor.submit(steps=10)
    before = {run_id: visitor.queue.directory(run_id).handle() for run_id in ids}
    cluster.kill("node1")

    wait_until(lambda: sum(visitor.run(i).state is State.INTERRUPTED for i in ids) == 2)
    killed = [i for i in ids if visitor.run(i).state is State.INTERRUPTED]
    alive = [i for i in ids if i not in killed]
    for run_id in killed:
        assert "ended before it did" in visitor.run(run_id).message
        assert (visitor.run(run_id).step or 0) >= 5
    assert visitor.total(done) == 15
    visitor.finish(*ids, waiting)  # on the node that is left
    assert [visitor.total(run_id) for run_id in ids] == [TOTAL] * SLOTS
    assert visitor.total(waiting) == 55
    for run_id in alive:
        assert visitor.queue.directory(run_id).handle() == before[run_id]
    for run_id in killed:
        assert visitor.last_event(run_id, "started")["step"] >= 5
    cluster.start_node("node1")
    cluster.wait_for_nodes()


def test_a_killed_head_loses_no_run(cluster: RayCluster, visitor: Visitor) -> None:
    done = visitor.submit(steps=5)
    visitor.finish(done)
    running = [visitor.submit(**LONG) for _ in range(SLOTS - 1)]
    for run_id in running:
        visitor.wait_for_step(run_id, 5)
    cluster.kill("head")
    waiting = [visitor.submit(steps=10), visitor.submit(steps=20)]

    wait_until(lambda: "cannot be reached" in visitor.run(waiting[0]).message)
    for run_id in waiting:
        assert visitor.run(run_id).state is State.QUEUED
    for run_id in running:  # their signs of life tell that they go on, to their end if need be
        assert visitor.run(run_id).state in {State.RUNNING, State.FINISHED}
    assert visitor.total(done) == 15
    # A supervisor, such as systemd, starts all of it again.
    for name in ("node1", "node2"):
        cluster.kill(name)
    cluster.start()

    visitor.finish(*running, *waiting)
    assert [visitor.total(run_id) for run_id in running] == [TOTAL] * len(running)
    assert [visitor.total(run_id) for run_id in waiting] == [55, 210]
    assert visitor.total(done) == 15

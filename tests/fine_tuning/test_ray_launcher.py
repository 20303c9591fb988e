"""Runs as jobs of a Ray cluster, whose job server is only pretended; tests/scale has a real one."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from playground.fine_tuning.runs import ray_jobs
from playground.fine_tuning.runs.launcher import HANDLE, ROOT, LocalLauncher, configured
from playground.fine_tuning.runs.owners import new_owner
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.ray_jobs import RayJobs, authorization
from playground.fine_tuning.runs.ray_launcher import FRESH_SECONDS, RayLauncher
from playground.fine_tuning.runs.run_directory import RunDirectory
from playground.fine_tuning.runs.settings import RunSettings
from playground.fine_tuning.runs.state import State
from playground.fine_tuning.runs.store import Run, RunStore
from playground.settings import Settings
from tests.fine_tuning.job_server import TOKEN, JobServer, served

ENVIRONMENT = {"RAY_AUTH_TOKEN": TOKEN}
NOWHERE = "http://127.0.0.1:9"  # the port of "discard", which nobody serves


class Cluster:
    """A store whose runs go to the pretended job server, and one visitor."""

    def __init__(self, settings: Settings) -> None:
        self.queue = RunQueue(settings, RayLauncher(settings, environment=ENVIRONMENT))
        self.store = RunStore(self.queue)
        self.owner = new_owner()

    def submit(self, name: str = "") -> Run:
        wanted = RunSettings(task="fake", base_model="m", options={"text": "'; rm -rf / #"})
        return self.store.submit(self.owner, wanted, name, {})

    def state(self, run: Run) -> State:
        return self.store.run(self.owner, run.id).state

    def handle(self, run: Run) -> str:
        return self.queue.directory(run.id).handle() or ""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[JobServer]:
    monkeypatch.setattr(ray_jobs, "REST_SECONDS", 0.0)
    with served() as found:
        yield found


@pytest.fixture
def cluster(server: JobServer, tmp_path: Path) -> Cluster:
    folder = tmp_path / "runs of 'all' of us"
    return Cluster(
        Settings(
            runs_folder=folder,
            ray_address=server.address,
            ray_cpus=2.5,
            ray_memory_mb=300,
            max_run_minutes=7,
        )
    )


def silence(directory: RunDirectory, seconds: float) -> None:
    """Let a run's last signs of life be that old."""
    for name in ("identity.json", "heartbeat"):
        path = directory.path / name
        if path.exists():
            os.utime(path, (time.time() - seconds, time.time() - seconds))


def test_a_run_is_one_job_with_the_same_command(cluster: Cluster, server: JobServer) -> None:
    run = cluster.submit("'; rm -rf / #")

    (job,) = server.submitted
    path = cluster.queue.directory(run.id).path
    assert shlex.split(job["entrypoint"]) == [
        *("cd", str(ROOT), "&&", "exec"),
        *("python", "-m", "playground.fine_tuning.worker", str(path)),
        *(">>", str(path / "log.txt"), "2>&1"),
    ]
    assert "rm -rf" not in str(job)
    assert job["submission_id"] == cluster.handle(run)
    assert job["submission_id"].startswith(f"{run.id}-")
    assert job["entrypoint_num_cpus"] == 2.5
    assert job["entrypoint_memory"] == 300_000_000
    environment = job["runtime_env"]["env_vars"]
    assert environment[HANDLE] == job["submission_id"]
    assert environment["BERT_PLAYGROUND_MAX_RUN_MINUTES"] == "7"
    assert environment["OMP_NUM_THREADS"] == environment["BERT_PLAYGROUND_THREADS"] == "2"
    assert int(environment["RAY_JOB_STOP_WAIT_TIME_S"]) >= 60
    assert cluster.state(run) is State.RUNNING


def test_a_job_carries_no_secret(
    cluster: Cluster, server: JobServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RAY_AUTH_TOKEN", "HF_TOKEN", "BERT_PLAYGROUND_PASSWORD"):
        monkeypatch.setenv(name, "a-secret")
    cluster.submit()
    assert TOKEN not in str(server.submitted)
    assert "a-secret" not in str(server.submitted)


def test_the_project_may_lie_elsewhere_on_the_cluster(server: JobServer, tmp_path: Path) -> None:
    settings = Settings(
        runs_folder=tmp_path, ray_address=server.address, ray_project="/home/user/my app"
    )
    Cluster(settings).submit()
    assert server.submitted[0]["entrypoint"].startswith("cd '/home/user/my app' && exec python")


def test_a_resumed_run_is_another_job(cluster: Cluster, server: JobServer) -> None:
    run = cluster.submit()
    first = cluster.handle(run)
    server.statuses[first] = "FAILED"
    assert cluster.state(run) is State.INTERRUPTED
    cluster.store.resume(cluster.owner, run.id)

    assert [job["submission_id"] for job in server.submitted] == [first, cluster.handle(run)]
    assert first != cluster.handle(run)
    assert cluster.state(run) is State.RUNNING


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("PENDING", State.RUNNING),
        ("RUNNING", State.RUNNING),
        ("SUCCEEDED", State.INTERRUPTED),  # it left no result
        ("STOPPED", State.INTERRUPTED),
        ("FAILED", State.INTERRUPTED),
        (None, State.INTERRUPTED),  # of a head that has lost its memory
    ],
)
def test_without_signs_of_life_the_status_tells(
    cluster: Cluster, server: JobServer, status: str | None, state: State
) -> None:
    run = cluster.submit()
    del server.statuses[cluster.handle(run)]
    if status:
        server.statuses[cluster.handle(run)] = status
    assert cluster.state(run) is state


def test_a_fresh_sign_of_life_tells_more_than_the_status(
    cluster: Cluster, server: JobServer
) -> None:
    run = cluster.submit()
    server.statuses[cluster.handle(run)] = "FAILED"
    cluster.queue.directory(run.id).beat()
    asked = server.asked
    assert cluster.state(run) is State.RUNNING
    assert server.asked == asked  # so that looks of many visitors cost the cluster nothing
    silence(cluster.queue.directory(run.id), FRESH_SECONDS + 1)
    assert cluster.state(run) is State.INTERRUPTED


def test_a_sign_of_life_from_before_it_was_resumed_tells_nothing(
    cluster: Cluster, server: JobServer
) -> None:
    run = cluster.submit()
    directory = cluster.queue.directory(run.id)
    directory.beat()
    os.utime(directory.path / "heartbeat", (time.time() - 2, time.time() - 2))
    directory.assign(cluster.handle(run))
    server.statuses[cluster.handle(run)] = "FAILED"
    assert cluster.state(run) is State.INTERRUPTED


def test_a_run_that_hangs_has_its_job_stopped(cluster: Cluster, server: JobServer) -> None:
    run = cluster.submit()
    cluster.store.cancel(cluster.owner, run.id)
    assert cluster.state(run) is State.CANCELLING
    assert server.stopped == []
    directory = cluster.queue.directory(run.id)
    os.utime(directory.path / "cancel", (1, 1))
    cluster.queue.advance()
    assert server.stopped == [cluster.handle(run)]
    server.statuses[cluster.handle(run)] = "STOPPED"
    assert cluster.state(run) is State.CANCELLED


def test_a_cluster_out_of_reach_keeps_runs_waiting_and_says_so(
    cluster: Cluster, server: JobServer, caplog: pytest.LogCaptureFixture
) -> None:
    away = Cluster(replace(cluster.queue.settings, ray_address=NOWHERE))
    away.owner = cluster.owner
    first, second = away.submit(), away.submit()
    for _ in range(3):
        away.queue.advance()
    for run in (first, second):
        seen = away.store.run(away.owner, run.id)
        assert seen.state is State.QUEUED
        assert "cannot be reached" in seen.message
    assert [seen.ahead for seen in away.store.runs(away.owner)] == [1, 0]
    assert caplog.text.count("takes no runs") == 1  # in the log once, not at each look

    cluster.queue.advance()  # it is back
    assert [job["submission_id"][:32] for job in server.submitted] == [first.id]
    assert cluster.state(first) is State.RUNNING
    waiting = cluster.store.run(cluster.owner, second.id)
    assert (waiting.state, waiting.message) == (State.QUEUED, "")


def test_a_running_run_goes_on_while_the_cluster_is_out_of_reach(cluster: Cluster) -> None:
    run = cluster.submit()
    away = Cluster(replace(cluster.queue.settings, ray_address=NOWHERE))
    away.owner = cluster.owner
    directory = cluster.queue.directory(run.id)
    directory.beat()
    silence(directory, 40)
    assert away.state(run) is State.RUNNING
    silence(directory, 61)
    assert away.state(run) is State.INTERRUPTED
    directory.beat()  # it was only the disk that was away
    away.queue.sweep()
    assert away.state(run) is State.RUNNING


@pytest.mark.parametrize("status", [500, 503])
def test_a_head_without_an_agent_takes_no_runs_yet(
    cluster: Cluster, server: JobServer, status: int
) -> None:
    server.refusal = (status, "No available agent to submit job, please try again later.")
    run = cluster.submit()
    assert cluster.state(run) is State.QUEUED
    server.refusal = None
    cluster.queue.advance()
    assert cluster.state(run) is State.RUNNING


def test_a_job_that_is_refused_fails_its_run(cluster: Cluster, server: JobServer) -> None:
    server.refusal = (400, "Traceback\nTypeError: entrypoint_num_cpus must be positive")
    run = cluster.submit()
    seen = cluster.store.run(cluster.owner, run.id)
    assert seen.state is State.FAILED
    assert "entrypoint_num_cpus must be positive" in seen.message


def test_after_a_request_without_an_answer_the_next_ones_do_not_wait(
    server: JobServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_jobs, "REST_SECONDS", 3_600.0)
    jobs = RayJobs(server.address, ENVIRONMENT)
    server.refusal = (500, "busy")
    with pytest.raises(ConnectionError, match="busy"):
        jobs.submit({})
    server.refusal = None
    with pytest.raises(ConnectionError, match="busy"):
        jobs.is_active("a")
    assert server.asked == 0


def test_the_token_is_looked_for_where_ray_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ConnectionError, match=r"no token.*RAY_AUTH_TOKEN.*RAY_AUTH_MODE=disabled"):
        authorization({})
    assert authorization({"RAY_AUTH_MODE": "disabled"}) == {}
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray/auth_token").write_text("at-home\n")
    (tmp_path / "file").write_text("in-file")
    assert authorization({}) == {"Authorization": "Bearer at-home"}
    given = {"RAY_AUTH_TOKEN_PATH": str(tmp_path / "file")}
    assert authorization(given) == {"Authorization": "Bearer in-file"}
    assert authorization(given | {"RAY_AUTH_TOKEN": "a"}) == {"Authorization": "Bearer a"}


@pytest.mark.parametrize("token", ["another", ""])
def test_a_wrong_token_is_told_to_whoever_runs_the_app(
    cluster: Cluster, token: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    settings = cluster.queue.settings
    empty = tmp_path / "empty"
    empty.write_text("")
    environment = {"RAY_AUTH_TOKEN": token, "RAY_AUTH_TOKEN_PATH": str(empty)}
    queue = RunQueue(settings, RayLauncher(settings, environment=environment))
    run = RunStore(queue).submit(cluster.owner, RunSettings(task="t", base_model="m"), "", {})
    assert run.state is State.QUEUED
    assert "RAY_AUTH_TOKEN" in caplog.text


def test_words_of_other_launchers_tell_nothing(cluster: Cluster, server: JobServer) -> None:
    launcher = RayLauncher(cluster.queue.settings, environment=ENVIRONMENT)
    for handle in ('{"pid": 1, "started": 2.0}', "../../etc", "a" * 32):
        assert launcher.is_alive(handle) is None
        launcher.stop(handle)
    assert (server.asked, server.stopped) == (0, [])


def test_settings_choose_the_launcher(server: JobServer) -> None:
    assert isinstance(configured(Settings()), LocalLauncher)
    assert isinstance(configured(Settings(ray_address=server.address)), RayLauncher)
    with pytest.raises(ValueError, match=r"BERT_PLAYGROUND_RAY_ADDRESS is 'head:8265'.*http://"):
        configured(Settings(ray_address="head:8265"))


@pytest.mark.parametrize("address", ["", "http://head:8265"])
def test_ray_is_never_imported_and_its_launcher_only_when_it_is_configured(address: str) -> None:
    script = (
        "import sys; from pages.shared import runs; from playground.settings import Settings; "
        f"runs.launcher.configured(Settings(ray_address={address!r})); "
        "print('ray' in sys.modules, 'playground.fine_tuning.runs.ray_launcher' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", str(bool(address))]

"""Runs in processes of their own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import psutil
import pytest

from playground.errors import RunStateError
from playground.fine_tuning import worker
from playground.fine_tuning.runs.identity import Identity
from playground.fine_tuning.runs.launcher import HANDLE, ROOT, WORKER, LocalLauncher, environment
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.settings import RunSettings
from playground.fine_tuning.runs.state import State
from playground.fine_tuning.runs.store import RunStore
from playground.settings import Settings
from tests.fine_tuning.conftest import PATIENCE, Room, process_of, wait_until
from tests.fine_tuning.fake_worker import MODULE

Make = Callable[..., Room]


def test_a_run_trains_and_leaves_its_result(real: Make) -> None:
    room = real()
    run = room.wait(room.submit("My run", steps=10).id)

    assert (run.state, run.name, run.step) == (State.FINISHED, "My run", 10)
    result = room.directory(run.id).result()
    assert result is not None
    assert result.values == {"total": 55}  # 1 + 2 + ... + 10
    assert (room.store.outputs(room.owner, run.id) / "model.txt").read_text() == "55"
    kinds = [event["kind"] for event in room.store.events(room.owner, run.id)]
    steps = ["step"] * 5 + ["checkpoint"]
    assert kinds == ["started", *steps, *steps, "ended"]
    assert [path.name for path in room.directory(run.id).checkpoints.iterdir()] == ["00000010"]


def test_the_queue_moves_on_without_any_server(real: Make) -> None:
    room = real()
    script = ["-m", "tests.fine_tuning.fake_server", room.owner, "3", "0"]
    subprocess.run([sys.executable, *script], cwd=ROOT, check=True)

    # Only files are looked at, since any method of the store would move the queue on.
    def results() -> int:
        return len(list(room.queue.folder.glob("[0-9a-f]*/result.json")))

    wait_until(lambda: results() == 3)
    assert {run.state for run in room.store.runs(room.owner)} == {State.FINISHED}


def test_workers_have_low_priority_few_threads_and_no_secrets(
    real: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_not_for_workers")
    monkeypatch.setenv("MY_SECRET", "nor this")
    room = real(run_threads=3)
    first, second = room.submit(steps=1), room.submit(steps=1)  # one by us, one by the first
    for run in (first, second):
        room.wait(run.id)
        log = room.store.log(room.owner, run.id)
        assert "threads 3" in log
        assert "secrets []" in log
    assert "niceness 19" in room.store.log(room.owner, second.id)


def test_the_environment_of_a_worker_is_listed() -> None:
    found = environment(
        {"PATH": "/bin", "HF_TOKEN": "t", "AWS_SECRET": "s", "BERT_PLAYGROUND_HUB": "no"},
        Settings(run_threads=2),
    )
    assert found["PATH"] == "/bin"
    assert found["BERT_PLAYGROUND_HUB"] == "no"
    assert found["OMP_NUM_THREADS"] == found["BERT_PLAYGROUND_THREADS"] == "2"
    assert not {"HF_TOKEN", "AWS_SECRET"} & set(found)


def test_cancel_keeps_the_checkpoint_and_resume_goes_on_from_it(real: Make) -> None:
    room = real()
    run = room.submit(steps=60, milliseconds=50)
    wait_until(lambda: (room.run(run.id).step or 0) >= 5)
    room.store.cancel(room.owner, run.id)

    cancelled = room.wait(run.id)
    assert cancelled.state is State.CANCELLED
    assert cancelled.step
    room.store.resume(room.owner, run.id)
    assert room.wait(run.id).state is State.FINISHED
    result = room.directory(run.id).result()
    assert result is not None
    assert result.values == {"total": 1830}  # 60 * 61 / 2
    starts = [
        event["step"]
        for event in room.store.events(room.owner, run.id)
        if event["kind"] == "started"
    ]
    assert starts == [0, cancelled.step]


def test_training_that_does_not_listen_is_ended_and_the_next_run_starts(real: Make) -> None:
    room = real()
    deaf, following = room.submit(steps=10_000, milliseconds=20, deaf=True), room.submit(steps=1)
    wait_until(lambda: (room.run(deaf.id).step or 0) >= 5)
    room.store.cancel(room.owner, deaf.id)
    assert room.state(deaf.id) is State.CANCELLING

    wait_until((room.queue.folder / following.id / "result.json").exists)
    assert room.state(deaf.id) is State.CANCELLED
    assert room.state(following.id) is State.FINISHED
    wait_until(lambda: process_of(room.directory(deaf.id)) is None)


def test_a_run_over_its_time_stops_and_can_be_resumed(real: Make) -> None:
    room = real(max_run_minutes=0)
    run = room.wait(room.submit(steps=10).id)

    assert run.state is State.INTERRUPTED
    assert "limit of 0 minutes" in run.message
    assert room.directory(run.id).last_checkpoint() is None


def test_a_worker_that_is_told_to_end_leaves_an_interrupted_run(real: Make) -> None:
    room = real()
    run = room.submit(steps=10_000, milliseconds=20)
    wait_until(lambda: (room.run(run.id).step or 0) >= 5)
    handle = room.directory(run.id).handle()
    assert handle is not None
    LocalLauncher(room.queue.settings).stop(handle)

    assert process_of(room.directory(run.id)) is None
    ended = room.wait(run.id)
    assert ended.state is State.INTERRUPTED
    assert "told to end" in ended.message


def test_an_error_in_training_is_told_and_the_run_goes_on_after_it(real: Make) -> None:
    room = real()
    run = room.wait(room.submit(steps=10, fails_at=7).id)

    assert run.state is State.FAILED
    assert "ZeroDivisionError" in run.message
    assert "on purpose" in room.store.log(room.owner, run.id)
    with pytest.raises(RunStateError, match="not finished"):
        room.store.outputs(room.owner, run.id)
    room.store.resume(room.owner, run.id)
    again = room.wait(run.id)
    assert (again.state, again.step) == (State.FAILED, 5)


def test_a_result_that_cannot_be_written_down_fails_and_the_next_run_starts(real: Make) -> None:
    room = real()
    broken, following = room.submit(steps=1, returns_a_set=True), room.submit(steps=1)
    wait_until((room.queue.folder / following.id / "result.json").exists)
    assert room.state(broken.id) is State.FAILED
    assert "TypeError" in room.run(broken.id).message
    assert room.state(following.id) is State.FINISHED


def test_a_chatty_log_does_not_halt_training(real: Make) -> None:
    room = real()
    run = room.wait(room.submit(steps=10, chatter=1_000_000).id)

    assert run.state is State.FINISHED
    assert room.directory(run.id).log.stat().st_size > 10_000_000
    assert len(room.store.log(room.owner, run.id)) <= 100_000


def test_a_checkpoint_over_the_disk_cap_fails_the_run_and_keeps_the_last(real: Make) -> None:
    room = real(max_owner_disk_mb=3)
    run = room.wait(room.submit(steps=10, weights=2_000_000).id)  # the second is one too many

    assert run.state is State.FAILED
    assert "3 MB" in run.message
    assert run.step == 5
    assert [path.name for path in room.directory(run.id).checkpoints.iterdir()] == ["00000005"]


def test_the_one_command_runs_what_its_task_names(pretended: Room) -> None:
    launcher = LocalLauncher(pretended.queue.settings)
    queue = RunQueue(pretended.queue.settings, launcher)
    wanted = RunSettings(task="juggling", base_model="m")
    run = RunStore(queue).submit(pretended.owner, wanted, "", {"data.csv": b"a,b"})
    process = process_of(queue.directory(run.id))
    # Quick machines may be through: then there is none, or what is left of it has no command.
    if process is not None and (command := process.cmdline()):
        assert command[1:] == ["-m", WORKER, str(queue.directory(run.id).path)]

    wait_until(lambda: queue.state(run.id) is not State.RUNNING)
    ended = RunStore(queue).run(pretended.owner, run.id)
    assert ended.state is State.FAILED
    assert "juggling" in ended.message
    assert (queue.directory(run.id).inputs / "data.csv").read_bytes() == b"a,b"


def test_a_worker_that_was_not_chosen_leaves_the_run_alone(pretended: Room) -> None:
    run = pretended.submit()
    command = [sys.executable, "-m", "tests.fine_tuning.fake_worker"]
    environ = os.environ | {"OMP_NUM_THREADS": "1"}
    path = pretended.directory(run.id).path
    done = subprocess.run(
        [*command, str(path)], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    assert "left alone" in done.stderr
    assert pretended.directory(run.id).events() == []


@pytest.mark.parametrize("arguments", [[], ["/nowhere"], ["/nowhere", "else"]])
def test_a_worker_without_a_run_says_how_it_is_used(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", WORKER, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "RUN_DIR" in done.stderr


def test_a_reused_pid_is_another_process() -> None:
    mine = Identity.of()
    launcher = LocalLauncher(Settings())

    assert launcher.is_alive(mine.handle)
    earlier = replace(mine, started=mine.started - 5)
    assert launcher.is_alive(earlier.handle) is False
    launcher.stop(earlier.handle)  # or this test would end here


def test_of_a_process_on_another_host_it_says_nothing() -> None:
    launcher, mine = LocalLauncher(Settings()), Identity.of()
    there = replace(mine, host="another")

    assert launcher.is_alive(there.handle) is None
    launcher.stop(there.handle)  # or this test would end here
    assert launcher.is_alive("the words of another launcher") is None


def test_a_handle_that_names_no_host_is_of_this_one() -> None:
    mine = Identity.of()
    before = json.dumps({"pid": mine.pid, "started": mine.started})
    assert Identity.from_handle(before) == mine
    assert LocalLauncher(Settings()).is_alive(before)


def test_a_group_that_does_not_listen_is_killed_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.fine_tuning.runs.launcher.TERM_SECONDS", 0.2)
    script = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        "print(child.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        child, parent = Identity.of(int(process.stdout.readline())), Identity.of(process.pid)
        LocalLauncher(Settings()).stop(parent.handle)
        wait_until(lambda: parent.process() is None)
        wait_until(lambda: child.process() is None)


def test_a_zombie_has_ended() -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    identity = Identity.of(process.pid)
    assert identity.process() is not None
    process.send_signal(signal.SIGKILL)
    wait_until(lambda: identity.process() is None)
    assert psutil.pid_exists(process.pid)  # nobody has collected its exit status yet
    process.wait()


def test_setting_the_clock_does_not_change_who_a_process_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not psutil.LINUX:
        pytest.skip("other systems write down the time of a start once")
    before = Identity.of()
    boot = psutil.boot_time()
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: boot + 3600)
    assert Identity.of() == before


def by_handle(room: Room, run_id: str, handle: str) -> subprocess.Popen[bytes]:
    """Start a worker as a cluster does, which chose its handle."""
    command = [sys.executable, "-m", MODULE, str(room.directory(run_id).path)]
    environ = os.environ | {"OMP_NUM_THREADS": "1", HANDLE: handle}
    return subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE)


def test_a_worker_with_a_handle_needs_no_index(pretended: Room) -> None:
    run, waiting = pretended.submit(steps=10), pretended.submit()
    directory = pretended.directory(run.id)
    handle = directory.handle()
    assert handle is not None
    directory.unassign()
    pretended.lose_index()
    with by_handle(pretended, run.id, handle) as process:
        directory.assign(handle)  # written down after the worker was started
        process.communicate(timeout=PATIENCE)

    result = directory.result()
    assert result is not None
    assert (result.outcome, result.values) == (State.FINISHED, {"total": 55})
    assert list(pretended.queue.folder.glob("index.sqlite*")) == []
    assert pretended.directory(waiting.id).handle() is None  # servers move the queue on


def test_a_worker_with_a_handle_that_nobody_wrote_down_leaves_the_run_alone(
    pretended: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "NOTE_SECONDS", 0.2)
    monkeypatch.setenv(HANDLE, "another")
    run = pretended.submit()
    assert worker.main([str(pretended.directory(run.id).path)]) == 0
    assert pretended.directory(run.id).events() == []


def test_a_worker_taken_for_dead_leaves_the_run_to_the_next(pretended: Room) -> None:
    run = pretended.submit(steps=10_000, milliseconds=20)
    directory = pretended.directory(run.id)
    handle = directory.handle()
    assert handle is not None
    with by_handle(pretended, run.id, handle) as process:
        wait_until(lambda: directory.last_checkpoint() is not None)
        directory.assign("the next")
        _, said = process.communicate(timeout=PATIENCE)

    assert b"left alone" in said
    assert directory.result() is None
    assert "ended" not in {event["kind"] for event in directory.events()}


def test_the_heartbeat_goes_on_while_a_step_takes_long(real: Make) -> None:
    room = real()
    run = room.submit(steps=1, milliseconds=3_000)
    directory = room.directory(run.id)
    wait_until(lambda: directory.heartbeat() is not None)
    first = directory.heartbeat()
    wait_until(lambda: directory.heartbeat() != first)
    assert room.state(run.id) in {State.RUNNING, State.FINISHED}

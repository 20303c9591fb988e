"""The states of a run, step by step, with processes that are only pretended."""

import os
import time
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from playground.errors import IndexUnreachableError, RunLimitError, RunStateError, UnknownRunError
from playground.fine_tuning.runs import queue as queue_module
from playground.fine_tuning.runs.checkpoints import writing
from playground.fine_tuning.runs.index import Entry, Index, Transaction
from playground.fine_tuning.runs.owners import new_owner
from playground.fine_tuning.runs.queue import DAY, STOP_GRACE, RunQueue
from playground.fine_tuning.runs.run_directory import Result
from playground.fine_tuning.runs.settings import JSON, RunSettings
from playground.fine_tuning.runs.state import State
from playground.fine_tuning.runs.store import RunStore
from playground.settings import Settings
from tests.fine_tuning.conftest import ON_BOTH, PretendedLauncher, Room, wait_until

pytestmark = ON_BOTH


def again(room: Room, **changes: int) -> Room:
    """Return the room as a restarted server with other settings sees it."""
    queue = RunQueue(replace(room.queue.settings, **changes), room.launcher)  # type: ignore[arg-type]
    return replace(room, queue=queue, store=RunStore(queue))


def test_the_first_run_starts_and_the_others_wait_in_order(pretended: Room) -> None:
    first, second, third = (pretended.submit(name) for name in "abc")

    runs = pretended.store.runs(pretended.owner)
    assert [run.name for run in runs] == ["c", "b", "a"]
    assert [run.state for run in runs] == [State.QUEUED, State.QUEUED, State.RUNNING]
    assert [run.ahead for run in runs] == [1, 0, None]
    pretended.ends(first.id)
    assert pretended.launcher.launched == [first.id, second.id]
    pretended.ends(second.id, State.FAILED, "why")
    assert pretended.launcher.launched == [first.id, second.id, third.id]
    assert [run.state for run in pretended.store.runs(pretended.owner)] == [
        State.RUNNING,
        State.FAILED,
        State.FINISHED,
    ]
    assert pretended.run(second.id).message == "why"


def test_as_many_run_at_once_as_may(pretended: Room) -> None:
    room = again(pretended, max_running_runs=2)
    runs = [room.submit() for _ in range(3)]
    assert [room.state(run.id) for run in runs] == [State.RUNNING, State.RUNNING, State.QUEUED]


def test_what_was_settled_comes_back(pretended: Room) -> None:
    settings = RunSettings(
        task="t", base_model="m", seed=7, options={"columns": ["a", "b"], "rate": 2e-5, "x": None}
    )
    run = pretended.store.submit(pretended.owner, settings, " a\n\tname\0", {"a.csv": b"1"})

    assert run.settings == settings
    assert run.name == "a name"
    assert (pretended.store.inputs(pretended.owner, run.id) / "a.csv").read_bytes() == b"1"
    assert pretended.run(run.id) == run


def test_what_training_returned_is_there_once_it_has_finished(pretended: Room) -> None:
    run = pretended.submit()
    assert run.values == {}
    values: dict[str, JSON] = {"score": 0.5, "score_name": "accuracy"}
    pretended.directory(run.id).conclude(Result(outcome=State.FINISHED, values=values))
    assert pretended.run(run.id).values == values


def test_a_dead_process_is_an_interrupted_run_and_goes_on_by_one_click(pretended: Room) -> None:
    run, waiting = pretended.submit(), pretended.submit()
    with writing(pretended.directory(run.id).checkpoints, 40):
        pass
    pretended.dies(run.id)

    seen = pretended.run(run.id)  # by the very next look
    assert (seen.state, seen.step) == (State.INTERRUPTED, 40)
    assert "Resume" in seen.message
    assert seen.ended is not None
    pretended.store.resume(pretended.owner, run.id)
    assert pretended.state(waiting.id) is State.RUNNING
    assert pretended.run(run.id).ahead == 0
    assert pretended.run(run.id).message == ""
    pretended.ends(waiting.id)
    assert pretended.state(run.id) is State.RUNNING
    assert pretended.run(run.id).step == 40


def test_a_waiting_run_is_cancelled_at_once(pretended: Room) -> None:
    running, waiting = pretended.submit(), pretended.submit()
    pretended.store.cancel(pretended.owner, waiting.id)

    assert pretended.state(waiting.id) is State.CANCELLED
    pretended.ends(running.id)
    assert pretended.launcher.launched == [running.id]
    pretended.store.resume(pretended.owner, waiting.id)
    assert pretended.state(waiting.id) is State.RUNNING


def test_a_running_run_is_asked_first(pretended: Room) -> None:
    run = pretended.submit()
    pretended.store.cancel(pretended.owner, run.id)
    assert pretended.state(run.id) is State.CANCELLING
    assert pretended.launcher.stopped == []
    pretended.store.cancel(pretended.owner, run.id)  # a second click does no harm
    pretended.ends(run.id, State.CANCELLED)
    assert pretended.state(run.id) is State.CANCELLED


def test_a_run_may_finish_before_it_hears_of_its_cancellation(pretended: Room) -> None:
    run = pretended.submit()
    pretended.store.cancel(pretended.owner, run.id)
    pretended.ends(run.id, State.FINISHED)
    assert pretended.state(run.id) is State.FINISHED


def test_one_killed_while_cancelling_is_cancelled(pretended: Room) -> None:
    run = pretended.submit()
    pretended.store.cancel(pretended.owner, run.id)
    pretended.dies(run.id)
    assert pretended.state(run.id) is State.CANCELLED


@pytest.mark.parametrize("file", ["cancel", "identity.json"])
def test_one_that_hangs_is_stopped_from_outside(pretended: Room, file: str) -> None:
    run, waiting = pretended.submit(), pretended.submit()
    minutes = pretended.queue.settings.max_run_minutes if file == "identity.json" else 0
    if file == "cancel":
        pretended.store.cancel(pretended.owner, run.id)
    pretended.queue.advance()
    assert pretended.launcher.stopped == []
    long_ago = time.time() - minutes * 60 - 3 * STOP_GRACE
    os.utime(pretended.directory(run.id).path / file, (long_ago, long_ago))
    pretended.directory(run.id).beat()
    pretended.queue.advance()
    assert pretended.launcher.stopped == []  # it is late, and alive
    os.utime(pretended.directory(run.id).path / "heartbeat", (long_ago, long_ago))

    pretended.queue.advance()
    assert pretended.launcher.stopped == [pretended.directory(run.id).handle()]
    ended = State.CANCELLED if file == "cancel" else State.INTERRUPTED
    assert pretended.state(run.id) is ended
    assert pretended.state(waiting.id) is State.RUNNING


def test_wrong_states_are_named(pretended: Room) -> None:
    running, waiting = pretended.submit(), pretended.submit()
    owner, store = pretended.owner, pretended.store
    for run in (running, waiting):
        with pytest.raises(RunStateError, match=f"is {pretended.state(run.id)}"):
            store.resume(owner, run.id)
        with pytest.raises(RunStateError, match="not finished"):
            store.outputs(owner, run.id)
    with pytest.raises(RunStateError, match="Cancel it"):
        store.delete(owner, running.id)
    pretended.ends(running.id)
    for ask in (store.cancel, store.resume):
        with pytest.raises(RunStateError, match="is finished"):
            ask(owner, running.id)


def test_a_deleted_run_is_gone_with_its_files(pretended: Room) -> None:
    running, waiting = pretended.submit(), pretended.submit()
    pretended.ends(running.id)
    pretended.ends(waiting.id)
    third, fourth = pretended.submit(), pretended.submit()
    for run in (running, fourth):  # one that ended and one that waits
        pretended.store.delete(pretended.owner, run.id)
        with pytest.raises(UnknownRunError):
            pretended.run(run.id)
        assert not pretended.directory(run.id).path.exists()
    assert {run.id for run in pretended.store.runs(pretended.owner)} == {waiting.id, third.id}


def test_a_run_is_renamed_but_never_to_nothing(pretended: Room) -> None:
    run = pretended.submit()
    assert run.name == "fake"
    pretended.store.rename(pretended.owner, run.id, "better")
    pretended.store.rename(pretended.owner, run.id, " \n ")
    assert pretended.run(run.id).name == "better"


def test_a_process_that_cannot_start_fails_its_run_and_blocks_nothing(pretended: Room) -> None:
    first = pretended.submit()
    second, third = pretended.submit(), pretended.submit()
    pretended.launcher.fails = True
    pretended.ends(first.id)
    for run in (second, third):
        assert pretended.state(run.id) is State.FAILED
        assert "Cannot allocate memory" in pretended.run(run.id).message
    pretended.launcher.fails = False
    pretended.store.resume(pretended.owner, second.id)
    assert pretended.state(second.id) is State.RUNNING


def test_a_run_whose_folder_was_removed_by_hand_blocks_nothing(pretended: Room) -> None:
    first, second, third = (pretended.submit() for _ in range(3))
    path = pretended.directory(second.id).path
    path.rename(path.with_name("elsewhere"))
    assert {run.id for run in pretended.store.runs(pretended.owner)} == {first.id, third.id}
    pretended.ends(first.id)
    assert pretended.state(third.id) is State.RUNNING
    with pytest.raises(UnknownRunError):
        pretended.run(second.id)


def test_only_the_process_of_a_claim_that_holds_may_work(pretended: Room) -> None:
    running, waiting = pretended.submit(), pretended.submit()
    chosen, stranger = pretended.directory(running.id).handle(), "another"
    assert chosen is not None
    queue = pretended.queue
    assert queue.is_for(running.id, chosen)
    assert not queue.is_for(running.id, stranger)
    # Whoever claimed it was killed between the start of a worker and the end of the transaction.
    pretended.directory(waiting.id).assign(stranger)
    assert not queue.is_for(waiting.id, stranger)
    assert pretended.directory(waiting.id).handle() is None
    assert pretended.state(waiting.id) is State.QUEUED


def test_a_worker_whose_index_was_deleted_goes_on(pretended: Room) -> None:
    run = pretended.submit()
    chosen = pretended.directory(run.id).handle()
    assert chosen is not None
    pretended.lose_index()
    assert pretended.queue.is_for(run.id, chosen)


# Caps


def test_caps_on_waiting_runs_name_themselves(pretended: Room) -> None:
    room = again(pretended, max_owner_pending_runs=2, max_pending_runs=3)
    for _ in range(3):
        room.submit()
    with pytest.raises(RunLimitError, match=r"2 of your runs wait already, and 2 may.*Cancel"):
        room.submit()
    other = replace(room, owner=new_owner())
    other.submit()
    with pytest.raises(RunLimitError, match=r"3 runs wait already, and 3 may.*Come back"):
        other.submit()
    assert len(list(room.queue.folder.glob("[0-9a-f]*"))) == 4  # nothing of the refused is left
    assert list(room.queue.folder.glob(".new-*")) == []


def test_resuming_meets_the_same_caps(pretended: Room) -> None:
    room = again(pretended, max_owner_pending_runs=1)
    first = room.submit()
    room.dies(first.id)
    room.submit()
    room.submit()
    with pytest.raises(RunLimitError, match="1 of your runs wait"):
        room.store.resume(room.owner, first.id)
    assert room.state(first.id) is State.INTERRUPTED


def test_disk_caps_count_what_is_uploaded_and_what_lies_there(pretended: Room) -> None:
    room = again(pretended, max_owner_disk_mb=2, max_runs_disk_mb=4)
    wanted = RunSettings(task="t", base_model="m")
    megabyte = {"data.csv": b"x" * 1_000_000}
    run = room.store.submit(room.owner, wanted, "", megabyte)
    with pytest.raises(RunLimitError, match=r"Your runs would take over 2 MB.*Delete"):
        room.store.submit(room.owner, wanted, "", megabyte)
    for _ in range(2):
        room.store.submit(new_owner(), wanted, "", megabyte)
    with pytest.raises(RunLimitError, match=r"All runs together.* 4 MB.*14 days"):
        room.store.submit(new_owner(), wanted, "", megabyte)
    room.ends(run.id)
    room.store.delete(room.owner, run.id)
    room.store.submit(room.owner, wanted, "", megabyte)


# Retention


def test_old_runs_are_removed_when_they_were_said_to_be(pretended: Room) -> None:
    old, running, waiting = (pretended.submit() for _ in range(3))
    pretended.ends(old.id)
    ended = pretended.run(old.id).ended
    assert ended is not None
    assert pretended.run(old.id).removed == ended + 14 * DAY
    assert pretended.run(running.id).removed is None

    pretended.queue.sweep()
    assert pretended.state(old.id) is State.FINISHED
    again(pretended, run_retention_days=-1).queue.sweep()  # as if its days were over
    left = {run.id for run in pretended.store.runs(pretended.owner)}
    assert left == {running.id, waiting.id}
    assert not pretended.directory(old.id).path.exists()


def test_a_run_that_still_has_a_process_is_not_removed(pretended: Room) -> None:
    run = pretended.submit()
    handle = pretended.directory(run.id).handle()
    assert handle is not None
    pretended.dies(run.id)
    assert pretended.state(run.id) is State.INTERRUPTED
    pretended.launcher.alive.add(handle)  # an index that was wrong about it
    again(pretended, run_retention_days=-1).queue.sweep()
    assert pretended.directory(run.id).path.exists()


@pytest.mark.parametrize("asked", [False, True])
def test_a_run_taken_for_dead_that_ended_well_is_found(pretended: Room, asked: bool) -> None:
    run = pretended.submit()
    if asked:
        pretended.store.cancel(pretended.owner, run.id)
    pretended.dies(run.id)  # as it looks from here
    assert pretended.state(run.id) is (State.CANCELLED if asked else State.INTERRUPTED)
    pretended.directory(run.id).conclude(Result(outcome=State.FINISHED))

    pretended.queue.sweep()
    assert pretended.state(run.id) is State.FINISHED


def test_a_run_taken_for_dead_that_comes_back_runs(pretended: Room) -> None:
    run = pretended.submit()
    handle = pretended.directory(run.id).handle()
    assert handle is not None
    pretended.dies(run.id)
    assert pretended.state(run.id) is State.INTERRUPTED
    pretended.launcher.alive.add(handle)
    pretended.queue.sweep()
    assert pretended.state(run.id) is State.INTERRUPTED  # nothing tells that it lives
    pretended.directory(run.id).beat()
    pretended.queue.sweep()
    assert pretended.state(run.id) is State.RUNNING


def test_what_killed_servers_left_is_swept_up(pretended: Room) -> None:
    new, fresh, gone = (pretended.queue.folder / name for name in (".new-1", ".new-2", ".gone-1"))
    for folder in (new, fresh, gone):
        folder.mkdir()
    os.utime(new, (1, 1))
    pretended.queue.sweep()
    assert [path.exists() for path in (new, fresh, gone)] == [False, True, False]


# The index is only an index


def test_a_deleted_index_is_written_again(pretended: Room) -> None:
    finished, dead = pretended.submit("a"), pretended.submit("b")
    pretended.ends(finished.id)
    pretended.dies(dead.id)
    running, waiting, cancelled = (pretended.submit(name) for name in "cde")
    pretended.store.cancel(pretended.owner, cancelled.id)
    before = pretended.store.runs(pretended.owner)
    assert {run.state for run in before} == {
        State.FINISHED,
        State.INTERRUPTED,
        State.RUNNING,
        State.QUEUED,
        State.CANCELLED,
    }
    pretended.lose_index()

    assert pretended.store.runs(pretended.owner) == before
    assert again(pretended).store.runs(pretended.owner) == before
    pretended.ends(running.id)
    assert pretended.state(waiting.id) is State.RUNNING


def test_folders_that_are_no_runs_are_left_alone(settings: Settings) -> None:
    folder = settings.runs_folder
    (folder / "0123456789abcdef0123456789abcdef").mkdir(parents=True)
    (folder / "mine").mkdir()
    queue = RunQueue(settings, PretendedLauncher())
    queue.reconcile()
    queue.advance()
    with queue.index.reading() as index:
        assert index.entries() == []


def test_a_run_that_the_index_could_not_take_is_not_there_to_be_started_later(
    pretended: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = pretended.submit()
    put = Transaction.put

    def fails(self: Transaction, entry: Entry) -> None:
        put(self, entry)
        raise IndexUnreachableError("It does not answer.")

    monkeypatch.setattr(Transaction, "put", fails)
    with pytest.raises(IndexUnreachableError):
        pretended.submit()
    monkeypatch.undo()
    pretended.queue.reconcile()  # which takes every folder of a run for one
    assert [run.id for run in pretended.store.runs(pretended.owner)] == [kept.id]
    assert {path.name for path in pretended.queue.folder.iterdir() if path.is_dir()} == {kept.id}


def test_what_a_lost_transaction_left_is_put_right_when_the_index_answers_again(
    pretended: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "WATCH_SECONDS", 0.01)
    run = pretended.submit()
    pretended.dies(run.id)
    assert pretended.state(run.id) is State.INTERRUPTED
    pretended.directory(run.id).requeue()  # and then the transaction was lost
    answers = iter([False, False, True])
    reading = Index.reading

    def answering(self: Index) -> AbstractContextManager[Transaction]:
        if not next(answers, True):
            raise IndexUnreachableError("It does not answer.")
        return reading(self)

    monkeypatch.setattr(Index, "reading", answering)
    watching = pretended.queue.watch()
    wait_until(lambda: pretended.launcher.launched == [run.id, run.id])
    watching.set()

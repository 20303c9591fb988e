"""A run's files: whole or not there, and readable however they were left."""

import json
import os
import time
from pathlib import Path

import pytest

from playground.fine_tuning.runs import checkpoints, disk, events
from playground.fine_tuning.runs.run_directory import SILENT_SECONDS, Facts, Result, RunDirectory
from playground.fine_tuning.runs.settings import RunSettings
from playground.fine_tuning.runs.state import State

BROKEN = [b"", b"{", b'{"outcome": "fin', b"[]", b"null", b'"a"', b"\xff\xfe", b"{}", b"\0" * 50]
ME = "me"


@pytest.fixture
def directory(tmp_path: Path) -> RunDirectory:
    directory = RunDirectory(tmp_path / "run")
    settings = RunSettings(task="t", base_model="m")
    directory.create(Facts(owner="o", submitted=1.0, settings=settings), "name", {})
    return directory


def test_events_come_back_in_order(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    assert events.read(file) == []
    events.append(file, "a", {"loss": 0.5, "text": "ü\n"})
    events.append(file, "b", {}, durable=True)
    found = events.read(file)
    assert [(event["kind"], event.get("loss"), event.get("text")) for event in found] == [
        ("a", 0.5, "ü\n"),
        ("b", None, None),
    ]
    assert file.read_bytes().count(b"\n") == 2


def test_a_line_torn_anywhere_costs_itself_alone(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    events.append(file, "whole", {})
    begin = file.stat().st_size
    events.append(file, "torn", {"text": "größer"})
    content = file.read_bytes()
    for end in range(begin, len(content) - 1):  # its newline missing, the event itself is whole
        file.write_bytes(content[:end])
        assert [event["kind"] for event in events.read(file)] == ["whole"]
        events.append(file, "next", {})
        assert [event["kind"] for event in events.read(file)] == ["whole", "next"]


@pytest.mark.parametrize("content", BROKEN)
def test_readers_take_a_broken_file_for_none(directory: RunDirectory, content: bytes) -> None:
    for name in ("settings.json", "name.json", "result.json", "events.jsonl"):
        (directory.path / name).write_bytes(content)
    assert directory.facts() is None
    assert directory.name() == ""
    assert directory.handle() is None
    assert directory.result() is None
    assert directory.events() == []
    assert directory.state(lambda _: True) is State.QUEUED


def test_readers_take_a_missing_folder_for_an_empty_one(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path / "none")
    assert directory.facts() is None
    assert directory.result() is None
    assert directory.heartbeat() is None
    assert directory.last_checkpoint() is None
    assert directory.log_end(10) == ""
    assert disk.size(directory.path) == 0


@pytest.mark.parametrize(
    ("files", "alive", "state"),
    [
        ("", False, State.QUEUED),
        ("cancel", False, State.CANCELLED),
        ("identity", True, State.RUNNING),
        ("identity", False, State.INTERRUPTED),
        ("identity cancel", True, State.CANCELLING),
        ("identity cancel", False, State.CANCELLED),
        ("identity result", True, State.FINISHED),
        ("identity cancel result", False, State.FINISHED),
    ],
)
def test_the_state_is_what_the_files_and_the_process_tell(
    directory: RunDirectory, files: str, alive: bool, state: State
) -> None:
    if "identity" in files:
        directory.assign(ME)
    if "cancel" in files:
        directory.ask_to_cancel()
    if "result" in files:
        directory.conclude(Result(outcome=State.FINISHED))
    assert directory.state(lambda handle: handle == ME and alive) is state


def test_a_handle_comes_back_as_it_was_given(directory: RunDirectory) -> None:
    directory.assign('ü "x"\n')
    assert directory.handle() == 'ü "x"\n'
    (directory.path / "identity.json").write_bytes(b"\xff\xfe")  # no text, so nobody's words
    assert directory.handle() is None


def test_where_the_process_cannot_be_seen_its_signs_of_life_tell(directory: RunDirectory) -> None:
    directory.assign(ME)
    assert directory.state(lambda _: None) is State.RUNNING  # it has just started
    long_ago = time.time() - SILENT_SECONDS - 1
    os.utime(directory.path / "identity.json", (long_ago, long_ago))
    assert directory.state(lambda _: None) is State.INTERRUPTED
    directory.beat()
    assert directory.state(lambda _: None) is State.RUNNING


def test_a_result_written_while_the_process_is_looked_for_counts(directory: RunDirectory) -> None:
    directory.assign(ME)

    def ends_meanwhile(_: str) -> bool:
        directory.conclude(Result(outcome=State.FINISHED))
        return False

    assert directory.state(ends_meanwhile) is State.FINISHED


def test_a_result_comes_back(directory: RunDirectory) -> None:
    result = Result(outcome=State.FAILED, message="m", ended=5.0, values={"f1": [0.5, None]})
    directory.conclude(result)
    assert directory.result() == result
    assert directory.ended() == 5.0


def test_the_end_of_a_log_is_text(directory: RunDirectory) -> None:
    directory.log.write_bytes("aä".encode() + b"\xff")
    assert directory.log_end(100) == "aä\ufffd"
    assert directory.log_end(2) == "\ufffd\ufffd"  # cut within the letter


def test_a_checkpoint_is_there_when_it_is_complete(tmp_path: Path) -> None:
    assert checkpoints.last(tmp_path) is None
    with checkpoints.writing(tmp_path, 5) as folder:
        (folder / "a").write_text("5")
        assert checkpoints.last(tmp_path) is None
    with checkpoints.writing(tmp_path, 10) as folder:
        (folder / "deep").mkdir()
        (folder / "deep" / "a").write_text("10")
        last = checkpoints.last(tmp_path)
        assert last is not None
        assert last.step == 5
    last = checkpoints.last(tmp_path)
    assert last is not None
    assert (last.step, (last.path / "deep" / "a").read_text()) == (10, "10")
    assert [path.name for path in tmp_path.iterdir()] == ["00000010"]


def test_a_checkpoint_that_fails_leaves_the_last(tmp_path: Path) -> None:
    with checkpoints.writing(tmp_path, 5):
        pass
    (tmp_path / ".part-00000007").mkdir()  # of a process that was killed
    with pytest.raises(KeyError), checkpoints.writing(tmp_path, 10):
        raise KeyError
    assert [path.name for path in tmp_path.iterdir()] == ["00000005"]
    with pytest.raises(ValueError, match="not after 5"), checkpoints.writing(tmp_path, 5):
        pass


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    disk.write_json(file, {"a": 1})
    with file.open() as before:
        disk.write_json(file, {"a": 2})
        assert json.load(before) == {"a": 1}  # who reads it keeps the whole old one
    assert disk.read_json(file) == {"a": 2}
    assert list(tmp_path.iterdir()) == [file]

"""The folder for runs is tried before it is relied on."""

import os
import shutil
import sqlite3
from collections import namedtuple
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground.errors import StorageError
from playground.fine_tuning.runs import disk, storage
from playground.settings import RunsKept, Settings
from tests.fine_tuning.conftest import Room

Usage = namedtuple("Usage", ["total", "used", "free"])


def test_a_local_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "runs"
    storage.probe(folder)
    assert list(folder.iterdir()) == []
    assert folder.stat().st_mode & 0o777 == 0o700
    storage.check(folder)


def test_a_file_in_its_place_is_named_as_the_reason(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"Not a directory.*BERT_PLAYGROUND_RUNS_FOLDER") as said:
        storage.probe(tmp_path / "file" / "runs")
    assert str(tmp_path) not in str(said.value)  # visitors read it
    assert str(tmp_path / "file" / "runs") in caplog.text  # whoever runs the app, this


@pytest.mark.parametrize("number", [13, 30, 28])  # EACCES, EROFS, ENOSPC
def test_whatever_the_disk_refuses_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(disk, "write_text", refuse)
    with pytest.raises(StorageError, match=os.strerror(number)):
        storage.probe(tmp_path)


def test_a_disk_on_which_two_may_write_at_once_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, made = sqlite3.connect, iter(range(9))

    def each_its_own(path: Path, **options: Any) -> sqlite3.Connection:
        return connect(f"{path}{next(made)}", **options)  # as if no lock reached the other

    monkeypatch.setattr(sqlite3, "connect", each_its_own)
    with pytest.raises(StorageError, match="locks have no effect"):
        storage.probe(tmp_path)


def test_a_disk_that_is_almost_full_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - 150_000_000, 15 * 10**7)
    )
    storage.check_free(tmp_path, extra=50_000_000)
    with pytest.raises(StorageError, match="its disk has 150 MB left"):
        storage.check_free(tmp_path, extra=50_000_001)


def test_a_run_is_refused_where_the_disk_is_full(
    pretended: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, 0))
    with pytest.raises(StorageError, match="its disk has 0 MB left"):
        pretended.submit()
    assert pretended.store.runs(pretended.owner) == ()


def test_a_folder_that_has_gone_is_found(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="it is gone"):
        storage.check(tmp_path / "gone")


@pytest.mark.parametrize(
    ("setting", "environment", "kept"),
    [
        (RunsKept.AUTO, {}, True),
        (RunsKept.AUTO, {"SPACE_ID": "a/b"}, False),
        (RunsKept.TRUE, {"SPACE_ID": "a/b"}, True),
        (RunsKept.FALSE, {}, False),
    ],
)
def test_runs_are_lost_at_a_restart_on_a_space_or_where_a_setting_says_so(
    setting: RunsKept, environment: dict[str, str], kept: bool
) -> None:
    assert storage.is_kept(replace(Settings(), runs_kept=setting), environment) is kept

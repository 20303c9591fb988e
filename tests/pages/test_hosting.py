"""The app on a machine that forgets, or that has no place for runs: said, and all else works."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from deploy import variables
from pages.shared import cache, runs
from pages.shared.owner import OWNER
from playground.fine_tuning.runs.owners import new_owner
from playground.models.engine import Engine
from playground.settings import PREFIX
from tests.fine_tuning.conftest import Room
from tests.pages.runs import PAGE, text

FINE_TUNING = "pages/train/fine_tuning/page.py"
MASK_FILLING = "pages/explore/mask_filling/page.py"
NOT_KEPT = "keeps runs only until it restarts"
UNUSABLE = "the folder for runs cannot be used"


def test_streamlit_reads_the_variables_that_are_its_own() -> None:
    known = {option.env_var for option in config.get_config_options().values()}
    ours = {name for name in variables.of_space() if not name.startswith(PREFIX)}
    assert len(ours) == 3
    assert ours <= known


@pytest.mark.parametrize("page", [PAGE, FINE_TUNING])
def test_on_a_space_both_pages_say_that_runs_are_not_kept(
    open_runs: Callable[..., AppTest],
    open_page: Callable[..., AppTest],
    monkeypatch: pytest.MonkeyPatch,
    page: str,
) -> None:
    assert NOT_KEPT not in text(open_runs() if page == PAGE else open_page(page))
    monkeypatch.setenv("SPACE_ID", "owner/name")
    shown = text(open_page(page))
    assert NOT_KEPT in shown
    if page == PAGE:
        assert "for 14 days after its end or until this app restarts" in shown


@pytest.fixture
def without_a_place(
    engine: Engine, home: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """An app whose runs folder would lie below a file; returns that file."""
    (tmp_path / "file").write_text("")
    settings = replace(cache.settings(), runs_folder=tmp_path / "file" / "runs")
    monkeypatch.setattr(cache, "settings", lambda: settings)
    home.session_state[OWNER] = new_owner()
    return tmp_path / "file"


@pytest.mark.usefixtures("without_a_place")
def test_a_folder_that_cannot_be_made_gives_a_message_and_takes_no_other_page_along(
    open_page: Callable[..., AppTest],
) -> None:
    for page in (PAGE, FINE_TUNING):
        opened = open_page(page)
        assert UNUSABLE in text(opened)
        assert "Not a directory" in text(opened)
        assert not opened.exception
    filled = open_page(MASK_FILLING)
    assert UNUSABLE not in text(filled)
    assert not filled.exception
    assert len(filled.get("plotly_chart")) == 1


def test_the_next_visit_finds_a_folder_that_has_been_repaired(
    without_a_place: Path, open_page: Callable[..., AppTest]
) -> None:
    assert UNUSABLE in text(open_page(PAGE))
    without_a_place.unlink()
    assert "You have no runs yet" in text(open_page(PAGE))


def test_a_folder_that_goes_away_later_gives_the_message_on_every_page_that_needs_it(
    room: Room, open_runs: Callable[..., AppTest], open_page: Callable[..., AppTest]
) -> None:
    assert "You have no runs yet" in text(open_runs())
    room.queue.folder.rename(room.queue.folder.with_name("elsewhere"))
    assert "it is gone" in text(open_runs())
    assert not open_page(MASK_FILLING).exception


def test_a_folder_that_may_only_be_read_costs_the_runs_and_no_other_page(
    room: Room,
    open_runs: Callable[..., AppTest],
    open_page: Callable[..., AppTest],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert room.queue.folder.is_dir()
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "may only be read" in text(open_runs())
    filled = open_page(MASK_FILLING)
    assert not filled.exception
    assert len(filled.get("plotly_chart")) == 1


def test_at_the_start_it_is_logged_and_no_thread_dies_of_it(
    without_a_place: Path, caplog: pytest.LogCaptureFixture
) -> None:
    runs._look_after()
    assert str(without_a_place / "runs") in caplog.text
    assert UNUSABLE in caplog.text

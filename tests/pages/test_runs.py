"""The Runs page: all runs, whose they are, and several compared."""

import json
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shared import cache
from playground.fine_tuning.runs.owners import new_owner, of_account
from playground.fine_tuning.runs.queue import DAY
from playground.fine_tuning.runs.state import State
from playground.fine_tuning.training_options import Method
from tests.fine_tuning.conftest import Room
from tests.pages.runs import HOSTILE, PAGE, click, finish, labels, submit, text, train


def test_who_is_logged_in_has_the_runs_of_the_account(
    room: Room, open_runs: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = {"is_logged_in": True, "iss": "https://a.example", "sub": "u1"}
    submit(room, "of the account", owner=of_account("https://a.example", "u1", "secret"))
    submit(room, "of the browser")
    monkeypatch.setattr(st, "secrets", {"auth": {"cookie_secret": "secret"}})
    monkeypatch.setattr(st, "user", user)
    assert labels(open_runs())[:1] == ["**of the account**"]
    monkeypatch.setattr(st, "user", {"is_logged_in": False})
    assert labels(open_runs())[:1] == ["**of the browser**"]


def test_before_the_browser_has_answered_nothing_is_shown(
    room: Room, open_page: Callable[..., AppTest]
) -> None:
    run = submit(room, "mine")
    page = open_page(PAGE, run=run.id)
    assert "Looking for your runs" in text(page)
    assert "mine" not in text(page)


def test_without_runs_it_leads_to_where_one_is_started(open_runs: Callable[..., AppTest]) -> None:
    page = open_runs()
    assert "Start one on the page Fine-tuning" in text(page)
    [start] = page.get("page_link")
    assert (start.proto.page, start.proto.label) == ("fine_tuning", "Start a run")


def test_all_runs_are_listed_with_what_they_do(
    room: Room, open_runs: Callable[..., AppTest]
) -> None:
    finish(room, submit(room, "better"))
    finish(room, submit(room, "worse"), score=0.85, beats_baseline=False)
    for name, outcome in (("broken", State.FAILED), ("halted", State.INTERRUPTED)):
        room.ends(submit(room, name).id, outcome, "because")
    training = submit(room, "training")
    train(room, training, 60)
    submit(room, "next")
    submit(room, "second")
    submit(room, "of somebody else", owner=new_owner())
    page = open_runs()
    names = ["second", "next", "training", "halted", "broken", "worse", "better"]
    assert [label for label in labels(page) if label.startswith("**")] == [
        f"**{name}**" for name in names
    ]
    shown = text(page)
    for words in (
        "training, epoch 2 of 3",
        "waiting, next",
        "waiting, 1 run ahead",
        "interrupted: resume it",
        "failed",
        "**91.2 %** accuracy",
        "better than TF-IDF, 86.1 %",
        "**85.0 %** accuracy",
        "not better than TF-IDF, 86.1 %",
        "classification · LoRA adapter · bundled/trunk",
        "just now",
    ):
        assert words in shown.replace("\\", "")
    ended = room.store.runs(room.owner)[-1]
    assert ended.removed == pytest.approx(time.time() + 14 * DAY, abs=60)
    assert shown.count("removed on ") == 4


def test_the_search_looks_into_names_methods_and_states(
    room: Room, open_runs: Callable[..., AppTest]
) -> None:
    finish(room, submit(room, "Tickets", method=Method.FULL))
    finish(room, submit(room, "Reviews"))
    page = open_runs()
    for sought, found in (
        ("tick", ["**Tickets**"]),
        ("FULL finished", ["**Tickets**"]),
        ("lora", ["**Reviews**"]),
        ("trunk", ["**Reviews**", "**Tickets**"]),
        ("nothing", []),
    ):
        page.text_input("runs_search").set_value(sought).run()
        assert [label for label in labels(page) if label.startswith("**")] == found
    assert "No run fits" in text(page)


def test_a_click_opens_a_run_and_the_address_says_so(
    room: Room, open_runs: Callable[..., AppTest]
) -> None:
    run = submit(room, "Tickets")
    page = click(open_runs(), "**Tickets**")
    assert page.header[0].value == "Tickets"
    assert page.query_params["run"] in (run.id, [run.id])
    page = click(page, "All runs")
    assert "run" not in page.query_params
    assert "**Tickets**" in labels(page)


def test_a_run_that_waits_for_the_cluster_says_so(
    room: Room, open_runs: Callable[..., AppTest]
) -> None:
    room.launcher.is_away = True
    run = submit(room, "Tickets")
    page = open_runs(run=run.id)
    assert "waiting" in text(page)
    assert ["cannot be reached now" in shown.value for shown in page.warning] == [True]
    room.launcher.is_away = False
    submit(room, "Another")  # the cluster is back, as it finds
    page = open_runs(run=run.id)
    assert room.state(run.id) is State.RUNNING
    assert len(page.warning) == 0


def test_a_run_of_another_is_as_unknown_as_none(
    room: Room, open_runs: Callable[..., AppTest]
) -> None:
    theirs = submit(room, "secret name", owner=new_owner())
    for asked in (theirs.id, theirs.id.upper(), "../" + theirs.id, "", "' OR 1=1 --", "%"):
        page = open_runs(run=asked)
        assert "You have no such run" in text(page).replace("\\", "")
        assert "secret name" not in text(page)
        assert labels(page) == ["All runs"]
    page = open_runs(compare=theirs.id)
    assert page.multiselect[0].options == []
    assert "secret name" not in text(page)


def test_what_visitors_and_runs_wrote_is_shown_as_text(
    room: Room, open_runs: Callable[..., AppTest]
) -> None:
    finish(room, submit(room, "other"), baseline_name=HOSTILE, score_name=HOSTILE)
    run = submit(room, HOSTILE, task=HOSTILE)
    train(room, run, 30)
    room.directory(run.id).record("phase", {"name": HOSTILE})
    room.directory(run.id).log.write_text(f"{HOSTILE}\x1b[31m red\x1b[0m\n")
    for page in (open_runs(), open_runs(run=run.id)):
        shown = text(page) + "".join(labels(page))
        assert r"\<b\>x\<\/b\>" in shown
        for markup in ("<b>", " **y", "](http", " :red[", " $a"):
            assert markup not in shown
    assert page.code[-1].value == f"{HOSTILE} red"


def test_runs_are_compared_with_what_differs_marked(
    room: Room, open_runs: Callable[..., AppTest]
) -> None:
    one = submit(room, "same", epochs=3)
    train(room, one, 50, 100)
    finish(room, one)
    other = submit(room, "same", epochs=5)
    train(room, other, 50, loss=0.3)
    finish(room, other, score=0.95)
    page = click(open_runs(), "Compare")
    assert page.multiselect[0].value == [other.id, one.id]
    table = page.dataframe[0].value.set_index("Setting")
    assert table.loc["Accuracy"].tolist() == ["≠", "95.0 %", "91.2 %"]
    assert table.loc["Epochs"].tolist() == ["≠", "5", "3"]
    assert table.loc["Batch size"].tolist() == ["", "32", "32"]
    assert list(table) == ["≠", "same (1)", "same (2)"]
    losses, scores = (json.loads(chart.proto.spec)["data"] for chart in page.get("plotly_chart"))
    assert [(line["name"], line["y"]) for line in losses] == [
        ("same (1)", [0.3]),
        ("same (2)", [0.5, 0.5]),
    ]
    assert [line["y"] for line in scores] == [[0.8], [0.8, 0.8]]


def test_a_comparison_needs_two_runs_and_the_address_follows(
    room: Room, open_runs: Callable[..., AppTest]
) -> None:
    made = [submit(room, f"run {number}") for number in range(3)]
    page = open_runs(compare=made[0].id)
    assert "Choose two to five" in text(page)
    page.multiselect[0].set_value([made[0].id, made[2].id]).run()
    assert page.query_params["compare"] == [made[0].id, made[2].id]
    assert "None of these runs has been validated yet" in text(page)
    assert list(page.dataframe[0].value) == ["≠", "Setting", "run 0", "run 2"]


def test_the_limits_are_those_that_hold(
    open_runs: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = replace(
        cache.settings(),
        max_run_minutes=7,
        max_running_runs=2,
        max_pending_runs=31,
        max_owner_pending_runs=4,
        max_owner_disk_mb=1_234,
        max_runs_disk_mb=5_678,
        run_retention_days=1,
    )
    monkeypatch.setattr(cache, "settings", lambda: changed)
    shown = text(open_runs()).replace("\n  ", " ")
    for words in ("7 minutes", "2 runs", "31 runs", "**4** of them", "1,234 MB", "5,678 MB"):
        assert words in shown
    assert "kept **for 1 day after its end**" in shown

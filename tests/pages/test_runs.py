"""The Runs page, on a store with processes that are only pretended."""

import functools
import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import cache, runs
from pages.shared.owner import OWNER
from playground.fine_tuning.runs.checkpoints import writing
from playground.fine_tuning.runs.owners import new_owner
from playground.fine_tuning.runs.queue import DAY, RunQueue
from playground.fine_tuning.runs.run_directory import Result
from playground.fine_tuning.runs.settings import JSON, RunSettings
from playground.fine_tuning.runs.state import State
from playground.fine_tuning.runs.store import Run
from playground.fine_tuning.training_options import Method, TrainingOptions
from playground.models.engine import Engine
from tests.fine_tuning.conftest import PretendedLauncher, Room

PAGE = "pages/train/runs/page.py"
HOSTILE = "<b>x</b> **y** [z](http://x.example) :red[r] $a^2$ <img src=x onerror=alert(1)>"
VALUES: dict[str, JSON] = {
    "score_name": "accuracy",
    "score": 0.912,
    "low": 0.89,
    "high": 0.93,
    "baseline_name": "TF-IDF",
    "baseline": 0.861,
    "beats_baseline": True,
    "seconds": 95.0,
    "task": "classification",
}


@pytest.fixture
def room(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    """The store that the pages use, its queue and its visitor."""
    settings = replace(cache.settings(), runs_folder=tmp_path / "runs")
    launcher = PretendedLauncher()
    monkeypatch.setattr(cache, "settings", lambda: settings)
    monkeypatch.setattr(runs, "LocalLauncher", lambda _: launcher)
    monkeypatch.setattr(RunQueue, "watch", lambda _: None)
    monkeypatch.setattr(runs, "only_store", functools.cache(runs.only_store.__wrapped__))
    return Room(RunQueue(settings, launcher), runs.store(), launcher, new_owner())


@pytest.fixture
def open_runs(
    room: Room, home: AppTest, open_page: Callable[..., AppTest]
) -> Callable[..., AppTest]:
    """A function that opens the page in the visitor's browser, with a link's query."""
    home.session_state[OWNER] = room.owner
    return lambda **query: open_page(PAGE, **query)


def submit(room: Room, name: str, owner: str = "", **options: JSON) -> Run:
    wanted = TrainingOptions().to_json() | {"task": "classification"} | options
    settings = RunSettings(task="fine-tuning", base_model="bundled/trunk", seed=3, options=wanted)
    return room.store.submit(owner or room.owner, settings, name, {"a.csv": b"1"})


def finish(room: Room, run: Run, **changes: JSON) -> None:
    room.directory(run.id).conclude(Result(outcome=State.FINISHED, values=VALUES | changes))
    room.queue.advance()
    room.dies(run.id)


def train(room: Room, run: Run, *steps: int, start: int = 0, loss: float = 0.5) -> None:
    directory = room.directory(run.id)
    directory.record("started", {"step": start})
    directory.record("phase", {"name": "training"})
    for step in steps:
        epoch = step / 50
        directory.record(
            "progress",
            {
                "step": step, "steps": 150, "epoch": epoch, "epochs": 3, "loss": loss,
                "learning_rate": 1e-3, "examples_per_second": 120.4, "seconds_left": 7_000.0,
                "memory_mb": 812.3,
            },
        )  # fmt: skip
        directory.record(
            "validation",
            {"step": step, "epoch": epoch, "loss": loss, "score": 0.8, "score_name": "accuracy"},
        )
    directory.beat()


def text(page: AppTest) -> str:
    """Return all Markdown of the page's main part, badges and captions among it."""
    shown = [*page.markdown, *page.caption, *page.subheader, *page.warning, *page.error, *page.info]
    return "\n".join(element.value for element in shown)


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def click(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    return page.run()


def test_before_the_browser_has_answered_nothing_is_shown(
    room: Room, open_page: Callable[..., AppTest]
) -> None:
    run = submit(room, "mine")
    page = open_page(PAGE, run=run.id)
    assert "Looking for your runs" in text(page)
    assert "mine" not in text(page)


def test_without_runs_it_says_where_to_start_one(open_runs: Callable[..., AppTest]) -> None:
    assert "Start one on the page Fine-tuning" in text(open_runs())


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
    assert page.subheader[0].value == "Tickets"
    assert page.query_params["run"] in (run.id, [run.id])
    page = click(page, "All runs")
    assert "run" not in page.query_params
    assert "**Tickets**" in labels(page)


def test_a_training_run_is_followed_without_what_was_trained_twice(
    room: Room, open_runs: Callable[..., AppTest]
) -> None:
    run = submit(room, "Tickets")
    train(room, run, 30, 60, 90, loss=0.9)
    train(room, run, 60, start=30, loss=0.4)
    room.directory(run.id).log.write_text("epoch 1\n")
    page = open_runs(run=run.id)
    assert r"training\, epoch 2 of 3" in text(page)
    assert "went on from its checkpoint at step 30" in text(page)
    assert {metric.label: metric.value for metric in page.metric} == {
        "Time left": "2 hours",
        "Examples a second": "120",
        "Memory": "812 MB",
    }
    (bar,) = page.get("progress")
    assert (bar.proto.value, bar.proto.text) == (40, "Step 60 of 150")
    loss = json.loads(page.get("plotly_chart")[0].proto.spec)["data"][0]
    assert (loss["customdata"], loss["y"]) == ([30, 60], [0.9, 0.4])
    assert page.code[-1].value == "epoch 1"
    settings = page.dataframe[0].value
    assert (
        dict(zip(settings["Setting"], settings["Value"], strict=True)).items()
        >= {
            "Base model": "bundled/trunk",
            "Seed": "3",
            "Method": "LoRA adapter",
            "Learning rate": "0.001",
            "Class weights": "no",
        }.items()
    )


def test_a_run_that_ends_meanwhile_shows_its_report(
    room: Room, open_runs: Callable[..., AppTest]
) -> None:
    run = submit(room, "Tickets")
    page = open_runs(run=run.id)
    assert "starting" in text(page)
    finish(room, run)
    page.run()
    assert "0.912" in page.dataframe[0].value["Value"].tolist()
    page.segmented_control[0].set_value("Training").run()
    assert "finished" in text(page)
    assert "Removed with its data and model on" in text(page)


def test_a_silent_run_is_called_silent(room: Room, open_runs: Callable[..., AppTest]) -> None:
    run = submit(room, "Tickets")
    train(room, run, 30)
    heartbeat = room.directory(run.id).path / "heartbeat"
    assert "No sign of life" not in text(open_runs(run=run.id))
    then = time.time() - 45
    os.utime(heartbeat, (then, then))
    assert "No sign of life for 45 seconds" in text(open_runs(run=run.id))


@pytest.mark.parametrize(
    ("outcome", "said"),
    [(State.FAILED, "failed"), (State.INTERRUPTED, "interrupted"), (State.CANCELLED, "cancelled")],
)
def test_what_stopped_says_why_and_goes_on_by_one_click(
    room: Room, open_runs: Callable[..., AppTest], outcome: State, said: str
) -> None:
    run = submit(room, "Tickets")
    with writing(room.directory(run.id).checkpoints, 40):
        pass
    room.ends(run.id, outcome, "Why **it** <b>ended</b>.")
    page = open_runs(run=run.id)
    assert said in text(page)
    assert r"Why \*\*it\*\* \<b\>ended\<\/b\>\." in text(page)
    resume = next(button for button in page.button if button.label == "Resume")
    assert resume.help == "It goes on from its checkpoint at step 40."
    click(page, "Resume")
    assert room.state(run.id) is State.RUNNING
    assert "Resume" not in labels(page)


def test_cancelling_asks_first_and_keeps_the_checkpoint(
    room: Room, open_runs: Callable[..., AppTest]
) -> None:
    run = submit(room, "Tickets")
    page = open_runs(run=run.id)
    assert "Its checkpoint is kept" in text(page)
    assert room.state(run.id) is State.RUNNING
    click(page, "Cancel the run")
    assert room.state(run.id) is State.CANCELLING
    assert "stopping" in text(page)
    assert "Cancel the run" not in labels(page)


def test_a_waiting_run_leaves_the_queue(room: Room, open_runs: Callable[..., AppTest]) -> None:
    submit(room, "first")
    run = submit(room, "second")
    click(open_runs(run=run.id), "Cancel the run")
    assert room.state(run.id) is State.CANCELLED


def test_a_run_that_ended_before_the_click_says_so(
    room: Room, open_runs: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = submit(room, "Tickets")
    page = open_runs(run=run.id)
    seen = room.run(run.id)
    finish(room, run)
    monkeypatch.setattr(type(room.store), "run", lambda *_: seen)  # as the page still shows it
    click(page, "Cancel the run")
    assert "there is nothing to cancel" in text(page)


def test_a_run_is_renamed(room: Room, open_runs: Callable[..., AppTest]) -> None:
    run = submit(room, "Tickets")
    page = open_runs(run=run.id)
    next(field for field in page.text_input if field.label == "Name").set_value(HOSTILE)
    click(page, "Rename the run")
    assert room.run(run.id).name == HOSTILE
    assert page.subheader[0].value.startswith(r"\<b\>x\<\/b\> \*\*y\*\*")


def test_deleting_asks_first_and_leads_to_the_list(
    room: Room, open_runs: Callable[..., AppTest]
) -> None:
    run, other = submit(room, "Tickets"), submit(room, "Reviews")
    finish(room, run)
    page = open_runs(run=run.id)
    assert "removed for good" in text(page)
    assert [found.id for found in room.store.runs(room.owner)] == [other.id, run.id]
    click(page, "Delete the run")
    assert [found.id for found in room.store.runs(room.owner)] == [other.id]
    assert "**Reviews**" in labels(page)
    assert "run" not in page.query_params


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
    assert "**1 day** after its end a run is removed" in shown


def test_a_run_that_a_visitor_may_come_back_to_has_an_address(
    room: Room, open_runs: Callable[..., AppTest]
) -> None:
    run = submit(room, "Tickets")
    page = open_runs(run=run.id)
    assert page.code[0].value.endswith(f"?run={run.id}")
    assert room.owner not in f"{page.code[0].value}{text(page)}"

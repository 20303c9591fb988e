"""One run on the Runs page: what it does, and what can be done with it."""

import json
import os
import time
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from playground.fine_tuning import dataset_file
from playground.fine_tuning.evaluation import MaskedScores, evaluate_masked, report_file
from playground.fine_tuning.runs.checkpoints import writing
from playground.fine_tuning.runs.state import State
from playground.fine_tuning.runs.trainers import LEARNING_CURVE
from tests.fine_tuning.conftest import Room
from tests.pages.runs import HOSTILE, click, finish, labels, submit, text, train
from tests.pages.test_report import classified


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
    assert page.segmented_control[0].value == "Report"
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
    assert page.header[0].value.startswith(r"\<b\>x\<\/b\> \*\*y\*\*")


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


def test_a_run_that_a_visitor_may_come_back_to_has_an_address(
    room: Room, open_runs: Callable[..., AppTest]
) -> None:
    run = submit(room, "Tickets")
    page = open_runs(run=run.id)
    assert page.code[0].value.endswith(f"?run={run.id}")
    assert room.owner not in f"{page.code[0].value}{text(page)}"


def test_a_finished_run_can_be_asked_whether_more_data_would_help(
    room: Room, open_runs: Callable[..., AppTest]
) -> None:
    run = submit(room, "Tickets")
    dataset, report = classified()
    directory = room.directory(run.id)
    (directory.inputs / dataset_file.NAME).write_bytes(dataset_file.dump(dataset))
    (directory.outputs / report_file.NAME).write_bytes(report_file.dump(report))
    finish(room, run)
    page = click(open_runs(run=run.id), "Find out")
    asked, _ = room.store.runs(room.owner)
    assert page.query_params["run"] == asked.id
    assert asked.name == "Tickets: would more data help?"
    assert asked.settings.task == LEARNING_CURVE
    assert asked.settings.base_model == run.settings.base_model
    copied = room.store.inputs(room.owner, asked.id) / dataset_file.NAME
    assert dataset_file.load(copied) == dataset


def test_domain_adaptation_has_no_learning_curve(
    room: Room, open_runs: Callable[..., AppTest]
) -> None:
    run = submit(room, "Words", task="domain adaptation")
    report = evaluate_masked(
        MaskedScores(tokens=10, loss=2.0, top_1=0.4, top_5=0.6),
        MaskedScores(tokens=10, loss=1.0, top_1=0.5, top_5=0.7),
    )
    (room.directory(run.id).outputs / report_file.NAME).write_bytes(report_file.dump(report))
    finish(room, run, task="domain adaptation")
    assert "Find out" not in labels(open_runs(run=run.id))

"""Runs for the tests of pages: submitted, trained and finished without any process."""

from streamlit.testing.v1 import AppTest

from playground.fine_tuning.runs.run_directory import Result
from playground.fine_tuning.runs.settings import JSON, RunSettings
from playground.fine_tuning.runs.state import State
from playground.fine_tuning.runs.store import Run
from playground.fine_tuning.training_options import TrainingOptions
from tests.fine_tuning.conftest import Room

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
    shown = [
        *page.markdown,
        *page.caption,
        *page.header,
        *page.subheader,
        *page.warning,
        *page.error,
        *page.info,
    ]
    return "\n".join(element.value for element in shown)


def labels(page: AppTest) -> list[str]:
    return [button.label for button in page.button]


def click(page: AppTest, label: str) -> AppTest:
    next(button for button in page.button if button.label == label).click()
    return page.run()

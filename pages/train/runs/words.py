"""What runs do and did, in words."""

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

import streamlit as st

from pages.shared import own_models
from pages.shared.words import counted
from playground.fine_tuning.runs.progress import Progress
from playground.fine_tuning.runs.settings import JSON
from playground.fine_tuning.runs.state import State
from playground.fine_tuning.runs.store import Run
from playground.models import catalog
from playground.plots.template import percent

NONE = "–"
ICONS = {
    State.QUEUED: ":material/hourglass_empty:",
    State.RUNNING: ":material/model_training:",
    State.CANCELLING: ":material/stop_circle:",
    State.CANCELLED: ":material/cancel:",
    State.INTERRUPTED: ":material/pause_circle:",
    State.FAILED: ":material/error:",
    State.FINISHED: ":material/check_circle:",
}
COLORS: dict[State, Literal["gray", "blue", "orange", "red", "green"]] = {
    State.QUEUED: "gray",
    State.RUNNING: "blue",
    State.CANCELLING: "orange",
    State.CANCELLED: "gray",
    State.INTERRUPTED: "orange",
    State.FAILED: "red",
    State.FINISHED: "green",
}
PHASES = {
    "reading": "reading the data set",
    "features": "computing features",
    "training": "training",
    "evaluating": "evaluating",
    "saving": "saving the model",
}
MINUTE, HOUR, DAY = 60, 3_600, 86_400  # seconds


def state(run: Run, progress: Progress) -> str:
    """Return what a run does, or how it ended: "training, epoch 2 of 3"."""
    match run.state:
        case State.QUEUED:
            return f"waiting, {counted(run.ahead, 'run')} ahead" if run.ahead else "waiting, next"
        case State.RUNNING:
            return _phase(progress)
        case State.CANCELLING:
            return "stopping"
        case State.CANCELLED | State.INTERRUPTED:
            return f"{run.state}: resume it"
        case _:
            return str(run.state)


def _phase(progress: Progress) -> str:
    if progress.phase is None:
        return "starting"
    words = PHASES.get(progress.phase, progress.phase)
    if progress.phase != "training" or progress.now is None:
        return words
    epochs = progress.now.epochs
    return f"{words}, epoch {min(int(progress.now.epoch) + 1, round(epochs))} of {epochs:g}"


def ago(moment: float) -> str:
    """Return how long a moment lies back: "just now", "12 minutes ago", "3 days ago"."""
    seconds = time.time() - moment
    for unit, noun in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if seconds >= unit:
            return f"{counted(int(seconds // unit), noun)} ago"
    return "just now"


def day(moment: float) -> str:
    """Return a day as the visitor's clock has it: "8 December"."""
    return f"{_local(moment):%-d %B}"


def moment(seconds: float) -> str:
    """Return a moment as the visitor's clock has it: "8 December, 14:05"."""
    return f"{_local(seconds):%-d %B, %H:%M}"


def _local(seconds: float) -> datetime:
    offset = st.context.timezone_offset  # minutes that the browser's clock is behind UTC
    zone = UTC if offset is None else timezone(timedelta(minutes=-offset))
    return datetime.fromtimestamp(seconds, zone)


def learned(run: Run) -> str:
    """Return what a run learns, as far as it says: "classification"."""
    return str(run.settings.options.get("task") or run.values.get("task") or run.settings.task)


def base(run: Run) -> str:
    """Return the name of the model that a run starts from."""
    model_id = run.settings.base_model
    if not catalog.is_run(model_id):
        return model_id
    titles = (spec.title for spec in own_models.specs() if spec.id == model_id)
    return next(titles, "a run that was removed")


def about(run: Run) -> str:
    """Return what a run learns, how, and from what."""
    parts = (learned(run), run.settings.options.get("method"), base(run))
    return " · ".join(str(part) for part in parts if part)


def score(name: JSON, value: JSON) -> str:
    """Return a score as people read it: a share as "91.2 %", a perplexity as "12.3"."""
    if not isinstance(value, int | float):
        return NONE
    return f"{value:.1f}" if name == "perplexity" else percent(value)


def against(run: Run) -> str:
    """Return the baseline that a finished run is measured against, and whether it beats it."""
    if run.values.get("baseline") is None:
        return ""
    baseline = score(run.values.get("score_name"), run.values["baseline"])
    verdict = "better than" if run.values.get("beats_baseline") else "not better than"
    return f"{verdict} {run.values.get('baseline_name', 'the baseline')}, {baseline}"

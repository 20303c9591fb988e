"""Step 6: a name, and the start of the run."""

from dataclasses import dataclass
from pathlib import PurePath

import streamlit as st

from pages.shared import cache, frame, kept
from pages.shared.owner import owner
from pages.shared.runs import store
from pages.shared.words import counted
from pages.train.fine_tuning import inputs
from playground.fine_tuning import Dataset, dataset_file
from playground.fine_tuning.runs.settings import RunSettings
from playground.fine_tuning.runs.store import NAME_CHARACTERS
from playground.fine_tuning.runs.trainers import FINE_TUNING
from playground.fine_tuning.training_options import TrainingOptions

STARTED = "fine_tuning_started"  # session key
RUNS = "../train/runs/page.py"  # from pages/shared/navigation.py


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A run that a visitor may start; ``question`` names the check behind its data set."""

    dataset: Dataset
    question: str
    file_name: str
    base: str
    options: TrainingOptions


def ask(order: Order) -> None:
    """Ask for a name and start the run on a click.

    Raises:
        RunError: it cannot be started.
    """
    name = st.text_input(
        "Name of the run",
        max_chars=NAME_CHARACTERS,
        placeholder=_name(order),
        key="fine_tuning_name",
        persist_state="session",
    )
    asker = owner()
    if asker is None:
        st.info(
            "Your browser has not answered yet, and a run is kept for the browser that started it. "
            "This takes a moment. Reload the page if it lasts.",
            icon=":material/hourglass_empty:",
        )
    clicked = st.button(
        "Start",
        type=frame.main_type(disabled=asker is None),
        icon=":material/play_arrow:",
        disabled=asker is None,
    )
    st.caption(caps())
    # One object of the session: of two clicks the second one interrupts the run of this script, and
    # it has to find what the first one started.
    started: dict[tuple[str, ...], str] = st.session_state.setdefault(STARTED, {})
    settings = RunSettings(
        task=FINE_TUNING,
        base_model=order.base,
        seed=int(st.session_state[inputs.SEED.name]),
        options=order.options.to_json() | {"task": order.dataset.task.value},  # for who lists runs
    )
    purpose = (order.question, repr(settings), name or "")
    if purpose in started and started[purpose] not in {run.id for run in store().runs(asker)}:
        del started[purpose]  # deleted meanwhile
    if clicked and purpose not in started:
        files = {dataset_file.NAME: dataset_file.dump(order.dataset)}
        started[purpose] = store().submit(asker, settings, name or _name(order), files).id
        st.switch_page(RUNS, query_params={"run": started[purpose]})
    if purpose in started:
        st.success("This run has been started.", icon=":material/check_circle:")
        st.page_link(
            RUNS,
            label="Watch it",
            icon=":material/monitoring:",
            query_params={"run": started[purpose]},
        )


def caps() -> str:
    """Return what a run may take, and how long it is kept."""
    most = cache.settings()
    return (
        f"A run may train for {counted(most.max_run_minutes, 'minute')}. "
        f"{counted(most.max_owner_pending_runs, 'run')} of yours may wait, and all of them may "
        f"take {most.max_owner_disk_mb:,} MB of disk. A run is kept {kept.how_long()}, "
        "only for you."
    )


def _name(order: Order) -> str:
    words = PurePath(order.file_name).stem.replace("_", " ").strip()
    return f"{words[:1].upper()}{words[1:]}, {order.options.method}"

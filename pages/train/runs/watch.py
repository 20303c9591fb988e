"""One run: what it does now, and once it has finished, what came of it."""

import time

import streamlit as st

from pages.shared import frame, results
from pages.shared.escape import literal
from pages.shared.runs import store
from pages.shared.words import counted, duration
from pages.train.runs import (
    actions,
    listing,
    more_data,
    options,
    places,
    report,
    use,
    words,
)
from playground.fine_tuning.runs.log_text import readable
from playground.fine_tuning.runs.progress import Now, Progress, follow
from playground.fine_tuning.runs.state import ACTIVE, State
from playground.fine_tuning.runs.store import Run
from playground.plots import runs as plots

REFRESH = 2.0  # seconds
SILENCE = 30.0  # seconds without a sign of life that are worth a word
LOG_LINES, LOG_WIDTH, LOG_HEIGHT = 200, 500, 260  # lines, characters, pixels
REPORT, USE, TRAINING = "Report", "Use it", "Training"


def show(owner: str, run_id: str) -> None:
    """Show a run of the visitor.

    Raises:
        RunError: they have no such run.
    """
    if st.button("All runs", icon=":material/arrow_back:", type="tertiary"):
        places.to_list()
        st.rerun()
    run = store().run(owner, run_id)
    st.header(literal(run.name), anchor=False)
    st.caption(literal(f"{words.about(run)} · submitted on {words.moment(run.submitted)}"))
    actions.show(owner, run)
    section = TRAINING
    if run.state is State.FINISHED:
        section = st.segmented_control(
            "Section",
            [REPORT, USE, TRAINING],
            default=REPORT,
            required=True,
            key=f"section_{run.id}",
            label_visibility="collapsed",
        )
    if section == REPORT:
        inputs = store().inputs(owner, run_id)
        report.show(run, store().outputs(owner, run_id), inputs)
        more_data.ask(owner, run, inputs)
        return
    if section == USE:
        use.show(run, store().outputs(owner, run_id))
        return
    every = REFRESH if run.state in listing.MOVING else None
    st.fragment(_panel, run_every=every)(owner, run_id, run.state)
    with st.expander("Settings", icon=":material/tune:"):
        options.table(run)


def _panel(owner: str, run_id: str, known: State) -> None:
    """Show what a run does; runs by itself again and again while it does something."""
    with frame.errors_shown():
        run = store().run(owner, run_id)
        if run.state is not known:
            st.rerun()  # buttons and sections follow the state
        progress = follow(store().events(owner, run_id))
        listing.badge(run, words.state(run, progress))
        _notes(run, progress)
        _figures(run, progress)
        _curves(progress)
        _log(store().log(owner, run_id))


def _notes(run: Run, progress: Progress) -> None:
    """Say why a run ended, when it is removed, and whether it is silent."""
    if run.message:
        show = st.error if run.state is State.FAILED else st.warning
        show(literal(run.message), icon=words.ICONS[run.state])
    if run.removed is not None:
        unless = "" if run.state is State.FINISHED else ", unless you resume it"
        st.caption(f"Removed with its data and model on {words.day(run.removed)}{unless}.")
    silent = time.time() - (run.heartbeat or time.time())
    if run.state in ACTIVE and silent > SILENCE:
        st.caption(f"No sign of life for {duration(silent)}. It is stopped if it hangs.")
    if progress.resumed:
        st.caption(f"It went on from its checkpoint at step {progress.resumed[-1]:,}.")


def _figures(run: Run, progress: Progress) -> None:
    now = progress.now
    if run.state in ACTIVE or (now is not None and run.state is not State.QUEUED):
        share = min(now.step / max(now.steps, 1), 1.0) if now else 0.0
        text = f"Step {now.step:,} of {now.steps:,}" if now else "No step yet"
        st.progress(share, text=text)
    if now is None:
        return
    figures = {
        "Examples a second": f"{now.examples_per_second:,.0f}",
        "Memory": f"{now.memory_mb:,.0f} MB",
    }
    if run.state is State.RUNNING:
        figures = {"Time left": _left(now)} | figures
    with st.container(horizontal=True, gap="large"):
        for label, value in figures.items():
            st.metric(label, value, width="content")


def _left(now: Now) -> str:
    seconds = now.seconds_left - (time.time() - now.time)
    return duration(seconds) if seconds >= 1 else "a moment"


def _curves(progress: Progress) -> None:
    left, right = st.columns(2)
    if progress.losses or progress.validations:
        with left:
            alt = f"Loss over {counted(len(progress.losses), 'point')} of training"
            results.figure(plots.losses(progress), key="run-loss", alt=alt)
    if (best := progress.best) is not None:
        with right:
            score = words.score(best.score_name, best.score)
            alt = f"Validation {best.score_name}; the best is {score} after epoch {best.epoch:.2g}"
            results.figure(plots.scores(progress), key="run-score", alt=alt)


def _log(log: str) -> None:
    with st.expander("Log", icon=":material/terminal:"):
        if not log:
            st.caption("Nothing has been printed yet.")
            return
        with st.container(height=LOG_HEIGHT, border=False, autoscroll=True):
            text = readable(log, lines=LOG_LINES, width=LOG_WIDTH)
            st.code(text, language=None, wrap_lines=True)

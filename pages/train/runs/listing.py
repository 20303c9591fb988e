"""All of the visitor's runs, the newest first."""

import streamlit as st

from pages.shared import frame
from pages.shared.escape import literal
from pages.shared.runs import store
from pages.shared.words import counted
from pages.train.runs import limits, places, words
from playground.fine_tuning.runs.progress import follow
from playground.fine_tuning.runs.state import ACTIVE, State
from playground.fine_tuning.runs.store import Run

FINE_TUNING = "../train/fine_tuning/page.py"  # from pages/shared/navigation.py
REFRESH = 3.0  # seconds
MOST = 50  # rows
MOVING = ACTIVE | {State.QUEUED}


def show(owner: str) -> None:
    """Show the runs with a search; rows renew themselves while a run waits or trains."""
    runs = store().runs(owner)
    if not runs:
        st.info(
            "You have no runs yet. Start one on the page Fine-tuning; it appears here.",
            icon=":material/info:",
        )
        st.page_link(FINE_TUNING, label="Start a run", icon=":material/model_training:")
        limits.show()
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sought = st.text_input(
            "Search",
            placeholder="Name, task, method, state",
            icon=":material/search:",
            key="runs_search",
            label_visibility="collapsed",
        )
        if len(runs) > 1 and st.button("Compare", icon=":material/compare_arrows:"):
            finished = [run.id for run in runs if run.state is State.FINISHED]
            places.to_comparison(finished[:2])
            st.rerun()
        limits.show()
    is_moving = any(run.state in MOVING for run in runs)
    st.fragment(_rows, run_every=REFRESH if is_moving else None)(owner, sought or "", is_moving)


def _rows(owner: str, sought: str, is_moving: bool) -> None:
    with frame.errors_shown():
        runs = store().runs(owner)
        if is_moving and not any(run.state in MOVING for run in runs):
            st.rerun()  # nothing is left to look after
        found = [run for run in runs if _fits(run, sought)]
        if not found:
            st.caption("No run fits the search.")
        for run in found[:MOST]:
            _row(owner, run)
        if len(found) > MOST:
            st.caption(f"{counted(len(found) - MOST, 'older run')} left out; search for it.")


def _fits(run: Run, sought: str) -> bool:
    text = f"{run.name} {words.about(run)} {run.state}".casefold()
    return all(word in text for word in sought.casefold().split())


def _row(owner: str, run: Run) -> None:
    with st.container(border=True, key=f"run_{run.id}"):
        columns = st.columns([9, 8, 7, 6], vertical_alignment="center")
        # On a phone the columns stand below each other; without gaps they stay one row to the eye.
        what, doing, scored, when = (column.container(gap="xxsmall") for column in columns)
        with what:
            label = f"**{literal(run.name)}**"
            if st.button(label, key=f"open_{run.id}", type="tertiary", wrap=False):
                places.to_run(run.id)
                st.rerun()
            st.caption(literal(words.about(run)))
        with doing:
            _doing(owner, run)
        with scored:
            if run.state is State.FINISHED and "score" in run.values:
                name = run.values.get("score_name")
                st.markdown(f"**{words.score(name, run.values['score'])}** {literal(str(name))}")
                st.caption(literal(words.against(run)))
        with when:
            st.caption(words.ago(run.submitted))
            if run.removed is not None:
                st.caption(f"removed on {words.day(run.removed)}")


def _doing(owner: str, run: Run) -> None:
    is_running = run.state is State.RUNNING
    progress = follow(store().events(owner, run.id) if is_running else ())
    badge(run, words.state(run, progress))
    if is_running and progress.now is not None:
        st.progress(min(progress.now.step / max(progress.now.steps, 1), 1.0))


def badge(run: Run, text: str) -> None:
    """Show what a run does in the colour of its state."""
    st.badge(literal(text), icon=words.ICONS[run.state], color=words.COLORS[run.state])

"""What can be done with a run; what takes something away asks first."""

from collections.abc import Callable

import streamlit as st

from pages.shared import frame
from pages.shared.runs import store
from pages.train.runs import places
from playground.fine_tuning.runs.state import ENDED, RESUMABLE, State
from playground.fine_tuning.runs.store import NAME_CHARACTERS, Run


def show(owner: str, run: Run) -> None:
    """Offer what the run's state allows."""
    place = st.container(horizontal=True)
    with place, frame.errors_shown():
        if run.state in RESUMABLE:
            _resume(owner, run)
        if run.state in {State.QUEUED, State.RUNNING}:
            _cancel(owner, run)
        _rename(owner, run)
        if run.state in ENDED:
            _delete(owner, run)
        with st.popover("Link", icon=":material/link:"):
            st.write("This address opens the run again, in this browser only.")
            st.code(f"{st.context.url or ''}?{places.RUN}={run.id}", language=None, wrap_lines=True)


def _resume(owner: str, run: Run) -> None:
    if st.button("Resume", icon=":material/play_arrow:", type="primary", help=_resumes_at(run)):
        store().resume(owner, run.id)
        st.rerun()


def _resumes_at(run: Run) -> str:
    if run.step is None:
        return "It has no checkpoint yet and starts over."
    return f"It goes on from its checkpoint at step {run.step:,}."


def _cancel(owner: str, run: Run) -> None:
    with st.popover("Cancel", icon=":material/stop_circle:"):
        if run.state is State.QUEUED:
            st.write("It leaves the queue. You can resume it later.")
        else:
            st.write(
                "It stops after its current step. Its checkpoint is kept, so that you can resume "
                "it later."
            )
        _confirmed("Cancel the run", lambda: store().cancel(owner, run.id))


def _delete(owner: str, run: Run) -> None:
    with st.popover("Delete", icon=":material/delete:"):
        st.write("Its data, checkpoint, report and model are removed for good.")
        if _confirmed("Delete the run", lambda: store().delete(owner, run.id)):
            places.to_list()
            st.rerun()


def _confirmed(label: str, act: Callable[[], None]) -> bool:
    if not st.button(label, type="primary"):
        return False
    act()
    return True


def _rename(owner: str, run: Run) -> None:
    with st.popover("Rename", icon=":material/edit:"), st.form("rename", border=False):
        name = st.text_input("Name", value=run.name, max_chars=NAME_CHARACTERS)
        if st.form_submit_button("Rename the run", type="primary"):
            store().rename(owner, run.id, name)
            st.rerun()

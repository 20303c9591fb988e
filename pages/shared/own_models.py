"""The visitor's own fine-tuned models, as entries of the catalog."""

from typing import TYPE_CHECKING

import streamlit as st

from playground.models.catalog import ModelSpec

if TYPE_CHECKING:
    from playground.fine_tuning.runs.store import Finished

KEPT = "finished_runs"  # session key; None while the browser has not said whose they are


def forget() -> None:
    """Look anew when they are next asked for; called at the beginning of each run of the script."""
    st.session_state.pop(KEPT, None)


def finished() -> "tuple[Finished, ...]":
    """Return the visitor's finished runs, the newest first.

    They are looked up once in a run of the script, and only if something asks.
    """
    if KEPT not in st.session_state:
        st.session_state[KEPT] = _look_up()
    return st.session_state[KEPT] or ()


def specs() -> tuple[ModelSpec, ...]:
    """Return the models of the visitor's finished runs, the newest first."""
    runs = finished()
    if not runs:
        return ()
    from playground.fine_tuning import own_models

    return own_models.specs(runs)


def wait_for_owner() -> None:
    """End this run of the script if the browser has not said yet whose runs there are.

    It runs again when the browser has.
    """
    finished()
    if st.session_state[KEPT] is None:
        st.caption("Looking for your runs")
        st.stop()


def _look_up() -> "tuple[Finished, ...] | None":
    from pages.shared import cache

    if not cache.settings().runs_folder.is_dir():
        return ()  # nobody has trained here yet, so nobody has to pay for what follows
    # Imported here: pages without a model do without the runs and their index.
    from pages.shared.owner import owner
    from pages.shared.runs import store

    visitor = owner()
    return None if visitor is None else store().finished(visitor)

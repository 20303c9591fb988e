"""The visitor's own fine-tuned models, as entries of the catalog."""

from typing import TYPE_CHECKING

import streamlit as st

from playground.errors import StorageError
from playground.models.catalog import ModelSpec

if TYPE_CHECKING:
    from playground.fine_tuning.runs.store import Finished

# Session key; None while the browser has not said whose they are, or why they cannot be looked up.
KEPT = "finished_runs"


def forget() -> None:
    """Look anew when they are next asked for; called at the beginning of each run of the script."""
    st.session_state.pop(KEPT, None)


def finished() -> "tuple[Finished, ...]":
    """Return the visitor's finished runs, the newest first.

    They are looked up once in a run of the script, and only if something asks. There are none where
    that fails: the models in the box serve all the same, and the page Runs says what is wrong.
    """
    found = _kept()
    return found if isinstance(found, tuple) else ()


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

    Raises:
        StorageError: it has, and they cannot be looked up.
    """
    found = _kept()
    if isinstance(found, StorageError):
        raise found
    if found is None:
        st.caption("Looking for your runs")
        st.stop()


def _kept() -> "tuple[Finished, ...] | StorageError | None":
    if KEPT not in st.session_state:
        st.session_state[KEPT] = _look_up()
    return st.session_state[KEPT]


def _look_up() -> "tuple[Finished, ...] | StorageError | None":
    from pages.shared import cache

    if not cache.settings().runs_folder.is_dir():
        return ()  # nobody has trained here yet, so nobody has to pay for what follows
    # Imported here: pages without a model do without the runs and their index.
    from pages.shared.owner import owner
    from pages.shared.runs import store

    visitor = owner()
    if visitor is None:
        return None
    try:
        return store().finished(visitor)
    except StorageError as error:
        return error

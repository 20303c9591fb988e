"""How long runs are kept; a notice where that is not at all, or only until the app restarts."""

import streamlit as st

from pages.shared import cache, frame, runs
from pages.shared.words import counted
from playground.fine_tuning.runs import storage


def show() -> bool:
    """Say that runs do not survive a restart, or why there can be none; return if there can be."""
    usable = False
    with frame.errors_shown():
        runs.store()
        usable = True
    if usable and not storage.is_kept(cache.settings()):
        st.warning(
            "This app keeps runs only until it restarts, and it may restart at any time. Download "
            "a model as soon as its run has finished, or push it to the Hugging Face Hub.",
            icon=":material/restart_alt:",
        )
    return usable


def how_long() -> str:
    """Return how long a run is kept, in words that follow "kept"."""
    days = f"for {counted(cache.settings().run_retention_days, 'day')} after its end"
    return days if storage.is_kept(cache.settings()) else f"{days} or until this app restarts"

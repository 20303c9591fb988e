"""The runs as pages reach them: one store a process, whose queue is looked after."""

import streamlit as st

from pages.shared import cache
from playground.fine_tuning.runs.launcher import LocalLauncher
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.store import RunStore


@st.cache_resource(show_spinner=False)
def store() -> RunStore:
    """Return the process's runs; from the first call on a thread keeps their queue moving.

    The thread ends with the process. Runs do not: they have processes of their own, and the last of
    them starts the next one that waits.
    """
    settings = cache.settings()
    queue = RunQueue(settings, LocalLauncher(settings))
    queue.watch()
    return RunStore(queue)

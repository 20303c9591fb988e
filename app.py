"""BERT Playground. Start it with ``streamlit run app.py``.

The script that visitors run lies in a folder without a ``pages`` folder beside it: next to one,
Streamlit 1.67 takes a new process's first visit for an app of its older kind, and a link into the
app opens under a "Page not found".
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from pages.shared import runs


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Look after the queue of runs for as long as the server is there."""
    runs.look_after()
    yield


app = st.App("pages/shared/navigation.py", lifespan=lifespan)

"""BERT Playground. Start it with ``streamlit run app.py``.

The script that visitors run lies in a folder without a ``pages`` folder beside it: next to one,
Streamlit 1.67 takes a new process's first visit for an app of its older kind, and a link into the
app opens under a "Page not found".
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# All of it, before there are visitors: Plotly asks whatever there is of pandas what a series is,
# also while another visitor's thread has imported half of it.
import pandas  # noqa: F401
import streamlit as st
from starlette.middleware import Middleware

from pages.shared import runs
from pages.shared.framed import PartitionedCookies


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Look after the queue of runs for as long as the server is there."""
    runs.look_after()
    yield


app = st.App(
    "pages/shared/navigation.py", lifespan=lifespan, middleware=[Middleware(PartitionedCookies)]
)

"""The steps of the page, one below the other."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from pages.shared import frame


@contextmanager
def step(number: int, title: str) -> Iterator[None]:
    """Show a step's number and title, and errors in it as messages that end the step."""
    with st.container(border=True):
        st.subheader(f"{number}. {title}", anchor=False)
        with frame.errors_shown():
            yield

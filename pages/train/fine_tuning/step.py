"""The steps of the page, one below the other."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from pages.shared import frame

Answer = TypeVar("Answer")


def step(number: int, title: str, ask: Callable[[], Answer | None]) -> Answer | None:
    """Show a step's number and title, and below them what ``ask`` shows; return its answer.

    An error of the family becomes a message and None, so that the steps behind it wait.
    """
    answer: Answer | None = None
    with st.container(border=True):
        st.header(f"{number}. {title}", anchor=False)
        with frame.errors_shown():
            answer = ask()
    return answer

"""A text as the model reads it: a row of tokens that can be clicked."""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.shared.escape import literal
from playground.mask_filling import Token
from playground.plots.mask_filling import token_name

# Rows of tokens above this scroll, so that a long text does not push the result off the screen.
SHOWN_AT_ONCE = 80
STRIP_HEIGHT = 180  # pixels


def strip(
    tokens: Sequence[Token], *, label: str, key: str, on_click: Callable[[Token], None]
) -> None:
    """Show ``tokens`` without special ones; a click, or Enter, calls ``on_click`` with one."""
    words = [token for token in tokens if not token.special]

    def clicked() -> None:
        chosen = st.session_state[key]
        st.session_state[key] = None
        if chosen is not None:
            on_click(words[chosen])

    with st.container(height=STRIP_HEIGHT if len(words) > SHOWN_AT_ONCE else "content"):
        st.pills(
            label,
            range(len(words)),
            format_func=lambda place: literal(token_name(words[place])),
            key=key,
            on_change=clicked,
            wrap=True,
        )

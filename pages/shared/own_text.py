"""The text that a visitor last typed on any page, offered where another one is shown."""

from collections.abc import Collection
from dataclasses import dataclass, field

import streamlit as st

_OWN = "own_text"  # session key


@dataclass(slots=True)
class _Own:
    last: str = ""
    seen: dict[str, str] = field(default_factory=dict)  # by the name of the widget


def elsewhere(widget: str, examples: Collection[str]) -> str:
    """Return the visitor's last text if ``widget`` shows another one, else nothing.

    A text that is new in ``widget`` and none of its ``examples`` is the visitor's own.
    """
    own: _Own = st.session_state.setdefault(_OWN, _Own())
    shown = st.session_state.get(widget) or ""
    if shown.strip() and shown != own.seen.get(widget) and shown not in examples:
        own.last = shown
    own.seen[widget] = shown
    return "" if shown == own.last else own.last

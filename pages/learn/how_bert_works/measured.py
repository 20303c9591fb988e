"""Measurements that take seconds: shown with a progress bar, and kept for the session."""

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from pages.shared import cache
from playground.models.catalog import Source, Task

Found = TypeVar("Found")
Progress = Callable[[float], None]
KEPT = "how_measured"  # session key: what was found, by measurement and model


def measured(
    name: str, model_id: str, measure: Callable[[Progress], Found], *, doing: str
) -> Found | None:
    """Return what ``measure`` finds of a model, or None until the visitor asks for it.

    It is measured once a session; of a model in the box, which is small, without a click.

    Raises:
        PlaygroundError: there is no such model, or ``measure`` raises it.
    """
    kept = st.session_state.setdefault(KEPT, {})
    if (name, model_id) not in kept:
        small = cache.spec(model_id, Task.FILL_MASK).source is Source.BUNDLED
        if not small and not st.button("Measure", icon=":material/speed:", key=f"measure_{name}"):
            return None
        bar = st.progress(0.0, text=doing)

        def advance(share: float) -> None:
            bar.progress(share, text=doing)

        try:
            kept[name, model_id] = measure(advance)
        finally:
            bar.empty()
    found: Found = kept[name, model_id]
    return found

"""Measurements that take seconds: shown with a progress bar, and kept for all visitors."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import streamlit as st

from playground.models.catalog import Source
from playground.shared_results import SharedResults

if TYPE_CHECKING:
    from playground.models.engine import Model

Found = TypeVar("Found")
Progress = Callable[[float], None]
ASKED = "how_asked"  # session key: the measurements that the visitor asked for
MOST = 100  # measurements are kept

_found = SharedResults[Any](MOST, lambda _: 1)


def measured(
    name: str, model: "Model", measure: Callable[[Progress], Found], *, doing: str
) -> Found | None:
    """Return what ``measure`` finds of a model, or None until the visitor asks for it.

    It says the same to everybody, so it is measured once for a load of the model; of a model in the
    box, which is small, without a click.

    Raises:
        PlaygroundError: ``measure`` raises it.
    """
    key = name, model.load_number
    asked = st.session_state.setdefault(ASKED, set())
    if model.spec.source is not Source.BUNDLED and key not in asked:
        if not st.button("Measure", icon=":material/speed:", key=f"measure_{name}"):
            return None
        asked.add(key)
    bar = st.empty() if key in _found else st.progress(0.0, text=doing)

    def advance(share: float) -> None:
        bar.progress(share, text=doing)

    try:
        return cast("Found", _found.get(key, lambda: measure(advance)))
    finally:
        bar.empty()

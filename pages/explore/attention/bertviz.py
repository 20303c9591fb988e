"""BertViz's own views, for short texts."""

from urllib.parse import urlsplit

import streamlit as st

from pages.shared import frame
from pages.shared.link import Field, one_of
from pages.shared.views import View
from playground.attention import AttentionMap, Switches, bertviz_views

HEAD, MODEL = "head view", "model view"
WHICH = Field(name="bertviz", default=HEAD, read=one_of((HEAD, MODEL)))
# Pixels, as BertViz lays out its pictures.
MARGINS = 80


def show(attended: AttentionMap, _switches: Switches) -> None:
    """Show BertViz's head view or model view, without a network."""
    which = st.segmented_control(
        "BertViz's view", [HEAD, MODEL], key=WHICH.name, required=True, persist_state="session"
    )
    dark = st.context.theme.type == "dark"
    tokens = len(attended.tokens)
    if which == MODEL:
        document = bertviz_views.model_view(attended, dark=dark)
        pictures = attended.layers * (84 / attended.heads * tokens + 10) + 38
        height = max(pictures, 18 * tokens + 55)
    else:
        document = bertviz_views.head_view(attended, dark=dark)
        height = 22.5 * tokens + 30
    _frame(document, height=round(height) + MARGINS)
    st.caption(
        "BertViz (Vig, 2019, [arXiv:1906.05714](https://arxiv.org/abs/1906.05714)) counts layers "
        "and heads from 0 and takes no notice of the switches."
    )
    frame.downloads(
        [frame.Download("HTML", lambda: document, "bertviz.html", "text/html")],
    )


def _frame(document: str, *, height: int) -> None:
    """Show an HTML document.

    Streamlit looks first whether it is an address, and Python keeps the last 128 texts that it took
    apart as such: of these documents 170 MB, with what visitors typed in them.
    """
    st.iframe(document, height=height)
    urlsplit.cache_clear()  # type: ignore[attr-defined]  # typeshed says nothing of its cache


VIEW = View(
    title="BertViz",
    about=f"The well-known views, for texts of up to {bertviz_views.BERTVIZ_TOKENS} tokens.",
    fields=(WHICH,),
    show=show,
)

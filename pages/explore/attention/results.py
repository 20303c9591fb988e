"""Pieces of results that several attention views show."""

import io
from collections.abc import Callable
from functools import partial

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from streamlit.elements.lib.streamlit_plotly_theme import GRAY_90

from pages.shared import frame
from playground.attention import View, export
from playground.mask_filling import Snippet, notebook, python_code
from playground.models.catalog import ModelSpec

CONFIG = {
    "displaylogo": False,
    "modeBarButtons": [["toImage", "resetScale2d"]],
    "toImageButtonOptions": {"format": "svg", "filename": "attention"},
}


def picture(
    made: go.Figure, *, key: str, alt: str, on_click: Callable[[], None] | None = None
) -> None:
    """Show a figure in the page's text colour; ``alt`` says in words what it shows."""
    made.update_layout(font_color=GRAY_90)
    made.update_xaxes(tickfont_color=GRAY_90, ticks="")
    made.update_yaxes(tickfont_color=GRAY_90, ticks="")
    if on_click is None:
        st.plotly_chart(made, key=key, config=CONFIG, alt=alt)
    else:
        st.plotly_chart(
            made, key=key, config=CONFIG, alt=alt, on_select=on_click, selection_mode="points"
        )


def matrix_downloads(shown: View, made: go.Figure, file_name: str) -> None:
    """Offer one matrix [row, column] and its picture ``made`` as files and as a table."""
    frame.downloads(
        [
            frame.Download("CSV", partial(export.as_csv, shown), f"{file_name}.csv", "text/csv"),
            frame.Download(
                "NPZ", partial(_npz, shown), f"{file_name}.npz", "application/octet-stream"
            ),
            picture_as_html(made),
        ]
    )
    with st.expander("As a table", icon=":material/table:"):
        st.dataframe(export.strongest_links(shown), hide_index=True)


def code(made: Snippet, spec: ModelSpec, file_name: str) -> None:
    """Show the code that computes what a view shows, before its switches."""
    frame.code(
        python_code(made, spec=spec),
        frame.Download(
            "Notebook",
            partial(notebook, made, spec=spec),
            f"{file_name}.ipynb",
            "application/x-ipynb+json",
        ),
    )


def picture_as_html(made: go.Figure) -> frame.Download:
    """Return a figure as one file that works offline: Plotly's own code is part of it."""
    return frame.Download(
        "HTML", partial(made.to_html, include_plotlyjs=True), "attention.html", "text/html"
    )


def _npz(shown: View) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        weights=shown.weights,
        rows=np.array([unit.text for unit in shown.rows]),
        columns=np.array([unit.text for unit in shown.columns]),
    )
    return buffer.getvalue()

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


def matrix_downloads(shown: View, file_name: str) -> None:
    """Offer the weights of one matrix [row, column] as files and as a table."""
    frame.downloads(
        [
            frame.Download("CSV", partial(export.as_csv, shown), f"{file_name}.csv", "text/csv"),
            frame.Download(
                "NPZ", partial(_npz, shown), f"{file_name}.npz", "application/octet-stream"
            ),
        ]
    )
    with st.expander("As a table", icon=":material/table:"):
        st.dataframe(export.strongest_links(shown), hide_index=True)


def _npz(shown: View) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        weights=shown.weights,
        rows=np.array([unit.text for unit in shown.rows]),
        columns=np.array([unit.text for unit in shown.columns]),
    )
    return buffer.getvalue()

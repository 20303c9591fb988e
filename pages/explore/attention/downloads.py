"""What visitors take along from several attention views."""

import io
from functools import partial

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pages.shared import frame
from playground.attention import View, export


def matrix(shown: View, made: go.Figure, file_name: str) -> None:
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

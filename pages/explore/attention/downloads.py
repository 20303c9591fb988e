"""What visitors take along from the attention views: files, a table, the code."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from pages.explore.attention import inputs
from pages.shared import cache, frame, results
from playground import tables
from playground.attention import View, arrays, export
from playground.models.catalog import ModelSpec, Task
from playground.plots import offline
from playground.snippet import Snippet

NPZ = "application/octet-stream"


def offer(
    file_name: str,
    *,
    rows: Callable[[], Sequence[tables.Row]] | None,
    named: Callable[[], Mapping[str, np.ndarray]],
    html: Callable[[], str],
    has_figure: bool = True,
) -> None:
    """Offer a view's numbers as CSV and NPZ and the view as one HTML file; each made on a click.

    Without ``rows`` there is no CSV. ``has_figure`` says whether a figure with a camera button is
    shown.
    """
    files = [
        frame.Download("NPZ", lambda: arrays.as_npz(named()), f"{file_name}.npz", NPZ),
        frame.Download("HTML", html, f"{file_name}.html", "text/html"),
    ]
    if rows is not None:
        csv = frame.Download("CSV", lambda: tables.as_csv(rows()), f"{file_name}.csv", "text/csv")
        files.insert(0, csv)
    frame.downloads([*files, *results.adapter(chosen_model())])
    if has_figure:
        results.picture_format()


def matrix(shown: View, made: go.Figure, file_name: str) -> None:
    """Offer one matrix [row, column] and its picture ``made`` as files and as a table."""
    offer(
        file_name,
        rows=partial(export.links, shown),
        named=partial(arrays.matrix, shown),
        html=partial(offline.page, f"Attention: {file_name}", {"": made}),
    )
    table(partial(export.links, shown, export.TABLE_ROWS), file_name)


def table(rows: Callable[[], Sequence[tables.Row]], name: str) -> None:
    """Offer what a picture shows as a table, whose ``rows`` are sorted when it is opened."""
    place = st.expander(
        "As a table", icon=":material/table:", key=f"table_of_{name}", on_change="rerun"
    )
    if place.open:
        place.dataframe(rows(), hide_index=True)


def code(snippet: Snippet) -> None:
    """Show the code of a view for the chosen model."""
    name = f"attention-{snippet.title.replace(' ', '-')}"
    results.code(snippet, spec=chosen_model(), file_name=name)


def chosen_model() -> ModelSpec:
    """Return the catalog's entry of the model that the page looks into."""
    return spec(str(st.session_state[inputs.MODEL.name]))


def spec(model_id: str) -> ModelSpec:
    """Return the catalog's entry of a model to look into."""
    return cache.spec(model_id, Task.FEATURE_EXTRACTION)

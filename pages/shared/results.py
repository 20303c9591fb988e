"""What every page shows of a result alike: figures, files and the code that computes them."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from plotly.basedatatypes import BaseFigure
from streamlit.elements.lib.streamlit_plotly_theme import GRAY_90

from pages.shared import frame
from playground.fine_tuning.export.archive import merged, zipped
from playground.fine_tuning.export.names import folder_name
from playground.models.catalog import ModelSpec, Source
from playground.snippet import Snippet, notebook, python_code
from playground.tables import Row, as_csv, as_json

ZIP = "application/zip"
PICTURE_FORMAT = "picture_format"  # session key
SVG, PNG = "SVG", "PNG"
# PNG has a screen's pixels, twice as dense.
PICTURE_OPTIONS: dict[str, dict[str, str | int]] = {
    SVG: {"format": "svg"},
    PNG: {"format": "png", "scale": 2},
}
# A saved picture lacks the page's own font; measured in that, wider letters would be cut off.
# Streamlit's own title is too pale to read on white.
AXIS: dict[str, Any] = {
    "tickfont": {"color": GRAY_90, "size": 14, "family": "sans-serif"},
    "ticks": "",
    "title": {"font": {"color": GRAY_90}},
}


class _InPageColours(BaseFigure):
    """A figure whose description is in the page's text colour: Streamlit asks it for nothing else.

    To change the figure itself would take Plotly longer than to make it did.
    """

    def __init__(self, made: go.Figure) -> None:
        self._made = made

    def to_dict(self) -> dict[str, Any]:
        """Return the description."""
        described = self._made.to_dict()
        layout = described["layout"]
        axes = {name for name in layout if name.startswith(("xaxis", "yaxis"))}
        _set(layout, {"font": {"color": GRAY_90}} | dict.fromkeys(axes | {"xaxis", "yaxis"}, AXIS))
        return described


def _set(described: dict[str, Any], further: dict[str, Any]) -> None:
    for name, value in further.items():
        if isinstance(value, dict):
            _set(described.setdefault(name, {}), value)
        else:
            described[name] = value


def figure(
    made: go.Figure,
    *,
    key: str,
    alt: str,
    on_click: Callable[[], None] | None = None,
    zooms: bool = False,
    selects: bool = False,
) -> None:
    """Show a figure in the page's text colour; ``alt`` says in words what it shows.

    The camera button in its corner saves it as it stands, in the format of ``picture_format``.
    ``on_click`` is called with the point in the session, under ``key``. With ``selects`` a lasso or
    a box chooses points, the page runs again, and they are there.
    """
    picture = PICTURE_OPTIONS[st.session_state.get(PICTURE_FORMAT) or SVG]
    shown = _InPageColours(made)
    config = {
        "displaylogo": False,
        "modeBarButtons": [
            ["toImage"]
            + ["lasso2d", "select2d", "zoom2d", "pan2d"] * selects
            + ["resetScale2d"] * (zooms or selects)
        ],
        "toImageButtonOptions": {**picture, "filename": f"bert-playground-{key}"},
    }
    if selects:
        st.plotly_chart(
            shown,
            key=key,
            config=config,
            alt=alt,
            on_select="rerun",
            selection_mode=("box", "lasso"),
        )
    elif on_click is None:
        st.plotly_chart(shown, key=key, config=config, alt=alt)
    else:
        st.plotly_chart(
            shown, key=key, config=config, alt=alt, on_select=on_click, selection_mode="points"
        )


def picture_format() -> None:
    """Ask in which format the camera buttons save: Plotly gives a figure one such button."""
    # Where a fragment is left while it runs, Streamlit may keep None for the widget in it.
    st.session_state[PICTURE_FORMAT] = st.session_state.get(PICTURE_FORMAT) or SVG
    st.segmented_control(
        "The camera button of a picture saves",
        list(PICTURE_OPTIONS),
        key=PICTURE_FORMAT,
        required=True,
        persist_state="session",
        help="The camera shows in the picture's corner when you point at it. SVG stays sharp at "
        "any size, PNG opens everywhere. The HTML file has a button for each.",
    )


def take_away(
    rows: Sequence[Row],
    snippet: Snippet,
    *,
    spec: ModelSpec,
    file_name: str,
    more: Sequence[frame.Download] = (),
    has_figure: bool = True,
) -> None:
    """Offer a view's ``rows`` as files, the bundled adapter, and the code that computes them.

    ``more`` are the view's own files. ``has_figure`` says whether a figure with a camera button is
    shown.
    """
    files = [
        frame.Download("CSV", partial(as_csv, rows), f"{file_name}.csv", "text/csv"),
        frame.Download("JSON", partial(as_json, rows), f"{file_name}.json", "application/json"),
        *more,
        *adapter(spec),
    ]
    frame.downloads(files)
    if has_figure:
        picture_format()
    code(snippet, spec=spec, file_name=file_name)


def adapter(spec: ModelSpec) -> list[frame.Download]:
    """Return what the code of a model from here loads, as one archive.

    That is the adapter of a bundled model, and the whole model of a run; nothing of others.
    """
    if spec.folder is None or spec.source not in (Source.BUNDLED, Source.RUN):
        return []
    if spec.source is Source.RUN:
        model = partial(merged, spec.folder, spec.title, texts=spec.texts)
        return [frame.Download("Model", model, f"{folder_name(spec.title)}.zip", ZIP)]
    archive = partial(zipped, spec.folder, spec.folder.name)
    return [frame.Download("Model adapter", archive, f"{spec.folder.name}.zip", ZIP)]


def code(snippet: Snippet, *, spec: ModelSpec, file_name: str) -> None:
    """Show the code that computes what a view shows, with a notebook to download."""
    frame.code(
        python_code(snippet, spec=spec),
        frame.Download(
            "Notebook",
            partial(notebook, snippet, spec=spec),
            f"{file_name}.ipynb",
            "application/x-ipynb+json",
        ),
    )

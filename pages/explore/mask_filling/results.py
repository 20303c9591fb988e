"""Pieces of results that several views show."""

import io
import zipfile
from collections.abc import Sequence
from functools import partial
from math import exp
from pathlib import Path

import plotly.graph_objects as go
import streamlit as st
from streamlit.elements.lib.streamlit_plotly_theme import GRAY_90

from pages.explore.mask_filling import inputs
from pages.shared import frame
from pages.shared.escape import literal
from playground.mask_filling import (
    Guess,
    MaskedText,
    Snippet,
    export,
    language,
    notebook,
    python_code,
)
from playground.models.catalog import ModelSpec, Source
from playground.plots.mask_filling import guess_name, token_name
from playground.plots.template import percent

__all__ = ["best", "figure", "guess_name", "guesses", "notices", "take_away", "token_name"]

# The camera button in a figure's corner saves it as it stands.
FIGURE_CONFIG = {
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "svg", "filename": "bert-playground"},
}


def figure(made: go.Figure, *, key: str, alt: str) -> None:
    """Show a figure in the page's text colour; ``alt`` says in words what it shows."""
    made.update_layout(font_color=GRAY_90)
    made.for_each_xaxis(_plain_ticks)
    made.for_each_yaxis(_plain_ticks)
    st.plotly_chart(made, key=key, config=FIGURE_CONFIG, alt=alt)


def _plain_ticks(axis: go.layout.XAxis | go.layout.YAxis) -> None:
    axis.update(tickfont={"color": GRAY_90, "size": 14}, ticks="")


def guesses(found: Sequence[Guess], entropy: float) -> None:
    """Show the guesses for one mask as a table, and how undecided the model is."""
    st.dataframe(
        {
            "Rank": range(1, len(found) + 1),
            "Word": [guess_name(guess) for guess in found],
            "Probability": [percent(guess.probability) for guess in found],
            "Token id": [guess.token_id for guess in found],
        },
        hide_index=True,
    )
    st.caption(
        f"As undecided as between {exp(entropy):,.0f} equally likely words "
        f"(perplexity; entropy {entropy:.2f} nats)."
    )


def best(found: Sequence[Guess]) -> str:
    """Return the first guess in words, for a figure's description."""
    return f"{guess_name(found[0])}, {percent(found[0].probability)}"


def notices(masked: MaskedText, spec: ModelSpec) -> None:
    """Show what the visitor should know about the text, with a model that fits its script."""
    for notice in masked.notices:
        st.info(literal(notice), icon=":material/info:")
    script = language.main_script(_words(masked))
    fitting = language.fitting_model(script, spec)
    if script is None or spec.script in (script, language.ANY_SCRIPT) or fitting is None:
        return
    st.button(
        f"Use {fitting.id}",
        icon=":material/swap_horiz:",
        key=f"use_{fitting.id}",
        on_click=st.session_state.__setitem__,
        args=(inputs.MODEL.name, fitting.id),
    )


def _words(masked: MaskedText) -> str:
    """Return the text without its masks, whose letters would count as Latin."""
    return " ".join(
        masked.text[token.start : token.end]
        for position, token in enumerate(masked.tokens)
        if position not in masked.mask_positions
    )


def take_away(
    rows: Sequence[export.Row], snippet: Snippet, *, spec: ModelSpec, file_name: str
) -> None:
    """Offer a view's ``rows`` as files, the bundled adapter, and the code that computes them."""
    files = [
        frame.Download("CSV", partial(export.as_csv, rows), f"{file_name}.csv", "text/csv"),
        frame.Download(
            "JSON", partial(export.as_json, rows), f"{file_name}.json", "application/json"
        ),
    ]
    if spec.source is Source.BUNDLED and spec.folder is not None:
        archive = partial(_zipped, spec.folder)
        name = f"{spec.folder.name}.zip"
        files.append(frame.Download("Model adapter", archive, name, "application/zip"))
    frame.downloads(files)
    frame.code(
        python_code(snippet, spec=spec),
        frame.Download(
            "Notebook",
            partial(notebook, snippet, spec=spec),
            f"{file_name}.ipynb",
            "application/x-ipynb+json",
        ),
    )


def _zipped(folder: Path) -> bytes:
    """Return a bundled adapter's files as one archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # stored: weights do not compress
        for file in sorted(path for path in folder.iterdir() if path.is_file()):
            archive.write(file, f"{folder.name}/{file.name}")
    return buffer.getvalue()

"""Pieces of results that several views show."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.shared import frame, results
from playground.models import vocabularies
from playground.models.catalog import Source
from playground.models.vocabularies import LoadedTokenizer
from playground.tables import Row, as_csv, as_json
from playground.tokenizer import Counts
from playground.tokenizer.scripts import Script

JSON, TEXT, BYTES = "application/json", "text/plain", "application/octet-stream"


def take_away(
    rows: Sequence[Row],
    script: Script,
    *,
    file_name: str,
    more: Sequence[frame.Download] = (),
    pictures: bool = False,
) -> None:
    """Offer a view's ``rows`` as files, ``more`` files, and the code that computes them."""
    frame.downloads(
        [
            frame.Download("CSV", partial(as_csv, rows), f"{file_name}.csv", "text/csv"),
            frame.Download("JSON", partial(as_json, rows), f"{file_name}.json", JSON),
            *more,
        ]
    )
    if pictures:
        results.picture_format()
    notebook = frame.Download(
        "Notebook", lambda: script.notebook, f"{file_name}.ipynb", "application/x-ipynb+json"
    )
    frame.code(script.code, notebook)


def files(*tokenizers: LoadedTokenizer) -> list[frame.Download]:
    """Return the files of those tokenizers that were trained for this app, which the code loads."""
    return [
        frame.Download(
            f"{one.spec.title}: tokenizer.json",
            one.tokenizer.to_str,
            f"{one.spec.folder.name}.json",
            JSON,
        )
        for one in tokenizers
        if one.spec.source is Source.BUNDLED and one.spec.folder and one.spec in vocabularies.BOX
    ]


def counts(found: Counts) -> None:
    """Show how much a text is, in four numbers."""
    with st.container(horizontal=True, gap="large"):
        st.metric("Characters", f"{found.characters:,}", width="content")
        st.metric("Words and signs", f"{found.words:,}", width="content")
        st.metric("Pieces", f"{found.pieces:,}", width="content")
        st.metric("Pieces a word", f"{found.pieces_a_word:.2f}", width="content")

"""Where the lines of a view come from: our own, pasted ones, or a file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import streamlit as st

from pages.shared import files
from pages.shared.files import Upload
from pages.shared.frame import Download
from pages.shared.link import Field, one_of
from pages.shared.words import counted
from playground.embeddings.projection import MOST
from playground.embeddings.scripts import LINES_FILE
from playground.errors import EmptyTextError
from playground.files import Format, Kind, read
from playground.models.catalog import ASSETS

OURS, PASTED, FILE = "our sentences", "pasted lines", "a file"
SAMPLES = ASSETS / "samples"
OUR_SENTENCES = SAMPLES / "sentences.csv"
SAMPLE_FILES: Mapping[str, Path] = {
    "Product reviews": SAMPLES / "product_reviews_topics.csv",
    "Support tickets": SAMPLES / "support_tickets.csv",
}
SOURCE = Field(name="lines_from", default=OURS, read=one_of((OURS, PASTED, FILE)))
PASTED_LINES = Field(name="pasted_lines", default="")
FIELDS = (SOURCE, PASTED_LINES)
AT_ONCE = 500  # lines that need no click
# Read together: the more, the better batches of about the same length can be made.
CHUNK = 512
LINES = Format(kind=Kind.LINES, encoding="utf-8", delimiter=None, header=False)


def ask(key: str) -> Upload | None:
    """Ask for the lines of a view; return them, at most ``MOST``, or None before there are any.

    Raises:
        EmptyTextError: nothing has been pasted yet.
        FileError: what was pasted has too many lines or megabytes.
    """
    source = st.segmented_control(
        "Lines from",
        (OURS, PASTED, FILE),
        key=SOURCE.name,
        required=True,
        persist_state="session",
    )
    if source == PASTED:
        found: Upload | None = _pasted()
    elif source == FILE:
        found = files.upload(key, SAMPLE_FILES)
    else:
        found = _ours()
        st.caption(
            f"{len(found.texts)} short sentences on eight topics, written for this page. Many "
            "have words with several meanings, such as bank, bat and spring."
        )
    return _capped(found) if found else None


def _pasted() -> Upload:
    text = st.text_area(
        "Paste up to 5,000 lines",
        key=PASTED_LINES.name,
        height=160,
        placeholder="A text in each line",
        persist_state="session",
    )
    if not (text or "").strip():
        raise EmptyTextError("Nothing has been pasted yet. Paste a text in each line.")
    table = read((text or "").encode(errors="replace"), "lines.txt", LINES)
    return Upload("lines.txt", table, table.columns[0])


def are_ours(upload: Upload) -> bool:
    """Tell whether these are our sentences, the same for all visitors."""
    return upload is _ours()


def for_code(texts: Sequence[str]) -> Download:
    """Return the file that a view's code reads its lines from."""
    data = partial(json.dumps, list(texts), ensure_ascii=False)
    return Download("Lines for the code", data, LINES_FILE, "application/json")


@cache
def _ours() -> Upload:
    table = read(OUR_SENTENCES.read_bytes(), OUR_SENTENCES.name)
    return Upload(OUR_SENTENCES.name, table, "text")


def _capped(upload: Upload) -> Upload:
    table = upload.table
    if len(table.rows) <= MOST:
        return upload
    st.info(
        f"There are {counted(len(table.rows), 'line')}; the first {MOST:,} are used.",
        icon=":material/info:",
    )
    table = replace(table, rows=table.rows[:MOST], numbers=table.numbers[:MOST])
    return Upload(upload.file_name, table, upload.column)

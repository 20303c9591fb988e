"""A file that a visitor uploads: kept in the session, read, and shown as it was read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import count
from pathlib import Path
from typing import TypeVar
from zlib import crc32

import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile

from pages.shared import cache, file_format, frame
from pages.shared.escape import literal
from pages.shared.words import counted
from playground import files
from playground.errors import PlaygroundError
from playground.files import BadRow, Format, Table

Outcome = TypeVar("Outcome")
TYPES = ("csv", "tsv", "txt", "jsonl", "ndjson", "json")
LOST = (
    "Your file is gone: the app was started again, or you were moved to another of its servers. "
    "Upload it once more."
)
SHOWN_ROWS = 5
SHOWN_CHARACTERS = 300  # of a cell in the preview
_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file as it was read.

    ``content`` is the same for the same bytes. ``key`` is a session key of this very upload, so
    that what is asked about it starts afresh with another; ``columns_key`` of its columns, too.
    """

    name: str
    table: Table
    content: str
    key: str
    is_sample: bool = False  # whether it is one of ours

    @property
    def columns_key(self) -> str:
        """A session key for what is asked about these columns of this upload."""
        return f"{self.key}_{crc32(chr(0).join(self.table.columns).encode()):08x}"


@dataclass(slots=True)
class _Kept:
    """A file in the session: read once for each way to read it, whatever reruns and other pages."""

    name: str
    data: bytes
    is_sample: bool = False
    number: int = field(default_factory=lambda: next(_numbers))
    detected: Format | PlaygroundError | None = None
    read: tuple[Format, Table | PlaygroundError] | None = None
    content: str = field(init=False)

    def __post_init__(self) -> None:
        self.content = blake2b(self.data, digest_size=16).hexdigest()

    def format(self) -> Format:
        """Return the detected format, or raise why there is none."""
        if self.detected is None:
            try:
                self.detected = files.detect(self.data, self.name)
            except PlaygroundError as error:
                self.detected = error
        return _or_raise(self.detected)

    def table(self, form: Format) -> Table:
        """Return the rows as ``form`` reads them, or raise why there are none."""
        if self.read is None or self.read[0] != form:
            try:
                table = files.read(self.data, self.name, form, cache.settings())
                self.read = form, table
            except PlaygroundError as error:
                self.read = form, error
        return _or_raise(self.read[1])


def file(
    key: str,
    label: str,
    *,
    help: str,
    types: Sequence[str] = TYPES,
    samples: Mapping[str, Path] | None = None,
    on_change: Callable[[], None] | None = None,
) -> File | None:
    """Ask for a file, show how it was read and its first rows, and let the visitor change that.

    The file stays in the session under ``key`` when the visitor looks at another page.

    Args:
        key: of all that is kept in the session about it.
        label: of the place for it.
        help: which kinds of files there are.
        types: the endings of their names.
        samples: files of our own, by what they are called here, each one click away.
        on_change: called after another file, or none, has taken the place of the one before.

    Returns:
        The file, or None without one that can be read.
    """
    place = _uploader(key)
    st.file_uploader(
        label,
        type=list(types),
        key=place,
        on_change=_keep,
        args=(key, place, on_change),
        max_upload_size=cache.settings().max_upload_mb,
        help=help,
    )
    if samples:
        _samples(key, samples, on_change)
    kept: _Kept | None = st.session_state.get(f"{key}_kept")
    if kept is None:
        if st.session_state[place] is not None:
            _lose(key)
        if st.session_state.get(f"{key}_lost"):
            st.warning(LOST, icon=":material/upload_file:")
        return None
    if st.session_state[place] is None:
        _still_here(key, kept, on_change)
    found = None
    with frame.errors_shown():
        detected = kept.format()
        above = st.container()
        with st.expander("How the file is read", icon=":material/tune:"):
            form = file_format.ask(detected, f"{key}_{kept.number}")
        with above:
            found = File(
                name=kept.name,
                table=kept.table(form),
                content=kept.content,
                key=f"{key}_{kept.number}",
                is_sample=kept.is_sample,
            )
            _show(found)
    return found


def bad_rows(bad: Sequence[BadRow], what: str) -> None:
    """List rows that are ``what``, such as "that cannot be read", if there are any."""
    if bad:
        with st.expander(f"{counted(len(bad), 'row')} {what}", icon=":material/warning:"):
            st.dataframe(
                {"Line": [row.number for row in bad], "Why": [row.reason for row in bad]},
                hide_index=True,
            )


def _uploader(key: str) -> str:
    """Return the key of the uploader's widget; another number is another, empty uploader."""
    return f"{key}_file_{st.session_state.get(f'{key}_round', 0)}"


def _samples(key: str, samples: Mapping[str, Path], on_change: Callable[[], None] | None) -> None:
    def chosen() -> None:
        name = st.session_state[f"{key}_sample"]
        st.session_state[f"{key}_sample"] = None
        if name is not None:
            path = samples[name]
            _put(key, _Kept(path.name, path.read_bytes(), is_sample=True), on_change)
            if st.session_state[_uploader(key)] is not None:
                _empty(key)

    st.pills(
        "No file at hand? Try one of ours",
        list(samples),
        key=f"{key}_sample",
        on_change=chosen,
        wrap=True,
    )


def _keep(key: str, place: str, on_change: Callable[[], None] | None) -> None:
    """Put a new file into the session in place of the one before."""
    if place != _uploader(key):
        return  # the browser had not heard yet that another uploader took this one's place
    uploaded = st.session_state[place]
    if isinstance(uploaded, DeletedFile):
        return  # it is being removed: the server has it no more, and the browser is about to say so
    _put(key, _Kept(uploaded.name, uploaded.getvalue()) if uploaded else None, on_change)


def _lose(key: str) -> None:
    """Empty the uploader: the browser still shows a file there that went with another server."""
    st.session_state[f"{key}_lost"] = True
    _empty(key)
    st.rerun()


def _empty(key: str) -> None:
    """Put an empty uploader in the place of one that shows a file."""
    st.session_state[f"{key}_round"] = st.session_state.get(f"{key}_round", 0) + 1


def _put(key: str, kept: _Kept | None, on_change: Callable[[], None] | None) -> None:
    st.session_state[f"{key}_kept"] = kept
    st.session_state[f"{key}_lost"] = False
    if on_change is not None:
        on_change()


def _still_here(key: str, kept: _Kept, on_change: Callable[[], None] | None) -> None:
    """Say which file is in use although the uploader, after a visit elsewhere, is empty."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"In use: {literal(kept.name)}", width="content")
        st.button(
            "Remove",
            key=f"{key}_remove",
            icon=":material/close:",
            on_click=_put,
            args=(key, None, on_change),
        )


def _show(file: File) -> None:
    """Show what was read, and its first rows."""
    table = file.table
    st.caption(f"{literal(file.name)}: {file_format.described(table)}")
    for notice in table.notices:
        st.info(literal(notice), icon=":material/info:")
    bad_rows(table.bad, "that cannot be read")
    st.dataframe(
        {
            name: [_short(row[place]) for row in table.rows[:SHOWN_ROWS]]
            for place, name in enumerate(table.columns)
        },
        hide_index=True,
    )


def _or_raise(outcome: Outcome | PlaygroundError) -> Outcome:
    if isinstance(outcome, PlaygroundError):
        raise outcome
    return outcome


def _short(cell: str) -> str:
    return cell if len(cell) <= SHOWN_CHARACTERS else f"{cell[:SHOWN_CHARACTERS]}…"

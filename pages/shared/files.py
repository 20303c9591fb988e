"""A whole file at once: upload, how it was read, and the work over its rows while it runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar
from zlib import crc32

import streamlit as st

from pages.shared import cache, file_format, frame
from pages.shared.escape import literal
from pages.shared.file_format import counted
from playground import files
from playground.errors import PlaygroundError
from playground.files import BadRow, Format, Table
from playground.files.jobs import Job, start

Result = TypeVar("Result")
Outcome = TypeVar("Outcome")
TYPES = ["csv", "tsv", "txt", "jsonl", "ndjson", "json"]
SHOWN_ROWS = 5
SHOWN_CHARACTERS = 300  # of a cell in the preview
EVERY = 1.0  # seconds between two looks at a running job
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Upload:
    """The rows of a visitor's file and the name of the column with the texts."""

    file_name: str
    table: Table
    column: str

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the texts, one a row."""
        return self.table.column(self.column)


@dataclass(slots=True)
class _Kept:
    """A file in the session: read once for each way to read it, whatever reruns and other pages."""

    name: str
    data: bytes
    number: int = field(default_factory=lambda: next(_numbers))
    detected: Format | PlaygroundError | None = None
    read: tuple[Format, Table | PlaygroundError] | None = None

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


@dataclass(frozen=True, slots=True)
class _Started:
    """A job in the session, and what it was started for."""

    purpose: tuple[Upload, object]
    job: Job[Any]


def upload(key: str) -> Upload | None:
    """Ask for a file, show how it was read and its first rows, and let the visitor change that.

    The file stays in the session under ``key`` when the visitor looks at another page.

    Returns:
        The rows and the chosen column, or None without a file that can be read.
    """
    st.file_uploader(
        "A file with a text in each row",
        type=TYPES,
        key=_key(key, "file"),
        on_change=_keep,
        args=(key,),
        max_upload_size=cache.settings().max_upload_mb,
        help="CSV, TSV, JSON lines, or plain text with a text in each line.",
    )
    kept: _Kept | None = st.session_state.get(_key(key, "kept"))
    if kept is None:
        return None
    if st.session_state[_key(key, "file")] is None:
        _still_here(key, kept)
    found = None
    with frame.errors_shown():
        detected = kept.format()
        place = st.container()
        with st.expander("How the file is read", icon=":material/tune:"):
            form = file_format.ask(detected, _key(key, f"{kept.number}"))
        with place:
            found = _shown(kept, kept.table(form), _key(key, f"{kept.number}"))
    return found


def job(
    key: str,
    upload: Upload,
    work: Callable[[Sequence[str]], Sequence[Result | PlaygroundError]],
    *,
    label: str,
    of: object = None,
) -> Job[Result] | None:
    """Offer a button that starts ``work`` over the texts; return the job once there is one.

    It stays in the session under ``key``. With another file, another column or another ``of``, such
    as the id of the model, it is stopped and the button comes back.
    """
    started: _Started | None = st.session_state.get(_key(key, "job"))
    if started is not None and started.purpose != (upload, of):
        started.job.cancel()
        started = None
    found = started.job if started else None
    if found is None or (found.finished and (found.cancelled or found.failed)):
        place = st.empty()
        if place.button(
            label, type="primary", key=_key(key, "start"), icon=":material/play_arrow:"
        ):
            with frame.errors_shown():
                found = start(upload.texts, upload.table.numbers, work, settings=cache.settings())
                st.session_state[_key(key, "job")] = _Started((upload, of), found)
                place.empty()
    return found


def progress(job: Job[Result], key: str) -> None:
    """Show how far ``job`` is, with a way to stop it, until it is finished; then how it ended.

    Raises:
        Exception: what ended the job, if that is no error a visitor can act on.
    """
    if not job.finished:
        _watch(job, key)
        return
    if isinstance(job.failed, PlaygroundError):
        st.error(
            f"Stopped after {job.done:,} of {job.total:,} rows: {literal(str(job.failed))}",
            icon=":material/error:",
        )
    elif job.failed is not None:
        raise job.failed
    elif job.cancelled:
        st.info(
            f"Stopped after {job.done:,} of {job.total:,} rows; what was done is kept.",
            icon=":material/info:",
        )
    _bad_rows(job.bad, "without a result")


@st.fragment(run_every=EVERY)
def _watch(job: Job[Result], key: str) -> None:
    if job.finished:
        st.rerun()  # all of the page: its result is there, and nothing needs watching any more
    left = job.seconds_left
    text = f"{job.done:,} of {job.total:,} rows"
    st.progress(
        job.done / max(1, job.total), text=text if left is None else f"{text}, {_time(left)} left"
    )
    st.button(
        "Stopping after these rows" if job.cancelled else "Cancel",
        key=_key(key, "cancel"),
        on_click=job.cancel,
        disabled=job.cancelled,
        icon=":material/stop_circle:",
    )


def _keep(key: str) -> None:
    """Put a new file into the session in place of the one before."""
    _forget(key)
    file = st.session_state[_key(key, "file")]
    if file is not None:
        st.session_state[_key(key, "kept")] = _Kept(file.name, file.getvalue())


def _forget(key: str) -> None:
    """Drop the file, and stop the work on it."""
    st.session_state[_key(key, "kept")] = None
    started: _Started | None = st.session_state.get(_key(key, "job"))
    if started is not None:
        started.job.cancel()
    st.session_state[_key(key, "job")] = None


def _still_here(key: str, kept: _Kept) -> None:
    """Say which file is in use although the uploader, after a visit elsewhere, is empty."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"In use: {literal(kept.name)}", width="content")
        st.button(
            "Remove",
            key=_key(key, "remove"),
            icon=":material/close:",
            on_click=_forget,
            args=(key,),
        )


def _shown(kept: _Kept, table: Table, key: str) -> Upload:
    """Show what was read; return it with the column that the visitor chooses."""
    st.caption(f"{literal(kept.name)}: {file_format.described(table)}")
    for notice in table.notices:
        st.info(literal(notice), icon=":material/info:")
    _bad_rows(table.bad, "that cannot be read")
    names = crc32("\0".join(table.columns).encode())
    guess = files.text_column(table)
    column = st.selectbox(
        "Column with the texts",
        table.columns,
        index=table.columns.index(guess),
        key=_key(key, f"column_{names:08x}"),
        persist_state="session",
    )
    st.dataframe(
        {
            name: [_short(row[place]) for row in table.rows[:SHOWN_ROWS]]
            for place, name in enumerate(table.columns)
        },
        hide_index=True,
    )
    return Upload(kept.name, table, column)


def _bad_rows(bad: Sequence[BadRow], what: str) -> None:
    if bad:
        with st.expander(f"{counted(len(bad), 'row')} {what}", icon=":material/warning:"):
            st.dataframe(
                {"Line": [row.number for row in bad], "Why": [row.reason for row in bad]},
                hide_index=True,
            )


def _or_raise(outcome: Outcome | PlaygroundError) -> Outcome:
    if isinstance(outcome, PlaygroundError):
        raise outcome
    return outcome


def _short(cell: str) -> str:
    return cell if len(cell) <= SHOWN_CHARACTERS else f"{cell[:SHOWN_CHARACTERS]}…"


def _time(seconds: float) -> str:
    if seconds < 90:
        return counted(max(1, round(seconds)), "second")
    minutes = round(seconds / 60)
    return counted(minutes, "minute") if minutes < 90 else counted(round(minutes / 60), "hour")


def _key(key: str, name: str) -> str:
    return f"{key}_{name}"

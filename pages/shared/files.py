"""Work over the rows of a file: which column has the texts, and the job while it runs."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from pages.shared import cache, frame, uploads
from pages.shared.escape import literal
from pages.shared.words import duration
from playground import files
from playground.errors import PlaygroundError
from playground.files import Table
from playground.files.jobs import CHUNK, Job, start
from playground.files.script import Reading, reading

Result = TypeVar("Result")
EVERY = 1.0  # seconds between two looks at a running job
PATIENCE = 5.0  # seconds that a run of the page waits for a few rows


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

    @property
    def reading(self) -> Reading:
        """Return the code that reads the texts without this app."""
        return reading(self.file_name, self.table, self.column)

    def place(self, line: int) -> int:
        """Return the place among all texts, from 0, of the one that begins in ``line``."""
        return bisect_left(self.table.numbers, line)


@dataclass(frozen=True, slots=True)
class _Started:
    """A job in the session, and what it was started for."""

    purpose: tuple[Upload, object]
    job: Job[Any]


def upload(key: str, samples: Mapping[str, Path]) -> Upload | None:
    """Ask for a file and for its column with the texts; see ``uploads.file``.

    Returns:
        The rows and the chosen column, or None without a file that can be read.
    """
    found = uploads.file(
        key,
        "A file with a text in each row",
        help="CSV, TSV, JSON lines, or plain text with a text in each line.",
        samples=samples,
        on_change=partial(_stop, key),
    )
    if found is None:
        return None
    column = st.selectbox(
        "Column with the texts",
        found.table.columns,
        index=found.table.columns.index(files.text_column(found.table)),
        key=f"{found.columns_key}_column",
        persist_state="session",
    )
    return Upload(found.name, found.table, column)


def job(
    key: str,
    upload: Upload,
    work: Callable[[Sequence[str]], Sequence[Result | PlaygroundError]],
    *,
    label: str,
    of: object = None,
    at_once: int = 0,
    chunk: int = CHUNK,
    what: str = "this file",
) -> Job[Result] | None:
    """Offer a button that starts ``work`` over the texts; return the job once there is one.

    It stays in the session under ``key``. With another file, another column or another ``of``, such
    as the id of the model, it is stopped and the button comes back. Up to ``at_once`` rows need no
    button and are waited for. ``work`` gets ``chunk`` texts at once. ``what`` names the texts where
    they have to wait.
    """
    started: _Started | None = st.session_state.get(_key(key, "job"))
    if started is not None and started.purpose != (upload, of):
        started.job.cancel()
        started = None
    found = started.job if started else None
    begin = partial(start, work=work, chunk=chunk, what=what)
    if found is None and len(upload.texts) <= at_once:
        with frame.errors_shown():
            found = _start(key, upload, begin, of)
            found.wait(PATIENCE)
    if found is None or (found.finished and (found.cancelled or found.failed)):
        place = st.empty()
        if place.button(
            label, type="primary", key=_key(key, "start"), icon=":material/play_arrow:"
        ):
            with frame.errors_shown():
                found = _start(key, upload, begin, of)
                place.empty()
    return found


def _start(
    key: str,
    upload: Upload,
    begin: Callable[..., Job[Result]],
    of: object,
) -> Job[Result]:
    found = begin(upload.texts, upload.table.numbers, settings=cache.settings())
    st.session_state[_key(key, "job")] = _Started((upload, of), found)
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
    uploads.bad_rows(job.bad, "without a result")


@st.fragment(run_every=EVERY)
def _watch(job: Job[Result], key: str) -> None:
    if job.finished:
        st.rerun()  # all of the page: its result is there, and nothing needs watching any more
    left = job.seconds_left
    text = f"{job.done:,} of {job.total:,} rows"
    st.progress(
        job.done / max(1, job.total),
        text=text if left is None else f"{text}, {duration(left)} left",
    )
    st.button(
        "Stopping after these rows" if job.cancelled else "Cancel",
        key=_key(key, "cancel"),
        on_click=job.cancel,
        disabled=job.cancelled,
        icon=":material/stop_circle:",
    )


def _stop(key: str) -> None:
    """Stop the work on a file that is gone."""
    started: _Started | None = st.session_state.get(_key(key, "job"))
    if started is not None:
        started.job.cancel()
    st.session_state[_key(key, "job")] = None


def _key(key: str, name: str) -> str:
    return f"{key}_{name}"

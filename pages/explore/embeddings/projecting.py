"""A projection of the visitor's: what is done stays in the session, what takes long is watched."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from pages.shared import cache
from pages.shared.words import duration
from playground import embeddings
from playground.embeddings import Embedded, Method, Projection, background
from playground.embeddings.background import Projecting
from playground.files.jobs import Job

KEPT = "map_projections"  # session key
EVERY = 1.0  # seconds between two looks
Wanted = tuple[Method, int]  # with how many neighbours


@dataclass(slots=True)
class _Kept:
    """All projections of one job's vectors."""

    job: Job[Any]
    done: dict[Wanted, Projection] = field(default_factory=dict)
    running: tuple[Wanted, Projecting] | None = None

    def stop(self) -> None:
        if self.running is not None:
            self.running[1].cancel()


def projection(job: Job[Embedded], method: Method, neighbours: int) -> Projection | None:
    """Return the projection of a job's vectors, or show how far it is and return None.

    One runs at a time: with another method or other vectors the one before is stopped.

    Raises:
        LinesError: too few lines.
        BusyError: too many projections are running.
    """
    kept: _Kept | None = st.session_state.get(KEPT)
    if kept is None or kept.job is not job:
        if kept is not None:
            kept.stop()
        kept = st.session_state[KEPT] = _Kept(job)
    wanted = method, neighbours
    if method is Method.PCA and wanted not in kept.done:
        kept.done[wanted] = embeddings.pca(_vectors(job))
    if wanted not in kept.done:
        _go_on(kept, wanted)
    return kept.done.get(wanted)


def _go_on(kept: _Kept, wanted: Wanted) -> None:
    if kept.running is None or kept.running[0] != wanted:
        kept.stop()
        _start(kept, wanted)
    assert kept.running is not None
    running = kept.running[1]
    if not running.finished:
        _watch(running)
    elif found := running.projection:
        kept.done[wanted] = found
    else:
        st.info("The map was stopped before it was done.", icon=":material/info:")
        st.button(
            "Draw it again", on_click=_start, args=(kept, wanted), icon=":material/play_arrow:"
        )


def _start(kept: _Kept, wanted: Wanted) -> None:
    method, neighbours = wanted
    running = background.start(
        _vectors(kept.job), method, neighbours=neighbours, settings=cache.settings()
    )
    kept.running = wanted, running


@st.fragment(run_every=EVERY)
def _watch(running: Projecting) -> None:
    if running.finished:
        st.rerun()  # all of the page: the map is there, and nothing needs watching any more
    left = running.seconds_left
    text = f"{running.method}: {running.share:.0%}".replace("%", " %")
    st.progress(
        running.share,
        text=f"{running.method} looks for each line's neighbours"
        if left is None
        else f"{text}, {duration(left)} left",
    )
    st.button("Cancel", on_click=running.cancel, key="map_cancel", icon=":material/stop_circle:")


def _vectors(job: Job[Embedded]) -> np.ndarray:
    return np.stack([one.vector for _, one in job.results])

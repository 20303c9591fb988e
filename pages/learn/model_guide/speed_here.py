"""How fast models are on this machine, measured on a click."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from pages.learn.model_guide import inputs, shown
from pages.shared import cache, frame, results
from pages.shared.escape import literal
from pages.shared.views import View
from playground import model_guide
from playground.errors import PlaygroundError
from playground.files.jobs import Job, start
from playground.model_guide import LENGTHS, Speed, export
from playground.models.catalog import ModelSpec
from playground.plots import model_guide as plots

if TYPE_CHECKING:
    from playground.models.engine import Model

JOB = "speed_job"  # session key
EVERY = 1.0  # seconds between two looks at a running job


@dataclass(frozen=True, slots=True)
class _Step:
    spec: ModelSpec
    tokens: int


def show() -> None:
    """Show what was measured, and a button that measures."""
    chosen = inputs.models(inputs.TIMED)
    job: Job[Speed] | None = st.session_state.get(JOB)
    if job is not None and not job.finished:
        _watch(job)
    else:
        with frame.errors_shown():
            if st.button(
                "Measure",
                type=frame.main_type(disabled=not chosen),
                icon=":material/timer:",
                disabled=not chosen,
            ):
                specs = [inputs.brought(model_id) for model_id in chosen]
                st.session_state[JOB] = _start(specs)
                st.rerun()
        if job is not None:
            _ended(job)
    with frame.errors_shown():
        _measured([inputs.find(model_id) for model_id in chosen])


def _start(specs: Sequence[ModelSpec]) -> Job[Speed]:
    steps = {
        f"{frame.short_label(spec)}, {tokens} tokens": _Step(spec, tokens)
        for spec in specs
        for tokens in LENGTHS
    }
    work = partial(_measure, steps, cache.engine().model)
    names = list(steps)
    return start(names, range(1, len(names) + 1), work, chunk=1, settings=cache.settings())


def _measure(
    steps: Mapping[str, _Step], load: "Callable[[ModelSpec], Model]", names: Sequence[str]
) -> list[Speed | PlaygroundError]:
    found: list[Speed | PlaygroundError] = []
    for name in names:
        try:
            found.append(model_guide.measure(load(steps[name].spec), steps[name].tokens))
        except PlaygroundError as problem:
            found.append(type(problem)(f"{name}: {problem}"))
    return found


@st.fragment(run_every=EVERY)
def _watch(job: Job[Speed]) -> None:
    if job.finished:
        st.rerun()
    st.progress(job.done / max(1, job.total), text=f"{job.done} of {job.total} measured")
    st.button(
        "Stopping after this one" if job.cancelled else "Cancel",
        on_click=job.cancel,
        disabled=job.cancelled,
        icon=":material/stop_circle:",
    )


def _ended(job: Job[Speed]) -> None:
    if job.failed is not None and not isinstance(job.failed, PlaygroundError):
        raise job.failed
    if job.failed is not None:
        st.error(literal(str(job.failed)), icon=":material/error:")
    elif job.cancelled:
        st.info(
            f"Stopped after {job.done} of {job.total}; what was measured is kept.",
            icon=":material/info:",
        )
    for bad in job.bad:
        st.caption(f"Left out: {literal(bad.reason)}.")


def _measured(specs: Sequence[ModelSpec]) -> None:
    kept = {
        frame.short_label(spec): list(model_guide.kept(spec).values())
        for spec in specs
        if model_guide.kept(spec)
    }
    if not kept:
        st.info(
            "Nothing of these models has been measured since the app started. “Measure” times one "
            f"text of {', '.join(map(str, LENGTHS))} tokens, and batches of them. It takes a few "
            "seconds a model, for a large one a minute or two.",
            icon=":material/info:",
        )
        return
    results.figure(
        plots.milliseconds(kept),
        key="milliseconds",
        alt="Milliseconds for one text against its length, by model; the table has them",
    )
    rows = export.speed(kept)
    shown.table(
        {
            "Model": [row["model"] for row in rows],
            "Tokens": [row["tokens"] for row in rows],
            "One text (ms)": [
                round(float(str(row["milliseconds for one text"])), 1) for row in rows
            ],
            "Fastest (ms)": [round(float(str(row["fastest"])), 1) for row in rows],
            "Texts at once": [row["texts at once"] for row in rows],
            "Texts a second": [round(float(str(row["texts a second"])), 1) for row in rows],
        }
    )
    st.caption(
        "Numbers of the moment, on the machine that runs this app: other visitors' work and "
        "training runs count in, and where a time is far above the fastest one, something else "
        f"was running. Each is the median of {model_guide.REPEATS} texts, or "
        f"{model_guide.BATCHES} batches, after one to warm up. Models with a head run as they do "
        "on their pages; a model without one runs in fp32 and hands out all attention weights, "
        "which takes longer."
    )
    shown.files(lambda: rows, "speed")
    results.picture_format()


VIEW = View(
    title="Speed here",
    about="Milliseconds a text and texts a second on this machine, measured on a click.",
    fields=(inputs.TIMED,),
    show=show,
)

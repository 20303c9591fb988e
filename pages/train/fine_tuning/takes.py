"""How long the run will take on this machine, as far as that can be told before it."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import streamlit as st

from pages.shared import cache
from pages.shared.words import counted, duration
from playground.fine_tuning import Part, Task, estimate
from playground.fine_tuning.estimate import Speed
from playground.fine_tuning.training_options import TrainingOptions
from playground.models import catalog

EVERY = 1.0  # seconds between two looks at the measurement


@st.cache_resource(show_spinner=False)
def measured() -> "Future[Speed]":
    """Return this machine's speed, or what measures it: once, in a process of its own."""
    return ThreadPoolExecutor(1, thread_name_prefix="speed").submit(
        estimate.speed, cache.settings()
    )


def show(
    task: Task,
    options: TrainingOptions,
    tokens: Mapping[Part, Sequence[int]],
    base: str,
    model_task: catalog.Task,
) -> None:
    """Say how long a run will take; ``tokens`` are the texts' lengths by part."""
    speed = measured()
    if not speed.done():
        _wait(speed)
    elif not isinstance(speed.exception(), OSError):  # whoever runs the app has it in the log
        spec = cache.spec(base, model_task)
        _say(estimate.seconds(task, options, tokens, spec, speed.result()))


@st.fragment(run_every=EVERY)
def _wait(speed: "Future[Speed]") -> None:
    if speed.done():
        st.rerun()
    st.caption(
        ":material/timer: This machine is being measured, to say how long the run will take. You "
        "need not wait for it."
    )


def _say(seconds: float) -> None:
    most = cache.settings().max_run_minutes
    st.markdown(f":material/timer: **About {duration(seconds)}** on this machine, if no run waits.")
    if seconds > 60 * most:
        st.warning(
            f"A run may train for {counted(most, 'minute')}; then it stops at its checkpoint, and "
            "you can resume it. For less time, choose a quicker preset or fewer tokens a text.",
            icon=":material/hourglass_bottom:",
        )

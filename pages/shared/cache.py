"""The engine as pages reach it: PyTorch is imported by the first page that runs a model.

Importing this module imports no torch, so pages that show no prediction paint at once.
"""

import importlib
import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import plotly.graph_objects as go
import streamlit as st

from pages.shared import own_models
from pages.shared.escape import literal
from playground.errors import PlaygroundError
from playground.models import catalog, garbage
from playground.models.catalog import ModelSpec, Task
from playground.settings import Settings

if TYPE_CHECKING:
    from playground.models.engine import Engine, Model, ModelKey, Status

ENGINE_MODULE = "playground.models.engine"
# The browser still fetches the page's scripts when the first run ends. Importing torch takes most
# of a core; started right away it would slow down that first paint.
WARM_UP_DELAY = 2.0  # seconds
NICENESS = 10  # of a page's thread, as ``nice`` counts
logger = logging.getLogger(__name__)


@cache
def settings() -> Settings:
    """Return the app's settings, read from the environment once."""
    return Settings.from_environment()


def engine() -> "Engine":
    """Return the process's engine; the first call imports torch and takes seconds."""
    if not has_engine():
        with garbage.unwatched():
            importlib.import_module(ENGINE_MODULE)
    from playground.models.engine import shared

    return shared()


def has_engine() -> bool:
    """Tell whether a page has run a model.

    While the engine is being imported its module is known already, and to ask for a name in it
    would wait for the end, without a word to the visitor.
    """
    return hasattr(sys.modules.get(ENGINE_MODULE), "shared")


@contextmanager
def drawing() -> Iterator[None]:
    """Let the engine go before this thread, in which the block draws a page.

    Thirty pages drawn at once kept each batch waiting for a processor as long as it ran. Not before
    there is an engine: its thread would inherit the priority of the one that makes it.
    """
    if not (has_engine() and sys.modules[ENGINE_MODULE].is_running()):
        yield
        return
    if sys.platform == "linux":  # elsewhere threads have no priorities
        thread = os.PRIO_PROCESS, threading.get_native_id()
        # Where the app was started with less already, nobody but root may ask for more.
        os.setpriority(*thread, max(NICENESS, os.getpriority(*thread)))
    with engine().batcher.beside_page():
        yield


def offered(task: Task) -> tuple[ModelSpec, ...]:
    """Return what the visitor may choose for ``task``, the models of their own runs among it."""
    return catalog.offered(task, settings(), own_models.specs())


def spec(model_id: str, task: Task) -> ModelSpec:
    """Return the catalog's entry of a model; of runs only the visitor's own are found.

    Raises:
        ModelError: there is no such model, or it was trained for another task.
    """
    if not catalog.is_run(model_id):
        return catalog.find(model_id, task, settings())
    own_models.wait_for_owner()
    return catalog.find(model_id, task, settings(), own_models.specs())


def status(spec: ModelSpec) -> "Status | None":
    """Return where the weights of ``spec`` are; None if no page has run a model, or while it loads.

    That it loads, a page would still say beside the model's answer.
    """
    if not has_engine():
        return None
    from playground.models.engine import Status  # imported by now

    found = engine().status(spec)
    return None if found is Status.LOADING else found


def held_bytes() -> "dict[ModelKey, tuple[int, int]]":
    """Return what loaded models hold, as ``Engine.held_bytes``; nothing before one was run."""
    return engine().held_bytes() if has_engine() else {}


def model(model_id: str, task: Task) -> "Model":
    """Return the model behind an id, loading it with a progress bar where that takes a while.

    Raises:
        ModelError: there is no such model, or it cannot be loaded.
    """
    wanted = spec(model_id, task)  # before the engine, which knows no owners
    place = st.empty()
    if not has_engine():
        # PyTorch takes seconds. Meanwhile the browser fetches what draws charts, as it does when
        # the first one comes: this one has nothing to see.
        place.plotly_chart(go.Figure(), height=1, config={"staticPlot": True})

    def show(share: float) -> None:
        place.progress(min(share, 1.0), text=f"Loading {literal(wanted.title)}")

    try:
        with st.spinner(f"Getting {literal(wanted.title)} ready", show_time=True):
            return engine().model(wanted, on_progress=show)
    finally:
        place.empty()


@cache
def warm() -> None:
    """Load the bundled masked language model in the background, once a process, a moment later."""
    timer = threading.Timer(WARM_UP_DELAY, load_bundled)
    timer.daemon = True
    timer.start()


def load_bundled() -> None:
    """Load the bundled masked language model; a failure is logged, for nobody waits for it."""
    spec = next(spec for spec in catalog.bundled() if spec.task is Task.FILL_MASK)
    try:
        engine().model(spec)
    except PlaygroundError as error:
        logger.warning("The bundled model could not be loaded ahead of time: %s", error)

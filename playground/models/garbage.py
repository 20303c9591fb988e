"""Python's garbage collection beside a million objects of torch and transformers.

Streamlit collects garbage after each run of a page's script. Each time that walks through all
objects that live, with the interpreter locked: 245 ms with the models in the box, and 20 ms with
those set aside that were there at the last load. So what survives a full collection is set aside,
and the next ones walk through what is new. Once a minute all of it comes back: what has died since
then goes with the collection after that.
"""

import gc
import time
from typing import Any

EVERYTHING_SECONDS = 60.0
FULL = 2  # the generation of a collection that walks through all that is not set aside


class _AfterEach:
    """Sets aside what a full collection left, and once a minute brings all of it back."""

    def __init__(self) -> None:
        self.everything_at = time.monotonic()

    def __call__(self, phase: str, about: dict[str, Any]) -> None:
        if phase != "stop" or about["generation"] < FULL:
            return
        now = time.monotonic()
        if now - self.everything_at > EVERYTHING_SECONDS:
            self.everything_at = now
            gc.unfreeze()
        else:
            gc.freeze()


_after_each = _AfterEach()


def set_aside() -> None:
    """Collect all garbage, and take what lives out of the collector's sight, from now on, too."""
    if _after_each not in gc.callbacks:
        gc.callbacks.append(_after_each)
    gc.unfreeze()
    gc.collect()
    gc.freeze()

"""Python's garbage collection beside a million objects of torch and transformers.

Streamlit collects garbage after each run of a page's script. Each time that walks through all
objects that live, with the interpreter locked: 245 ms with the models in the box, and 20 ms with
those set aside that were there at the last load. So what survives a full collection is set aside,
and the next ones walk through what is new. Once a minute all of it comes back: what has died since
then goes with the collection after that.
"""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def unwatched() -> Iterator[None]:
    """Leave garbage lie while the block runs, unless somebody asks for a collection.

    What an import or a load makes is there to stay. To walk through more and more of it, again and
    again, was a fifth of the time that importing torch and transformers takes.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def set_aside() -> None:
    """Collect all garbage, and take what lives out of the collector's sight, from now on, too.

    The first time only the latter: imports and a first load leave nothing behind, a visitor waits
    for them, and to walk through all that they made takes 0.4 s.
    """
    if _after_each in gc.callbacks:
        gc.unfreeze()
        gc.collect()
    else:
        gc.callbacks.append(_after_each)
    gc.freeze()

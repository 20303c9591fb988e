"""Python's garbage collection beside a million objects of torch and transformers.

A full collection walks through all objects that live, with the interpreter locked: 245 ms with the
models in the box. So what is there when a model has loaded is set aside until the next load, and
collections walk through what is newer. Streamlit would ask for one after each run of a page's
script, which was a tenth of the interpreter's time under many visitors; its settings forbid that
(``runner.postScriptGC``), and Python collects by itself when enough is new.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
    """Collect all garbage, and take what lives out of the collector's sight, until the next time.

    The first time only the latter: imports and a first load leave nothing behind, a visitor waits
    for them, and to walk through all that they made takes 0.4 s.
    """
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
    gc.freeze()

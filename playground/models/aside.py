"""Long computations beside the engine's thread, so that short requests do not wait for them."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from playground.errors import BusyError

Found = TypeVar("Found")
LOWEST = 19  # as ``nice`` counts


class Aside:
    """Runs one long computation at a time, each in a thread that ends with it.

    A thread that lived on would keep torch's helpers for its parallel loops, and with more of them
    than processors every short request is slower. On Linux, where threads have priorities, it has
    the lowest: beside an explanation a mask is filled in 12 ms as without, and not in 22. At most
    ``max_waiting`` callers are let in.
    """

    def __init__(self, *, max_waiting: int) -> None:
        self._turn = threading.Lock()
        self._places = threading.BoundedSemaphore(max_waiting)

    def run(self, work: Callable[[], Found]) -> Found:
        """Return what ``work`` returns, or raise what it raises; blocks until it is done.

        Raises:
            BusyError: ``max_waiting`` callers are there already.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError(
                "The models are busy: too many explanations are waiting already. Try again in a "
                "minute."
            )
        try:
            with (
                self._turn,
                ThreadPoolExecutor(1, "aside", initializer=_give_way) as thread,
            ):
                return thread.submit(work).result()
        finally:
            self._places.release()


def _give_way() -> None:
    if sys.platform == "linux":  # elsewhere it would be the whole process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST)

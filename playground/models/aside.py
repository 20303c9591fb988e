"""Long computations beside the engine's thread, so that short requests do not wait for them."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from playground.errors import BusyError

Found = TypeVar("Found")


class Aside:
    """Runs one long computation at a time, each in a thread that ends with it.

    A thread that lived on would keep torch's helpers for its parallel loops, and with more of them
    than processors every short request is slower. At most ``max_waiting`` callers are let in.
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
            with self._turn, ThreadPoolExecutor(1, thread_name_prefix="aside") as thread:
                return thread.submit(work).result()
        finally:
            self._places.release()

"""Results that visitors share: computed once, also when several ask at once, and then kept."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from threading import Lock
from typing import Generic, TypeVar

Result = TypeVar("Result")


class SharedResults(Generic[Result]):
    """The most recently used results, up to ``max_bytes`` of them together by ``nbytes_of``."""

    def __init__(self, max_bytes: int, nbytes_of: Callable[[Result], int]) -> None:
        self.max_bytes = max_bytes
        self._nbytes_of = nbytes_of
        self._kept: OrderedDict[Hashable, Result] = OrderedDict()
        self._coming: dict[Hashable, Future[Result]] = {}
        self._lock = Lock()

    def __contains__(self, key: Hashable) -> bool:
        """Return whether the result of ``key`` is kept."""
        with self._lock:
            return key in self._kept

    def get(self, key: Hashable, compute: Callable[[], Result]) -> Result:
        """Return the result of ``key``: kept, on its way for somebody else, or computed now.

        Where ``compute`` is interrupted, as the script of a visitor who leaves is, the next of
        those who wait computes.

        Raises:
            Exception: what ``compute`` raises, to all who wait for it; the next call tries again.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            coming = self._coming.get(key)
            if coming is None:
                mine = self._coming[key] = Future()
        if coming is not None:
            try:
                return coming.result()
            except CancelledError:
                return self.get(key, compute)
        try:
            found = compute()
        except BaseException as error:
            with self._lock:
                del self._coming[key]
            if isinstance(error, Exception):
                mine.set_exception(error)
            else:
                mine.cancel()
            raise
        with self._lock:
            del self._coming[key]
            self._kept[key] = found
            while len(self._kept) > 1 and self.nbytes > self.max_bytes:
                self._kept.popitem(last=False)
        mine.set_result(found)
        return found

    @property
    def nbytes(self) -> int:
        """Bytes that all kept results take."""
        return sum(map(self._nbytes_of, self._kept.values()))

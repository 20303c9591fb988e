"""Attention maps kept for the next click: once for a text and a model, bounded in bytes."""

from collections import OrderedDict
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from playground.attention.text import AttentionMap, attend
from playground.settings import MEGABYTE, Settings

if TYPE_CHECKING:
    from playground.models.engine import Model

Key = tuple[str, str, str]  # model id, text, second text


class MapCache:
    """The most recently used attention maps, up to ``max_bytes`` of them together."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._maps: OrderedDict[Key, AttentionMap] = OrderedDict()
        self._lock = Lock()

    def attend(self, text: str, pair: str = "", *, model: "Model") -> AttentionMap:
        """Return the attention of the texts through ``model``, kept from before if it is there.

        Raises:
            PlaygroundError: as ``attend`` does.
        """
        key = model.spec.id, text, pair
        with self._lock:
            if key in self._maps:
                self._maps.move_to_end(key)
                return self._maps[key]
        found = attend(text, pair, model=model)
        with self._lock:
            self._maps[key] = found
            while len(self._maps) > 1 and self.nbytes > self.max_bytes:
                self._maps.popitem(last=False)
        return found

    @property
    def nbytes(self) -> int:
        """Bytes that all kept maps take."""
        return sum(kept.nbytes for kept in self._maps.values())


@cache
def shared() -> MapCache:
    """Return the process's one cache of maps, as large as the environment says."""
    return MapCache(Settings.from_environment().attention_cache_mb * MEGABYTE)

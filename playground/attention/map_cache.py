"""Attention maps kept for the next click: once for a text and a model, bounded in bytes."""

from functools import cache
from typing import TYPE_CHECKING

from playground.attention.text import AttentionMap, attend
from playground.settings import MEGABYTE, Settings
from playground.shared_results import SharedResults

if TYPE_CHECKING:
    from playground.models.engine import Model


class MapCache:
    """The most recently used attention maps, up to ``max_bytes`` of them together."""

    def __init__(self, max_bytes: int) -> None:
        self._maps = SharedResults[AttentionMap](max_bytes, lambda found: found.nbytes)

    def attend(self, text: str, pair: str = "", *, model: "Model") -> AttentionMap:
        """Return the attention of the texts through ``model``, kept from before if it is there.

        Raises:
            PlaygroundError: as ``attend`` does.
        """
        key = model.load_number, text, pair
        return self._maps.get(key, lambda: attend(text, pair, model=model))

    @property
    def nbytes(self) -> int:
        """Bytes that all kept maps take."""
        return self._maps.nbytes


@cache
def shared() -> MapCache:
    """Return the process's one cache of maps, as large as the environment says."""
    return MapCache(Settings.from_environment().attention_cache_mb * MEGABYTE)

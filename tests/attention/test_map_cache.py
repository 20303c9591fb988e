"""An attention map is computed once, and no more are kept than the bound allows."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from playground.attention import AttentionMap, shared_maps
from playground.attention.map_cache import MapCache

KILOBYTE = 1_000


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the texts that were computed, in order; each map takes a kilobyte and a little."""
    found: list[str] = []

    def attend(text: str, pair: str = "", *, model: Any) -> AttentionMap:
        found.append(text)
        return AttentionMap(
            texts=(text,),
            tokens=(),
            input_ids=(),
            token_type_ids=(),
            weights=np.zeros(250, dtype=np.float32),
            hidden_states=np.zeros(0, dtype=np.float32),
        )

    monkeypatch.setattr("playground.attention.map_cache.attend", attend)
    return found


MODEL: Any = SimpleNamespace(spec=SimpleNamespace(id="some/model"))


def test_the_same_text_is_computed_once(computed: list[str]) -> None:
    kept = MapCache(10 * KILOBYTE)
    assert kept.attend("one", model=MODEL) is kept.attend("one", model=MODEL)
    assert computed == ["one"]


def test_the_least_recently_used_goes_first(computed: list[str]) -> None:
    kept = MapCache(2 * KILOBYTE)
    for text in ("one", "two", "one", "three", "one", "two"):
        kept.attend(text, model=MODEL)
    assert computed == ["one", "two", "three", "two"]
    assert kept.nbytes <= 2 * KILOBYTE


def test_a_map_over_the_bound_is_still_shown(computed: list[str]) -> None:
    kept = MapCache(1)
    assert kept.attend("one", model=MODEL).texts == ("one",)


def test_all_visitors_share_one_cache() -> None:
    assert shared_maps() is shared_maps()

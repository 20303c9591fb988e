"""An attention map is computed once, and no more are kept than the bound allows."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from playground.attention import AttentionMap, shared_maps
from playground.attention.map_cache import MapCache
from playground.models import fake
from playground.models.catalog import ModelSpec, Source, Task
from playground.models.engine import Engine
from playground.settings import Settings

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


MODEL: Any = SimpleNamespace(load_number=1)


def test_the_same_text_is_computed_once(computed: list[str]) -> None:
    kept = MapCache(10 * KILOBYTE)
    assert kept.attend("one", model=MODEL) is kept.attend("one", model=MODEL)
    assert computed == ["one"]


def test_weights_that_were_loaded_anew_have_maps_of_their_own(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "changed"
    spec = ModelSpec(
        id="local/changed",
        task=Task.FEATURE_EXTRACTION,
        source=Source.LOCAL,
        title="changed",
        folder=folder,
    )
    kept, found = MapCache(KILOBYTE * KILOBYTE), []
    for seed in (0, 1):
        fake.save("bert", folder, seed=seed)
        model = Engine(Settings(), dtype=torch.float32).model(spec)
        found.append(kept.attend("The rain fell.", model=model))
        assert kept.attend("The rain fell.", model=model) is found[-1]
    assert np.abs(found[0].weights - found[1].weights).max() > 1e-3


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

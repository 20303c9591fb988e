"""Tiny models of every family, loaded to be looked into; the tests of embeddings use them, too."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from playground.models.catalog import ModelSpec, Source, Task
from playground.models.engine import Engine, Model
from playground.settings import Settings


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(Settings(), dtype=torch.float32)


@pytest.fixture
def look_into(engine: Engine, tiny_checkpoint: Callable[[str], Path]) -> Callable[[str], Model]:
    def load(family: str) -> Model:
        return engine.model(
            ModelSpec(
                id=f"local/{family}",
                task=Task.FEATURE_EXTRACTION,
                source=Source.LOCAL,
                title=family,
                folder=tiny_checkpoint(family),
                script="any",
            )
        )

    return load

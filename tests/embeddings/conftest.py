"""What the tests of embeddings share: tiny models of every family, and the trunk."""

import pytest

from playground.models.catalog import TRUNK, Task, find
from playground.models.engine import Engine, Model
from playground.settings import Settings
from tests.attention.conftest import engine, look_into

__all__ = ["engine", "look_into"]


@pytest.fixture(scope="module")
def trunk() -> Model:
    """The model in the box, in the fast dtype, as visitors get it."""
    return Engine(Settings()).model(find(TRUNK, Task.FEATURE_EXTRACTION, Settings()))

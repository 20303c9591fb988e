"""What lives is set aside when a model has loaded; no script of a page asks for a collection."""

import gc
import tomllib
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.models import garbage


class Circle:
    """Refers to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


def test_what_was_set_aside_is_passed_over_until_the_next_time() -> None:
    kept = Circle()
    gone = weakref.ref(kept)
    garbage.set_aside()
    newer = weakref.ref(Circle())
    del kept
    gc.collect()
    assert newer() is None
    assert gone() is not None
    garbage.set_aside()
    assert gone() is None


def test_only_the_first_time_nothing_is_collected() -> None:
    with garbage.unwatched():
        gone = weakref.ref(Circle())
        garbage.set_aside()
        assert gone() is not None
        garbage.set_aside()
        assert gone() is None


def test_what_a_block_leaves_lies_there_until_it_ends() -> None:
    threshold = gc.get_threshold()[0]
    with garbage.unwatched():
        collections = gc.get_stats()[0]["collections"]
        new = [[number] for number in range(3 * threshold)]
        assert gc.get_stats()[0]["collections"] == collections
    new += [[number] for number in range(3 * threshold)]
    assert gc.get_stats()[0]["collections"] > collections


def test_garbage_is_watched_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="broken"), garbage.unwatched():
        raise ValueError("broken")
    assert gc.isenabled()


def test_no_script_of_a_page_asks_for_a_collection() -> None:
    settings = Path(".streamlit/config.toml").read_text("utf-8")
    assert tomllib.loads(settings)["runner"]["postScriptGC"] is False

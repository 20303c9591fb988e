"""What lives is set aside after a full collection; what died since comes back once a minute."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from playground.models import garbage


class Circle:
    """Refers to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    yield
    gc.callbacks[:] = [one for one in gc.callbacks if one is not garbage._after_each]
    gc.unfreeze()


def test_a_full_collection_sets_aside_what_it_left() -> None:
    garbage.set_aside()
    before = gc.get_freeze_count()
    new = [[number] for number in range(1_000)]
    gc.collect(1)
    assert gc.get_freeze_count() == before  # that was no full one
    gc.collect()
    assert gc.get_freeze_count() >= before + len(new)


def test_only_the_first_time_nothing_is_collected() -> None:
    with garbage.unwatched():
        gone = weakref.ref(Circle())
        garbage.set_aside()
        assert gone() is not None
        garbage.set_aside()
        assert gone() is None


def test_what_died_goes_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    garbage.set_aside()
    kept = Circle()
    gone = weakref.ref(kept)
    gc.collect()
    del kept
    gc.collect()
    assert gone() is not None
    monkeypatch.setattr(garbage, "EVERYTHING_SECONDS", -1.0)
    gc.collect()  # brings all of it back
    gc.collect()
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


def test_it_listens_once() -> None:
    garbage.set_aside()
    garbage.set_aside()
    assert gc.callbacks.count(garbage._after_each) == 1

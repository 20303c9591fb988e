"""Our own lines are read once for all visitors, and what is shared is what each would get."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from playground.embeddings import (
    Embedded,
    LineReader,
    LineStates,
    embed,
    shared,
    shared_states,
    shared_vectors,
)
from playground.models.engine import Model
from playground.models.queries import Pooling

LookInto = Callable[[str], Model]
TEXTS = ("Rain fell for three days.", " ", "The bank is closed.")


def test_vectors_are_shared_by_texts_pooling_and_model(look_into: LookInto) -> None:
    model = look_into("bert")
    ask = partial(shared_vectors, TEXTS, model=model, pooling=Pooling.MEAN)
    found = ask()
    assert all(one is other for one, other in zip(found, ask(), strict=True))
    for one, own in zip(found, embed(TEXTS, model=model), strict=True):
        assert type(one) is type(own)
        if isinstance(one, Embedded):
            assert isinstance(own, Embedded)
            np.testing.assert_allclose(one.vector, own.vector, atol=1e-6)
    first = found[0]
    for others in (
        shared_vectors(TEXTS[:1], model=model, pooling=Pooling.MEAN),
        shared_vectors(TEXTS, model=model, pooling=Pooling.FIRST),
        shared_vectors(TEXTS, model=look_into("roberta"), pooling=Pooling.MEAN),
    ):
        assert others[0] is not first


def test_states_are_shared_by_texts_layer_and_model(look_into: LookInto) -> None:
    model = look_into("bert")
    ask = partial(shared_states, TEXTS, model=model, layer=1)
    found = ask()
    assert all(one is other for one, other in zip(found, ask(), strict=True))
    for one, own in zip(found, LineReader(model=model, layer=1).read(TEXTS), strict=True):
        assert type(one) is type(own)
        if isinstance(one, LineStates):
            assert isinstance(own, LineStates)
            np.testing.assert_allclose(one.states, own.states, atol=2e-3)
    first = found[0]
    for others in (
        shared_states(TEXTS[:1], model=model, layer=1),
        shared_states(TEXTS, model=model, layer=2),
        shared_states(TEXTS, model=look_into("roberta"), layer=1),
    ):
        assert others[0] is not first


def test_what_is_kept_stays_below_its_bound(
    look_into: LookInto, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = look_into("bert")
    few = [shared_states([f"A cup of tea, {n}."], model=model, layer=0)[0] for n in range(3)]
    assert isinstance(few[0], LineStates)
    size = few[0].states.nbytes + few[0].spans.nbytes
    monkeypatch.setattr(shared._states, "max_bytes", 2 * size)
    assert shared_states(["A cup of tea, 3."], model=model, layer=0)[0] is not None
    assert shared._states.nbytes == 2 * size

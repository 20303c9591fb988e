import json
from collections.abc import Iterator
from typing import Any

import pytest

from playground import home
from playground.models import catalog
from playground.models.engine import Engine
from playground.settings import Settings


def numbers(value: Any) -> Iterator[float]:
    """Yield all floats in plain values, in their order."""
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from numbers(one)


def words(value: Any) -> Any:
    """Return plain values without their floats."""
    if isinstance(value, dict):
        return {key: words(one) for key, one in value.items() if not isinstance(one, float)}
    if isinstance(value, list | tuple):
        return [words(one) for one in value if not isinstance(one, float)]
    return value


@pytest.mark.weights
def test_what_was_computed_ahead_is_the_models_own() -> None:
    """After new weights compute it anew: python -m playground.recipes.home."""
    engine, settings = Engine(Settings()), Settings()
    computed = home.compute(lambda name, task: engine.model(catalog.find(name, task, settings)))
    saved = json.loads(home.FILE.read_text("utf-8"))
    assert words(computed) == words(saved)
    # fp32 and bf16 processors agree to about two digits.
    assert list(numbers(computed)) == pytest.approx(list(numbers(saved)), rel=0.1, abs=0.03)


def test_examples_are_the_saved_ones() -> None:
    saved, examples = json.loads(home.FILE.read_text("utf-8")), home.examples()
    assert examples.guesses[0].token == saved["mask_filling"][0]["token"] == "paris"
    assert examples.attended.weights.shape == (len(examples.attended.rows),) * 2
    assert examples.similarity.nearest_to_query[0].line == 0
    assert [home.NEWS[one.start : one.end] for one in examples.entities] == [
        one.text for one in examples.entities
    ]
    assert [home.REVIEW[one.start : one.end] for one in examples.words] == [
        one.text for one in examples.words
    ]


def test_the_pictured_head_shows_what_its_caption_says() -> None:
    shown = home.examples().attended
    names = [unit.text for unit in shown.rows]
    row = shown.weights[names.index("it")]
    assert names[int(row.argmax())] == "cat"

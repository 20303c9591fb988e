"""Speed: what is asked, in which numbers, and what is kept; no test depends on the clock."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import torch

from playground import model_guide
from playground.errors import TextTooLongError
from playground.model_guide import BATCHES, REPEATS, export, kept, measure, speed
from playground.models.catalog import ModelSpec, Source, Task
from playground.models.engine import Engine
from playground.settings import Settings

TASKS = (
    Task.FILL_MASK,
    Task.TEXT_CLASSIFICATION,
    Task.TOKEN_CLASSIFICATION,
    Task.FEATURE_EXTRACTION,
)


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    speed.forget()
    yield
    speed.forget()


def model_of(folder: Path, task: Task) -> Any:
    spec = ModelSpec(id=f"local/{task}", task=task, source=Source.LOCAL, title="x", folder=folder)
    return Engine(Settings(), dtype=torch.float32).model(spec)


def ticking(step: float) -> Callable[[], float]:
    """A clock that is ``step`` seconds later each time it is read."""
    ticks = count()
    return lambda: next(ticks) * step


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("family", ["bert", "roberta", "distilbert"])
def test_a_model_of_each_task_is_asked_for_texts_of_the_very_length(
    tiny_checkpoint: Callable[..., Path], family: str, task: Task
) -> None:
    model = model_of(
        tiny_checkpoint(family, task) if task in TASKS[:3] else tiny_checkpoint(family), task
    )
    asked: list[int] = []
    answer = model.engine.batcher.answers

    def heard(encoder: Any, queries: Any) -> Any:
        asked.extend(len(query.input_ids) for query in queries)
        return answer(encoder, queries)

    model.engine.batcher.answers = heard
    found = measure(model, 16, clock=ticking(0.5))
    assert set(asked) == {16}
    assert len(asked) == 1 + REPEATS + 32 * BATCHES
    assert (found.tokens, found.batch) == (16, 32)
    assert found.milliseconds == found.fastest == 500
    assert found.texts_a_second == 64


def test_the_median_counts(tiny_checkpoint: Callable[..., Path]) -> None:
    model = model_of(tiny_checkpoint("bert"), Task.FILL_MASK)
    took = iter([0.2, 9.0, 0.1, 0.3, 0.25, 2.0, 1.0, 8.0])  # five texts, three batches
    now, begins = 0.0, True

    def clock() -> float:
        nonlocal now, begins
        if not begins:
            now += next(took)
        begins = not begins
        return now

    found = measure(model, 64, clock=clock)
    assert found.milliseconds == pytest.approx(250)
    assert found.fastest == pytest.approx(100)
    assert found.texts_a_second == pytest.approx(32 / 2.0)


def test_what_was_measured_is_kept_and_shown_by_length(
    tiny_checkpoint: Callable[..., Path],
) -> None:
    model = model_of(tiny_checkpoint("bert"), Task.FILL_MASK)
    assert kept(model.spec) == {}
    longer, shorter = measure(model, 64), measure(model, 16)
    assert list(kept(model.spec)) == [16, 64]
    assert kept(model.spec)[64] == longer
    rows = export.speed({"x": [shorter, longer]})
    assert [row["tokens"] for row in rows] == [16, 64]
    assert rows[1]["milliseconds for one text"] == longer.milliseconds


def test_a_length_over_the_model_s_limit_is_refused(
    tiny_checkpoint: Callable[..., Path],
) -> None:
    model = model_of(tiny_checkpoint("bert"), Task.FILL_MASK)
    with pytest.raises(TextTooLongError, match="at most 64 tokens"):
        model_guide.measure(model, 128)
    assert kept(model.spec) == {}

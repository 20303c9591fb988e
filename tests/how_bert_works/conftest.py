"""The BERT in the box and a tiny one, each with every number on its way."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from playground.models.catalog import ModelSpec, Source, Task, find
from playground.models.engine import Engine, Model
from playground.settings import Settings

BUNDLED, TINY = "bundled", "tiny"
TEXT = "The capital of France is [MASK]."


@pytest.fixture(scope="session")
def engine() -> Engine:
    """An engine in fp32, as on a processor without bfloat16."""
    return Engine(Settings(), dtype=torch.float32)


@pytest.fixture
def local(tiny_checkpoint: Callable[..., Path]) -> Callable[..., ModelSpec]:
    """A function that returns a tiny checkpoint of a family as an entry of the catalog."""

    def spec(family: str, task: Task = Task.STEP_BY_STEP) -> ModelSpec:
        return ModelSpec(
            id=f"local/{family}",
            task=task,
            source=Source.LOCAL,
            title=family,
            folder=tiny_checkpoint(family),
            script="any",
        )

    return spec


@pytest.fixture(params=[pytest.param(BUNDLED, marks=pytest.mark.weights), TINY])
def spec(request: pytest.FixtureRequest, local: Callable[..., ModelSpec]) -> ModelSpec:
    """The BERT in the box, and a tiny one with biases and norms that leave nothing as it is."""
    if request.param == TINY:
        return local("bert")
    return find("bundled/masked_lm", Task.STEP_BY_STEP, Settings())


@pytest.fixture
def model(engine: Engine, spec: ModelSpec) -> Model:
    """The model of ``spec``, step by step."""
    return engine.model(spec)

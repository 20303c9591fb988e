"""The model behind the tour: which may be chosen, and what it costs beside mask filling."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from playground.errors import UnknownModelError, UnsupportedModelError
from playground.how_bert_works import prediction, walk
from playground.mask_filling import fill
from playground.models.catalog import ModelSpec, Task, find, offered
from playground.models.engine import Engine, Model
from playground.models.step_by_step import StepByStep
from playground.settings import Settings
from tests.how_bert_works.conftest import TEXT


def test_every_masked_language_model_is_offered_and_nothing_else() -> None:
    settings = Settings()
    masked = {spec.id for spec in offered(Task.FILL_MASK, settings)}
    found = offered(Task.STEP_BY_STEP, settings)
    assert {spec.id for spec in found} == masked
    assert {spec.task for spec in found} == {Task.STEP_BY_STEP}
    assert "bundled/masked_lm" in masked
    with pytest.raises(UnknownModelError, match="bundled/sentiment"):
        find("bundled/sentiment", Task.STEP_BY_STEP, settings)


def test_a_bert_with_another_activation_is_refused(
    engine: Engine, local: Callable[..., ModelSpec], tmp_path: Path
) -> None:
    spec = local("bert")
    assert spec.folder is not None
    folder = shutil.copytree(spec.folder, tmp_path / "relu")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"hidden_act": "relu"}), "utf-8")
    with pytest.raises(UnsupportedModelError, match="BERT with relu"):
        engine.model(replace(spec, id="local/relu", folder=folder))


@pytest.mark.weights
def test_the_model_in_the_box_shares_the_trunks_embeddings() -> None:
    settings = Settings()
    engine = Engine(settings, dtype=torch.float32)
    engine.model(find("bundled/masked_lm", Task.FILL_MASK, settings))
    before = engine.resident_bytes()
    engine.model(find("bundled/masked_lm", Task.STEP_BY_STEP, settings))
    # six layers and a head of 32-bit numbers, but no second table of 30,522 token vectors
    assert 40e6 < engine.resident_bytes() - before < 45e6


@pytest.mark.weights
def test_the_tour_predicts_what_mask_filling_predicts(engine: Engine) -> None:
    settings = Settings()
    walked = engine.model(find("bundled/masked_lm", Task.STEP_BY_STEP, settings))
    filled = engine.model(find("bundled/masked_lm", Task.FILL_MASK, settings))
    ours = prediction(walk(TEXT, model=walked), model=walked, top_k=10).guesses
    [theirs] = fill(TEXT, model=filled, top_k=10).guesses
    assert [one.token_id for one in ours] == [one.token_id for one in theirs]
    assert [one.probability for one in ours] == pytest.approx(
        [one.probability for one in theirs], abs=1e-5
    )


def test_hooks_do_not_pile_up(model: Model) -> None:
    walk(TEXT, model=model)  # transformers keeps some of its own from the first time on
    assert isinstance(model.encoder, StepByStep)
    modules = list(model.encoder.model.modules())
    before = [len(module._forward_hooks) for module in modules]
    walk(TEXT, model=model)
    assert [len(module._forward_hooks) for module in modules] == before

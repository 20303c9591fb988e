"""Integrated gradients of every family, against a plain one in fp64."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from playground.models import fake, loading
from playground.models.attribution import fp32_twin, log_odds
from playground.models.catalog import ModelSpec, Source, Task
from playground.models.classifier import Classifier
from playground.models.engine import Engine, Model
from playground.models.queries import AttributionQuery, Attributions, LabelQuery, Labels
from playground.settings import Settings

TEXT = "The film is long and slow, but never dull."
LABEL = 1
TASK = Task.TEXT_CLASSIFICATION


def spec_of(folder: Path) -> ModelSpec:
    return ModelSpec(id="local/x", task=TASK, source=Source.LOCAL, title="x", folder=folder)


def model_of(folder: Path, dtype: torch.dtype = torch.float32) -> Model:
    return Engine(Settings(), dtype=dtype).model(spec_of(folder))


def query(tokenizer: Any, *, steps: int, text: str = TEXT) -> AttributionQuery:
    """The text, and masks between the same special tokens."""
    ids = tokenizer(text)["input_ids"]
    baseline = [ids[0], *[tokenizer.mask_token_id] * (len(ids) - 2), ids[-1]]
    return AttributionQuery(
        input_ids=tuple(ids), baseline_ids=tuple(baseline), label=LABEL, steps=steps
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("family", fake.FAMILIES)
def test_shares_add_up_to_the_difference_of_the_scores(
    family: str, dtype: torch.dtype, tiny_checkpoint: Callable[..., Path]
) -> None:
    model = model_of(tiny_checkpoint(family, task=TASK), dtype)
    asked = query(model.tokenizer, steps=128)
    found = model.attributions(asked)
    difference = found.score - found.baseline_score
    assert found.values.dtype == np.float32
    assert found.values.shape == (len(asked.input_ids),)
    assert found.values.sum() == pytest.approx(difference, abs=0.05 * abs(difference) + 1e-4)
    assert found.gap == pytest.approx(difference - found.values.sum(), abs=1e-5)
    # The frame of special tokens is the same at both ends of the way.
    assert found.values[[0, -1]] == pytest.approx([0, 0], abs=1e-6)
    [logits] = model.logits([LabelQuery(input_ids=asked.input_ids)])
    assert found.score == pytest.approx(logits[1] - logits[0], abs=0.05)


@pytest.mark.parametrize("family", ["bert", "roberta", "deberta-v2"])
def test_shares_are_those_of_a_plain_sum_in_fp64(
    family: str, tiny_checkpoint: Callable[..., Path]
) -> None:
    folder = tiny_checkpoint(family, task=TASK)
    asked = query(AutoTokenizer.from_pretrained(folder), steps=64)
    found = model_of(folder).attributions(asked)
    assert found.values == pytest.approx(plainly(folder, asked), abs=2e-4)


def plainly(folder: Path, asked: AttributionQuery) -> np.ndarray:
    """Return the midpoint sum of 512 gradients, each from transformers' own forward pass."""
    model = AutoModelForSequenceClassification.from_pretrained(folder).double().eval()
    embeddings = model.base_model.embeddings
    ids, baseline = (torch.tensor([ids]) for ids in (asked.input_ids, asked.baseline_ids))
    mask = torch.ones_like(ids)
    kwargs = {"mask": mask} if "deberta" in model.config.model_type else {}
    with torch.no_grad():
        ends = [
            embeddings(inputs_embeds=embeddings.word_embeddings(one), **kwargs)
            for one in (baseline, ids)
        ]
    begin, way = ends[0], ends[1] - ends[0]
    total = torch.zeros_like(way)
    for step in range(512):
        point = (begin + (step + 0.5) / 512 * way).requires_grad_()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(embeddings, "forward", lambda *_, at=point, **__: at)
            logits = model(ids, attention_mask=mask).logits[0]
        [gradient] = torch.autograd.grad(logits[LABEL] - logits[1 - LABEL], point)
        total += gradient / 512
    return (total * way).sum(dim=-1)[0].numpy()


def test_few_tokens_at_once_change_nothing(tiny_checkpoint: Callable[..., Path]) -> None:
    spec = spec_of(tiny_checkpoint("bert", task=TASK))
    answers = []
    for tokens in (8, 4_096):
        model = Engine(Settings(max_batch_tokens=tokens), dtype=torch.float32).model(spec)
        answers.append(model.attributions(query(model.tokenizer, steps=16)).values)
    assert answers[0] == pytest.approx(answers[1], abs=1e-5)


def test_the_score_is_the_log_odds_of_the_calibrated_probability() -> None:
    logits = torch.tensor([[2.0, -1.0, 0.5]])
    three = Labels(names=("a", "b", "c"), temperature=2.0)
    # exp of the halved logits: 2.71828, 0.60653, 1.28403; 2.71828 / 1.89056 = e ** 0.36313
    assert log_odds(logits, 0, three).item() == pytest.approx(0.36313, abs=1e-5)
    several = Labels(names=("a", "b", "c"), several=True, temperature=2.0)
    assert log_odds(logits, 2, several).item() == pytest.approx(0.25)


def test_the_twin_shares_what_is_in_fp32_and_no_module(
    tiny_checkpoint: Callable[..., Path],
) -> None:
    checkpoint = loading.load(spec_of(tiny_checkpoint("bert", task=TASK)), Settings())
    Classifier(checkpoint, device=torch.device("cpu"), dtype=torch.bfloat16)
    twin = fp32_twin(checkpoint.model)
    assert twin.base_model.embeddings is not checkpoint.model.base_model.embeddings
    words, own = (
        model.base_model.embeddings.word_embeddings.weight for model in (twin, checkpoint.model)
    )
    assert words is own
    assert {weight.dtype for weight in twin.parameters()} == {torch.float32}
    assert torch.bfloat16 in {weight.dtype for weight in checkpoint.model.parameters()}


def test_a_gap_is_what_the_sum_lacks() -> None:
    values = np.array([0.5, -0.25], dtype=np.float32)
    assert Attributions(values=values, score=1.0, baseline_score=0.5).gap == pytest.approx(0.25)

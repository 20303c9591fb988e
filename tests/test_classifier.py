"""Every family's logits against transformers' own forward pass of the same checkpoint."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import (
    AutoModelForNextSentencePrediction,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
)

from playground.models import fake, loading
from playground.models.catalog import ModelSpec, Source, Task
from playground.models.classifier import Classifier
from playground.models.engine import Engine
from playground.models.queries import LabelQuery
from playground.settings import Settings
from tests.torch_calls import TorchCalls

CPU = torch.device("cpu")
CLASSES = {
    Task.TEXT_CLASSIFICATION: AutoModelForSequenceClassification,
    Task.TOKEN_CLASSIFICATION: AutoModelForTokenClassification,
}
TEXTS = (
    "The film is long and slow, but never dull.",
    "Paris.",
    "Doctors met in Berlin to talk about sleep, and the room was warm and the air was cool.",
)


def spec_of(folder: Path, task: Task) -> ModelSpec:
    return ModelSpec(id="local/x", task=task, source=Source.LOCAL, title="x", folder=folder)


@pytest.fixture(params=list(CLASSES), ids=lambda task: str(task.value))
def task(request: pytest.FixtureRequest) -> Task:
    return Task(request.param)


@pytest.fixture(params=fake.FAMILIES)
def folder(request: pytest.FixtureRequest, task: Task, tmp_path: Path) -> Path:
    return fake.save(str(request.param), tmp_path / "model", task=task)


def test_a_batch_waits_for_pythons_lock_at_its_two_traces_only(
    task: Task, tiny_checkpoint: Callable[..., Path]
) -> None:
    checkpoint = loading.load(spec_of(tiny_checkpoint("bert", task=task), task), Settings())
    classifier = Classifier(checkpoint, device=CPU, dtype=torch.bfloat16)
    with TorchCalls() as calls:
        classifier.scores([LabelQuery(input_ids=(2, 30, 3)), LabelQuery(input_ids=(2,) * 6)])
    assert calls.operations == []


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.bfloat16, 0.1)])
def test_logits_are_the_models_own(
    folder: Path, task: Task, dtype: torch.dtype, tolerance: float
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    rows = [tuple(tokenizer(text)["input_ids"]) for text in TEXTS]
    model = CLASSES[task].from_pretrained(folder).eval()
    with torch.no_grad():
        expected = [model(torch.tensor([row])).logits[0].numpy() for row in rows]
    checkpoint = loading.load(spec_of(folder, task), Settings())
    classifier = Classifier(checkpoint, device=CPU, dtype=dtype)
    queries = [LabelQuery(input_ids=row) for row in rows]
    for found, wanted in zip(classifier.scores(queries), expected, strict=True):
        assert found.dtype == np.float32
        assert found.shape == wanted.shape
        assert found == pytest.approx(wanted, abs=tolerance)


def test_segments_are_read(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint("bert", task=Task.TEXT_CLASSIFICATION)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    ids, segments = (2, 30, 31, 3, 40, 41, 3), (0, 0, 0, 0, 1, 1, 1)
    with torch.no_grad():
        expected = model(torch.tensor([ids]), token_type_ids=torch.tensor([segments])).logits[0]
    checkpoint = loading.load(spec_of(folder, Task.TEXT_CLASSIFICATION), Settings())
    classifier = Classifier(checkpoint, device=CPU, dtype=torch.float32)
    [found] = classifier.scores([LabelQuery(input_ids=ids, token_type_ids=segments)])
    assert found == pytest.approx(expected.numpy(), abs=1e-5)
    [without] = classifier.scores([LabelQuery(input_ids=ids)])
    assert np.abs(found - without).max() > 1e-3


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.bfloat16, 0.1)])
def test_the_next_sentence_head_reads_pairs(
    tiny_checkpoint: Callable[..., Path], dtype: torch.dtype, tolerance: float
) -> None:
    folder = tiny_checkpoint("bert", task=Task.NEXT_SENTENCE)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForNextSentencePrediction.from_pretrained(folder).eval()
    pairs = [tokenizer(*pair) for pair in zip(TEXTS, reversed(TEXTS), strict=True)]
    with torch.no_grad():
        expected = [
            model(**{name: torch.tensor([ids]) for name, ids in pair.items()}).logits[0].numpy()
            for pair in pairs
        ]
    checkpoint = loading.load(spec_of(folder, Task.NEXT_SENTENCE), Settings())
    classifier = Classifier(checkpoint, device=CPU, dtype=dtype)
    found = classifier.scores(
        [
            LabelQuery(
                input_ids=tuple(pair["input_ids"]), token_type_ids=tuple(pair["token_type_ids"])
            )
            for pair in pairs
        ]
    )
    assert np.stack(found) == pytest.approx(np.stack(expected), abs=tolerance)


def test_the_engine_hands_out_logits_and_labels(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint("bert", task=Task.TOKEN_CLASSIFICATION)
    model = Engine(Settings()).model(spec_of(folder, Task.TOKEN_CLASSIFICATION))
    assert model.labels.names == fake.LABELS[Task.TOKEN_CLASSIFICATION]
    assert (model.labels.several, model.labels.temperature) == (False, 1.0)
    short, long = model.logits([LabelQuery(input_ids=(2, 30, 3)), LabelQuery(input_ids=(2,) * 20)])
    assert short.shape == (3, len(model.labels.names))
    assert long.shape == (20, len(model.labels.names))

"""The ten sentences, by models of each task."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import pipeline

from playground.errors import UnsupportedModelError
from playground.model_guide import SENTENCES, Answer, answers, export, same
from playground.models.catalog import ModelSpec, Source, Task, bundled
from playground.models.engine import Engine
from playground.settings import Settings


def model_of(folder: Path, task: Task, **options: Any) -> Any:
    spec = ModelSpec(
        id="local/x",
        task=task,
        source=Source.LOCAL,
        title="x",
        folder=folder,
        script="any",
        **options,
    )
    return Engine(Settings(), dtype=torch.float32).model(spec)


@pytest.mark.parametrize("family", ["bert", "roberta", "albert"])
def test_a_masked_lm_fills_the_gaps(tiny_checkpoint: Callable[..., Path], family: str) -> None:
    folder = tiny_checkpoint(family)
    found = answers(model_of(folder, Task.FILL_MASK))
    fill_mask = pipeline("fill-mask", model=str(folder))
    for (sentence, _), answer in zip(SENTENCES, found, strict=True):
        text = sentence.replace("[MASK]", fill_mask.tokenizer.mask_token)
        assert answer.probability == pytest.approx(fill_mask(text, top_k=1)[0]["score"], abs=1e-4)


def test_a_classifier_reads_the_gap_filled(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint("bert", Task.TEXT_CLASSIFICATION)
    found = answers(model_of(folder, Task.TEXT_CLASSIFICATION))
    classify = pipeline("text-classification", model=str(folder))
    texts = [sentence.replace("[MASK]", word) for sentence, word in SENTENCES]
    expected = classify(texts)
    assert [answer.text for answer in found] == [one["label"] for one in expected]
    assert found[0].probability == pytest.approx(expected[0]["score"], abs=1e-4)


@pytest.mark.parametrize(
    ("task", "texts", "said"),
    [
        (Task.FEATURE_EXTRACTION, 1, "no head that answers"),
        (Task.TEXT_CLASSIFICATION, 2, "reads two texts"),
    ],
)
def test_who_cannot_answer_says_why(
    tiny_checkpoint: Callable[..., Path], task: Task, texts: int, said: str
) -> None:
    folder = tiny_checkpoint("bert", Task.TEXT_CLASSIFICATION)
    with pytest.raises(UnsupportedModelError, match=said):
        answers(model_of(folder, task, texts=texts))


def test_agreement_is_counted_by_words() -> None:
    one, other = [Answer(text="Paris"), Answer(text="a")], [Answer(text="paris"), Answer(text="b")]
    assert same(one, other) == 1
    rows = export.answers({"x": one * 5, "y": other * 5})
    assert len(rows) == 20
    assert (rows[1]["model"], rows[1]["answer"]) == ("y", "paris")


@pytest.mark.weights
def test_the_bundled_models_answer_with_sense() -> None:
    engine = Engine(Settings())
    words, labels, entities = (
        [one.text for one in answers(engine.model(spec))]
        for spec in bundled()
        if spec.task is not Task.NEXT_SENTENCE
    )
    assert words[0] == "paris"
    assert (labels[2], labels[3]) == ("POSITIVE", "NEGATIVE")
    assert entities[0] == "France LOC, Paris LOC"

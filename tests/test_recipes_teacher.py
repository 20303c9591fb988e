"""The larger teacher of sentiment: what it is taught, what it keeps, and what it says."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from playground.models import trunk
from playground.models.catalog import Task
from playground.recipes import reviews, sentiment, teacher

GOOD = [f"{word} film" for word in ("good", "fine", "great", "lovely", "warm", "funny")]
BAD = [f"{word} film" for word in ("bad", "dull", "awful", "boring", "cold", "silly")]


@pytest.fixture
def taught(
    tiny_checkpoint: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, dict[str, float]]:
    """A teacher's folder and figures; its base is tiny, and its texts are few."""
    texts = dict.fromkeys(GOOD, 1) | dict.fromkeys(BAD, 0)
    monkeypatch.setattr(teacher, "TEXTS_A_STEP", 4)  # several steps: the first is at a rate of zero
    parts = {name: reviews.Part(sentences=texts) for name in ("development", "calibration")}
    parts["training"] = reviews.Part(sentences=texts, phrases={"so so": 1})
    monkeypatch.setattr(reviews, "read", lambda _: parts)
    base = tiny_checkpoint("bert", task=Task.TEXT_CLASSIFICATION)
    figures = teacher.train(str(base), data=Path("none"), output=tmp_path / "teacher", seed=1)
    return tmp_path / "teacher", figures


def test_a_teacher_says_alone_and_in_batches_what_its_model_says(
    taught: tuple[Path, dict[str, float]],
) -> None:
    folder, figures = taught
    assert teacher.is_teacher(folder)
    assert json.loads((folder / "calibration.json").read_text()) == figures
    model = AutoModelForSequenceClassification.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    texts = [*GOOD, "a film that is " + "very " * 10 + "long"]
    with torch.inference_mode():
        alone = [model(**tokenizer(text, return_tensors="pt")).logits[0] for text in texts]
    expected = [float(one[1] - one[0]) / figures["temperature"] for one in alone]
    assert teacher.log_odds(folder, texts).tolist() == pytest.approx(expected, abs=0.02)


def test_training_moves_all_weights_but_the_embeddings(
    taught: tuple[Path, dict[str, float]], tiny_checkpoint: Callable[..., Path]
) -> None:
    base = tiny_checkpoint("bert", task=Task.TEXT_CLASSIFICATION)
    before, after = (
        AutoModelForSequenceClassification.from_pretrained(folder).state_dict()
        for folder in (base, taught[0])
    )
    still = {name for name, weight in before.items() if torch.equal(weight, after[name])}
    assert "bert.embeddings.word_embeddings.weight" in still
    assert not [name for name in still if "encoder" in name and name.endswith("weight")]


def test_a_lesson_has_each_sentence_twice_and_some_phrases(
    tiny_checkpoint: Callable[..., Path],
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_checkpoint("bert"))
    part = reviews.Part(sentences={"good": 1}, phrases={f"bad {n}": 0 for n in range(1000)})
    labels = [row["labels"] for row in teacher._lesson(part, tokenizer, seed=1)]
    assert labels[:2] == [1, 1]
    assert np.mean(labels) == pytest.approx(2 / 602, rel=0.1)
    # Three standard deviations of 1,000 draws are 46.
    assert len(labels) - 2 == pytest.approx(600, abs=46)


def test_the_recipe_asks_a_teacher_as_it_asks_an_adapter(
    taught: tuple[Path, dict[str, float]],
) -> None:
    folder, _ = taught
    part = reviews.Part(phrases={"a fine film": 1})
    encoder = sentiment.Encoder(AutoTokenizer.from_pretrained(trunk.folder()))
    found = sentiment.taught(part, sentiment.model_to_train(), encoder, teachers=[folder], seed=1)
    [odds] = teacher.log_odds(folder, ["a fine film"])
    assert found == {"a fine film": pytest.approx((1 + 1 / (1 + np.exp(-odds))) / 2)}

"""A model whose every answer can be worked out by hand, and tiny real ones of every family."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from playground.models.catalog import ModelSpec, Source, Task
from playground.models.engine import Engine, Model
from playground.models.queries import AttributionQuery, Attributions, LabelQuery, Labels
from playground.settings import Settings

WORDS = {"good": 2.0, "great": 3.0, "bad": -2.0, "awful": -4.0}
NAMES = ("NEGATIVE", "POSITIVE")


@dataclass
class Adding:
    """A classifier that adds up words: POSITIVE's logit is the sum of their weights, capped.

    It shares out that sum exactly, less a gap that halves with each doubling of the steps.
    """

    spec: ModelSpec
    tokenizer: Any
    max_tokens: int = 64
    labels: Labels = field(default_factory=lambda: Labels(names=NAMES))
    first_gap: float = 0.0  # at 16 steps
    asked: list[int] = field(default_factory=list)  # how many queries came at once

    def weights(self, ids: Sequence[int]) -> np.ndarray:
        names = self.tokenizer.convert_ids_to_tokens(list(ids))
        return np.array([WORDS.get(name, 0.0) for name in names], dtype=np.float32)

    def logits(self, queries: Sequence[LabelQuery]) -> list[np.ndarray]:
        self.asked.append(len(queries))
        return [np.array([0.0, self.weights(one.input_ids).sum()], np.float32) for one in queries]

    def attributions(self, query: AttributionQuery) -> Attributions:
        values = self.weights(query.input_ids) * (1 if query.label else -1)
        return Attributions(
            values=values,
            score=float(values.sum()) + self.first_gap * 16 / query.steps,
            baseline_score=0.0,
        )


@pytest.fixture(scope="session")
def word_tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """BERT's tokenizer with a small vocabulary: each of these words is one token."""
    words = "the film is not a and plot cast but . , ! [ ] s it good great bad awful ##ly ##ness"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words.split()]
    folder = tmp_path_factory.mktemp("words")
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", "utf-8")
    config = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 64}
    (folder / "tokenizer_config.json").write_text(json.dumps(config), "utf-8")
    return AutoTokenizer.from_pretrained(folder)


@pytest.fixture
def adding(word_tokenizer: Any) -> Callable[..., Any]:
    """A function that makes an ``Adding`` model."""
    spec = ModelSpec(
        id="x", task=Task.TEXT_CLASSIFICATION, source=Source.LOCAL, title="Adder", folder=Path("x")
    )
    return lambda **options: Adding(spec=spec, tokenizer=word_tokenizer, **options)


@pytest.fixture
def tiny(tiny_checkpoint: Callable[..., Path]) -> Callable[[str], Model]:
    """A function that loads a tiny checkpoint of a family into an engine of its own."""

    def load(family: str) -> Model:
        folder = tiny_checkpoint(family, task=Task.TEXT_CLASSIFICATION)
        spec = ModelSpec(
            id=f"local/{family}",
            task=Task.TEXT_CLASSIFICATION,
            source=Source.LOCAL,
            title=family,
            folder=folder,
            script="any",
        )
        return Engine(Settings(), dtype=torch.float32).model(spec)

    return load

"""A model whose every answer can be worked out by hand, and a tiny real one."""

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
from playground.models.queries import LabelQuery, Labels
from playground.settings import Settings

NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


@dataclass
class Counting:
    """A head for which one number word follows another if it is larger by one.

    The margin between its logits is 6 for the next number, less 2 for each further step, and less
    1 more where the second is the smaller one.
    """

    spec: ModelSpec
    tokenizer: Any
    max_tokens: int = 64
    labels: Labels = field(default_factory=lambda: Labels(names=("IS_NEXT", "NOT_NEXT")))
    asked: list[int] = field(default_factory=list)  # how many queries came at once

    def logits(self, queries: Sequence[LabelQuery]) -> list[np.ndarray]:
        self.asked.append(len(queries))
        return [self._one(query) for query in queries]

    def _one(self, query: LabelQuery) -> np.ndarray:
        names = self.tokenizer.convert_ids_to_tokens(list(query.input_ids))
        assert query.token_type_ids is not None
        first, second = (
            next(
                NUMBERS.index(name)
                for name, of in zip(names, query.token_type_ids, strict=True)
                if of == segment and name in NUMBERS
            )
            for segment in (0, 1)
        )
        margin = 6 - 2 * abs(second - first - 1) - (second < first)
        return np.array([margin, 0.0], np.float32)


@pytest.fixture(scope="session")
def number_tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """BERT's tokenizer with a small vocabulary: each of these words is one token."""
    words = [*NUMBERS, "is", "a", "number", ".", "[", "]", "sep"]
    folder = tmp_path_factory.mktemp("numbers")
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words]
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", "utf-8")
    config = {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": 64}
    (folder / "tokenizer_config.json").write_text(json.dumps(config), "utf-8")
    return AutoTokenizer.from_pretrained(folder)


@pytest.fixture
def counting(number_tokenizer: Any) -> Callable[..., Any]:
    """A function that makes a ``Counting`` model."""
    spec = ModelSpec(
        id="x", task=Task.NEXT_SENTENCE, source=Source.LOCAL, title="Counter", folder=Path("x")
    )
    return lambda **options: Counting(spec=spec, tokenizer=number_tokenizer, **options)


@pytest.fixture
def tiny(tiny_checkpoint: Callable[..., Path]) -> Model:
    """A tiny BERT with a head of random weights, in an engine of its own."""
    spec = ModelSpec(
        id="local/bert",
        task=Task.NEXT_SENTENCE,
        source=Source.LOCAL,
        title="bert",
        folder=tiny_checkpoint("bert", task=Task.NEXT_SENTENCE),
        script="any",
    )
    return Engine(Settings(), dtype=torch.float32).model(spec)

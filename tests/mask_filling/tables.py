"""A masked language model small enough to enumerate: its logits are read from tables.

The logits at a position depend on the tokens at its two sides and at itself, through three fixed
random tables. Nothing here is shared with the code under test.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from playground.models.catalog import ModelSpec, Source, Task
from playground.models.queries import Query, Scores

if TYPE_CHECKING:
    from playground.models.engine import Model

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
PAD, UNK, CLS, SEP, MASK = range(5)
WORDS = ("the", "cat", "dog", "sat", "ran", "##s")
VOCABULARY = SPECIAL + WORDS
LAYERS = 3
Logits = Callable[[Sequence[int], int, int], np.ndarray]  # (input ids, position, layer)


def tokenizer(vocabulary: Sequence[str] = VOCABULARY) -> PreTrainedTokenizerFast:
    """Return a cased WordPiece tokenizer of exactly these pieces, [CLS] and [SEP] around a text."""
    ids = {piece: index for index, piece in enumerate(vocabulary)}
    backend = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    backend.normalizer = normalizers.BertNormalizer(lowercase=False)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)]
    )
    names = ("pad_token", "unk_token", "cls_token", "sep_token", "mask_token")
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, **dict(zip(names, SPECIAL, strict=True))
    )


def table_logits(seed: int = 0, vocabulary: Sequence[str] = VOCABULARY) -> Logits:
    """Return logits that add up from a table each for the left, the right and the own token."""
    size = len(vocabulary)
    left, right, own = np.random.default_rng(seed).normal(scale=1.5, size=(3, size, size))

    def logits(ids: Sequence[int], position: int, layer: int) -> np.ndarray:
        final = left[ids[position - 1]] + right[ids[position + 1]] + own[ids[position]]
        return np.asarray(final * (layer + 1) / LAYERS)

    return logits


def log_softmax(logits: np.ndarray) -> np.ndarray:
    shifted = logits - logits.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()))


class TableModel:
    """Answers queries from ``logits`` and records them; every calculation is in float64."""

    def __init__(
        self,
        logits: Logits,
        *,
        vocabulary: Sequence[str] = VOCABULARY,
        max_tokens: int = 64,
    ) -> None:
        self.spec = ModelSpec(
            id="bundled/table", task=Task.FILL_MASK, source=Source.BUNDLED, title="the table"
        )
        self.tokenizer = tokenizer(vocabulary)
        self.max_tokens = max_tokens
        self.logits = logits
        self.calls: list[list[Query]] = []

    def scores(self, queries: Sequence[Query]) -> list[Scores]:
        self.calls.append(list(queries))
        return [self._answer(query) for query in queries]

    def log_probs(self, ids: Sequence[int], position: int) -> np.ndarray:
        """Return the last layer's log probabilities [vocabulary]."""
        return log_softmax(self.logits(ids, position, LAYERS - 1))

    def _answer(self, query: Query) -> Scores:
        layers = range(LAYERS) if query.every_layer else [LAYERS - 1]
        log_probs = np.array(
            [
                [log_softmax(self.logits(query.input_ids, p, layer)) for p in query.positions]
                for layer in layers
            ]
        )
        top_ids = np.argsort(-log_probs, axis=-1)[..., : query.top_k]
        return Scores(
            top_ids=top_ids,
            top_log_probs=np.take_along_axis(log_probs, top_ids, axis=-1),
            target_log_probs=log_probs[..., list(query.targets)],
            entropy=-(np.exp(log_probs) * log_probs).sum(axis=-1),
        )


def table_model(seed: int = 0) -> "tuple[TableModel, Model]":
    """Return a table model, and the same as the handle that services take."""
    table = TableModel(table_logits(seed))
    return table, as_model(table)


def as_model(handle: object) -> "Model":
    return cast("Model", handle)


class ReadingModel:
    """Enough of a model to read texts for; it cannot be asked for scores."""

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        *,
        max_tokens: int = 512,
        script: str = "Latin",
    ) -> None:
        self.tokenizer = tokenizer
        self.max_tokens = max_tokens
        self.spec = ModelSpec(
            id="some/model",
            task=Task.FILL_MASK,
            source=Source.HUB,
            title="some/model",
            script=script,
        )

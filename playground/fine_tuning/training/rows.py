"""Examples as a model reads them: token ids, and what it is to say of them."""

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

import torch
from transformers import (
    BatchEncoding,
    DataCollatorForTokenClassification,
    DataCollatorWithPadding,
    PreTrainedTokenizerBase,
)

from playground.fine_tuning.dataset import Dataset, Example, Span
from playground.fine_tuning.tasks import Task
from playground.models.loading import Checkpoint
from playground.named_entities import tokens
from playground.named_entities.labels import OUTSIDE
from playground.text.cleaning import blanked
from playground.text.reading import ReadText
from playground.text.words import own_spans, word_numbers

Row: TypeAlias = dict[str, Any]  # what a collator makes a batch of
NOT_READ = -100  # the label of tokens that count for no loss


def texts(examples: Sequence[Example], dataset: Dataset, model: Checkpoint, limit: int) -> list[Row]:
    """Return texts or pairs with their labels, cut at ``limit`` tokens.

    ``labels`` is the number of the label, or with several labels 0.0 or 1.0 for each.
    """
    places = {name: number for number, name in enumerate(dataset.labels)}
    several = dataset.task is Task.MULTI_LABEL
    found = encoded(examples, model.tokenizer, limit)
    for row, example in zip(found, examples, strict=True):
        own = [places[name] for name in example.labels]
        row["labels"] = [float(n in own) for n in range(len(places))] if several else own[0]
    return found


def encoded(
    examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, limit: int
) -> list[Row]:
    """Return texts or pairs, cut at ``limit`` tokens."""
    firsts = [blanked(one.text) for one in examples]
    are_pairs = any(one.second is not None for one in examples)
    seconds = [blanked(one.second or "") for one in examples] if are_pairs else None
    return _rows(tokenizer(firsts, seconds, truncation=True, max_length=limit))


def pieces(examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, limit: int) -> list[Row]:
    """Return texts in pieces of at most ``limit`` tokens: of a long text nothing is lost."""
    found = tokenizer(
        [blanked(one.text) for one in examples],
        truncation=True,
        max_length=limit,
        return_overflowing_tokens=True,
        return_special_tokens_mask=True,
    )
    found.pop("overflow_to_sample_mapping")
    return _rows(found)


def _rows(found: BatchEncoding) -> list[Row]:
    values = dict(found)
    return [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]


def tags(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the labels of a tagger that finds entities of ``labels``: BIO."""
    return (OUTSIDE, *(f"{mark}-{label}" for label in labels for mark in "BI"))


def tagged(
    examples: Sequence[Example], dataset: Dataset, model: Checkpoint, limit: int
) -> tuple[list[Row], list[ReadText]]:
    """Return texts cut at ``limit`` tokens, and how they were read.

    A word's first token has the word's tag, all other tokens ``NOT_READ``. Words are those of the
    page Named entities.
    """
    known = {name: number for number, name in enumerate(tags(dataset.labels))}
    rows, reads = [], []
    for example in examples:
        read, _ = tokens.read(example.text, model=cast(Any, model))
        window = read.windows(size=limit)[0]
        labels = [NOT_READ] * len(window.input_ids)
        for token, tag in _tags(example.spans, read, model.tokenizer):
            if token < window.end:
                labels[window.lead + token] = known[tag]
        rows.append({"input_ids": list(window.input_ids), "labels": labels})
        reads.append(read)
    return rows, reads


def _tags(
    spans: Sequence[Span], read: ReadText, tokenizer: PreTrainedTokenizerBase
) -> list[tuple[int, str]]:
    """Return the first token of each word and its tag; a word is of what it shares a letter with."""
    numbers = word_numbers(read, tokenizer=tokenizer).tolist()
    places = own_spans(read).tolist()
    found: list[tuple[int, str]] = []
    before: Span | None = None
    for token, number in enumerate(numbers):
        if token and number == numbers[token - 1]:
            continue
        last = token + numbers[token:].count(number) - 1
        start, end = places[token][0], places[last][1]
        span = next((s for s in spans if max(s.start, start) < min(s.end, end)), None)
        found.append((token, f"{'I' if span is before else 'B'}-{span.label}" if span else OUTSIDE))
        before = span
    return found


class Collator:
    """Makes a batch of rows: padded to its longest, as tensors."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, task: Task) -> None:
        kind = DataCollatorForTokenClassification if task is Task.ENTITIES else DataCollatorWithPadding
        self._collate = kind(tokenizer)

    def __call__(self, rows: Sequence[Row]) -> dict[str, torch.Tensor]:
        """Return the batch; the rows stay as they are."""
        return dict(self._collate([dict(row) for row in rows]))

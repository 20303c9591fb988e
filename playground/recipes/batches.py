"""Labelled texts in batches: of similar length, planned from a seed, padded."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset
from transformers import PreTrainedModel

IGNORED = -100  # a label that cross-entropy leaves out
PADDING, SEP, MASK = 0, 102, 103  # [PAD], [SEP] and [MASK] in the trunk's vocabulary
FIRST_WORD = 999  # what stands before it are special tokens
EVALUATION_TOKENS = 8192


@dataclass(frozen=True, slots=True)
class Example:
    """One text for the model.

    ``ids`` is int64 [token], special tokens included; ``labels`` is int64 [token], or [1] where the
    whole text has one label.
    """

    ids: np.ndarray
    labels: np.ndarray


class Epochs(Dataset[dict[str, Tensor]]):
    """Batches of epoch after epoch; batch number i is a function of the seed and i alone.

    ``epoch`` returns the examples of one pass and may draw them from the generator it is given. A
    batch holds at most ``texts`` examples and ``tokens`` tokens, padding included; of their pieces
    the share ``masked`` is hidden behind [MASK].
    """

    def __init__(
        self,
        epoch: Callable[[np.random.Generator], list[Example]],
        *,
        texts: int,
        tokens: int,
        masked: float,
        batches: int,
        seed: int,
    ) -> None:
        self.epoch = epoch
        self.texts = texts
        self.tokens = tokens
        self.masked = masked
        self.batches = batches
        self.seed = seed
        self._ends: list[int] = []  # of each epoch so far, in batches
        self._held: tuple[int, list[list[Example]]] = (-1, [])

    def __len__(self) -> int:
        return self.batches

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        while not self._ends or self._ends[-1] <= index:
            size = len(self._planned(len(self._ends)))
            self._ends.append(size + (self._ends[-1] if self._ends else 0))
        number = bisect_right(self._ends, index)
        planned = self._planned(number)
        batch = padded(planned[index - self._ends[number]])  # counted from the epoch's end
        rng = np.random.default_rng((self.seed, number, index))
        return batch | {"input_ids": hidden(batch["input_ids"], self.masked, rng)}

    def _planned(self, number: int) -> list[list[Example]]:
        if self._held[0] != number:
            rng = np.random.default_rng((self.seed, number))
            examples = self.epoch(rng)
            order = rng.permutation(len(examples))
            lengths = np.array([len(examples[row].ids) for row in order])
            planned = [
                [examples[row] for row in order[rows]]
                for rows in grouped(lengths, texts=self.texts, tokens=self.tokens)
            ]
            rng.shuffle(planned)  # any sequence will do
            self._held = (number, planned)
        return self._held[1]


def grouped(lengths: np.ndarray, *, texts: int, tokens: int) -> Iterator[np.ndarray]:
    """Yield rows in groups of similar length, the shortest first.

    A group has at most ``texts`` rows and, padded to its longest, at most ``tokens`` tokens, but
    always one row.
    """
    order = np.argsort(lengths, kind="stable")
    begin = 0
    for end in range(1, len(order) + 1):
        full = end - begin == texts
        if end == len(order) or full or (end + 1 - begin) * lengths[order[end]] > tokens:
            yield order[begin:end]
            begin = end


def padded(examples: list[Example]) -> dict[str, Tensor]:
    """Return input_ids, attention_mask, token_type_ids and labels, int64 [text, token or 1].

    What stands behind a first [SEP], up to the second, is the second text of a pair.
    """
    ids = _filled([example.ids for example in examples], PADDING)
    mask = _filled([np.ones_like(example.ids) for example in examples], 0)
    ends = (ids == SEP).long()
    return {
        "input_ids": ids,
        "attention_mask": mask,
        "token_type_ids": ((ends.cumsum(1) - ends == 1) & (mask == 1)).long(),
        "labels": _filled([example.labels for example in examples], IGNORED),
    }


def hidden(ids: Tensor, share: float, rng: np.random.Generator) -> Tensor:
    """Return ``ids`` with a share of the pieces replaced by [MASK], never a special token.

    It keeps a model from leaning on single words, at no cost, where dropout takes a third more time
    a step on a CPU.
    """
    chosen = torch.from_numpy(rng.random(ids.shape) < share) & (ids >= FIRST_WORD)
    return ids.masked_fill(chosen, MASK)


def _filled(rows: list[np.ndarray], value: int) -> Tensor:
    table = np.full((len(rows), max(map(len, rows))), value, dtype=np.int64)
    for line, row in zip(table, rows, strict=True):
        line[: len(row)] = row
    return torch.from_numpy(table)


def predicted(model: PreTrainedModel, examples: list[Example]) -> list[np.ndarray]:
    """Return each example's logits in fp32, [label], or [token, label] with rows for padding."""
    found: list[np.ndarray] = [np.empty(0)] * len(examples)
    lengths = np.array([len(example.ids) for example in examples])
    for rows in grouped(lengths, texts=len(examples), tokens=EVALUATION_TOKENS):
        batch = padded([examples[row] for row in rows])
        with torch.inference_mode():
            logits = model(
                input_ids=batch["input_ids"].to(model.device),
                attention_mask=batch["attention_mask"].to(model.device),
                token_type_ids=batch["token_type_ids"].to(model.device),
            ).logits
        for row, one in zip(rows, logits.float().cpu().numpy(), strict=True):
            found[row] = one
    return found

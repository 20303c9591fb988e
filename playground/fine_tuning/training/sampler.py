"""Batches of texts of like length, in an order that only the seed and the epoch decide."""

from collections.abc import Callable, Iterator, Sequence

import torch
from torch.utils.data import Sampler
from transformers.trainer_pt_utils import get_length_grouped_indices


class SeededBatches(Sampler[int]):
    """The order of an epoch's examples, batch after batch.

    transformers' own sampler takes its numbers from the global generator, so that a run that is
    resumed would see other batches. Here ``epoch`` is asked when an epoch begins. Batches are
    shuffled, too, or each stretch of an epoch would run from long texts to short ones.
    """

    def __init__(
        self, lengths: Sequence[int], batch_size: int, seed: int, epoch: Callable[[], int]
    ) -> None:
        self._lengths = list(lengths)
        self._batch_size = batch_size
        self._seed = seed
        self._epoch = epoch

    def __len__(self) -> int:
        return len(self._lengths)

    def __iter__(self) -> Iterator[int]:
        generator = seeded(self._seed, self._epoch())
        order = get_length_grouped_indices(self._lengths, self._batch_size, generator=generator)
        size = self._batch_size
        batches = [order[begin : begin + size] for begin in range(0, len(order), size)]
        # The last one may be smaller and has to stay last: batches are cut from the order.
        shuffled = torch.randperm(len(batches) - 1, generator=generator).tolist()
        return (row for number in [*shuffled, len(batches) - 1] for row in batches[number])


def seeded(*numbers: int) -> torch.Generator:
    """Return a generator whose numbers ``numbers`` alone decide."""
    mixed = 0
    for number in numbers:
        mixed = (mixed * 1_000_003 + number) % (1 << 62)
    return torch.Generator().manual_seed(mixed)

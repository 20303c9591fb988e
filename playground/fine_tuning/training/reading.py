"""A model reads held-out rows, batch after batch, and keeps no gradients."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from playground.fine_tuning.training.rows import Row

Collate = Callable[[Sequence[Row]], dict[str, Tensor]]
BATCH_TOKENS = 4_096  # padded, of one batch


def lengths(rows: Sequence[Row]) -> list[int]:
    """Return the tokens of each row."""
    return [len(row["input_ids"]) for row in rows]


def batches(rows: Sequence[Row]) -> Iterator[list[int]]:
    """Yield batches of rows' numbers, from the longest rows to the shortest."""
    sizes = lengths(rows)
    order = np.argsort(sizes, kind="stable")[::-1].tolist()
    while order:
        count = max(1, BATCH_TOKENS // sizes[order[0]])
        yield order[:count]
        order = order[count:]


@torch.no_grad()
def outputs(
    model: nn.Module,
    rows: Sequence[Row],
    collate: Collate,
    check: Callable[[], None],
    *,
    mixed: bool,
) -> list[Any]:
    """Return what ``model`` puts out for each row, fp32 [...], in the rows' order.

    That is its logits, or the last hidden states of a model without a head; of several tokens only
    those of the row. ``check`` is called before each batch, and what it raises ends the reading.
    With ``mixed`` the products are computed in bfloat16.
    """
    model.eval()
    device = next(model.parameters()).device
    found: list[Any] = [None] * len(rows)
    for numbers in batches(rows):
        check()
        batch = collate([rows[number] for number in numbers])
        inputs = {name: value.to(device) for name, value in batch.items() if name != "labels"}
        with torch.autocast(device.type, torch.bfloat16, enabled=mixed):
            output = model(**inputs)
        values = output["logits"] if "logits" in output else output["last_hidden_state"]
        for number, value in zip(numbers, values.float().cpu(), strict=True):
            found[number] = value[: len(rows[number]["input_ids"])] if value.dim() > 1 else value
    return found

"""A linear probe: the frozen encoder reads each text once, and only the head learns from that."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.modeling_outputs import BaseModelOutputWithPooling

from playground.fine_tuning.training.rows import NOT_READ, Row

MOST_VALUES = 500_000_000  # of features kept in memory, two bytes each


class KnownStates(nn.Module):
    """Stands in for an encoder: its last hidden states come in, and the pooler's output is new.

    Whatever the family, the head above it stays as it is and learns from them.
    """

    def __init__(self, base: PreTrainedModel) -> None:
        super().__init__()
        self.pooler = getattr(base, "pooler", None)
        self.pooler_activation = getattr(base, "pooler_activation", None)  # of ALBERT alone
        self.config = base.config

    def forward(
        self, input_ids: None = None, *, inputs_embeds: Tensor, **_: Any
    ) -> BaseModelOutputWithPooling:
        """Return ``inputs_embeds``, the states [text, token, hidden], as an encoder's output."""
        pooled = None
        if self.pooler_activation is not None and self.pooler is not None:
            pooled = self.pooler_activation(self.pooler(inputs_embeds[:, 0]))
        elif self.pooler is not None:
            pooled = self.pooler(inputs_embeds)
        return BaseModelOutputWithPooling(last_hidden_state=inputs_embeds, pooler_output=pooled)


@contextmanager
def without_encoder(model: PreTrainedModel) -> Iterator[None]:
    """Let ``model`` take known states instead of token ids."""
    prefix, base = model.base_model_prefix, model.base_model
    setattr(model, prefix, KnownStates(base))
    try:
        yield
    finally:
        setattr(model, prefix, base)


def fits(rows: Sequence[Row], hidden: int, *, every_token: bool) -> bool:
    """Tell whether the features of ``rows`` may be kept in memory."""
    states = sum(len(row["input_ids"]) if every_token else 1 for row in rows)
    return states * hidden <= MOST_VALUES


def features(rows: Sequence[Row], states: Iterable[Tensor], *, every_token: bool) -> list[Row]:
    """Return each row with its hidden states, float16 [token, hidden], in place of its tokens.

    A classifier's head reads the first token's alone.
    """
    return [
        {
            "states": (of_row if every_token else of_row[:1]).half(),
            "labels": row["labels"],
            "input_ids": row["input_ids"],
        }
        for row, of_row in zip(rows, states, strict=True)
    ]


def collate(rows: Sequence[Row], *, every_token: bool) -> dict[str, Tensor]:
    """Return a batch of features with their labels, padded."""
    states = nn.utils.rnn.pad_sequence([row["states"] for row in rows], batch_first=True)
    labels = [torch.as_tensor(row["labels"]) for row in rows]
    pad = partial(nn.utils.rnn.pad_sequence, batch_first=True, padding_value=NOT_READ)
    return {
        "inputs_embeds": states.float(),
        "labels": pad(labels) if every_token else torch.stack(labels),
    }

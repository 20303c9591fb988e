"""Domain adaptation: a masked LM reads texts of a field and learns to fill the masks in them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from peft import PeftModel
from torch import Tensor, nn
from transformers import DataCollatorForLanguageModeling, PreTrainedTokenizerBase

from playground.fine_tuning.evaluation import MaskedScores
from playground.fine_tuning.training.reading import Collate, batches
from playground.fine_tuning.training.rows import NOT_READ, Row
from playground.fine_tuning.training.sampler import seeded
from playground.models.encoder import prediction_head

TOP = 5


class AtMasks(nn.Module):
    """A masked LM whose head runs where something is to be guessed, and nowhere else.

    The product with the vocabulary costs more than all layers of a small model.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, labels: Tensor, **inputs: Tensor) -> dict[str, Tensor]:
        """Return "logits" [mask, token], their "losses" [mask] and the mean "loss"."""
        model: Any = self.model
        inner = model.get_base_model() if isinstance(model, PeftModel) else model
        states = inner.base_model(**inputs).last_hidden_state
        masked = labels != NOT_READ
        logits = prediction_head(inner)(states[masked]).float()
        losses = nn.functional.cross_entropy(logits, labels[masked], reduction="none")
        # Of a batch without masks the loss is 0, not the mean of nothing.
        return {"loss": losses.sum() / max(len(losses), 1), "losses": losses, "logits": logits}


class MaskingCollator:
    """Makes batches and masks 15 % of their tokens, as BERT's training did (Devlin et al. 2019).

    The masks depend on the seed, the epoch and the batch's rows alone, so that a run that is
    resumed sees the same ones.
    """

    def __init__(
        self, tokenizer: PreTrainedTokenizerBase, seed: int, epoch: Callable[[], int]
    ) -> None:
        self._collate = DataCollatorForLanguageModeling(tokenizer, seed=seed)
        self._seed = seed
        self._epoch = epoch

    def __call__(self, rows: Sequence[Row]) -> dict[str, Tensor]:
        """Return the batch; its labels are ``NOT_READ`` but at masks."""
        numbers = [row["number"] for row in rows]
        self._collate.generator = seeded(self._seed, self._epoch(), *numbers)
        kept = [{name: row[name] for name in row if name != "number"} for row in rows]
        return dict(self._collate(kept))


@torch.no_grad()
def scores(
    model: AtMasks,
    rows: Sequence[Row],
    collate: Collate,
    check: Callable[[], None],
    *,
    mixed: bool,
) -> MaskedScores:
    """Return how well masks in ``rows`` are filled; see ``reading.outputs``."""
    model.eval()
    device = next(model.parameters()).device
    losses, ranks = [], []
    for numbers in batches(rows):
        check()
        batch = collate([rows[number] for number in numbers])
        inputs = {name: value.to(device) for name, value in batch.items()}
        with torch.autocast(device.type, torch.bfloat16, enabled=mixed):
            output = model(**inputs)
        labels = inputs["labels"]
        right = output["logits"].gather(1, labels[labels != NOT_READ][:, None])
        ranks.append((output["logits"] > right).sum(dim=1).cpu().numpy())
        losses.append(output["losses"].cpu().numpy())
    of_masks, rank = np.concatenate(losses), np.concatenate(ranks)
    return MaskedScores(
        tokens=len(of_masks),
        loss=float(of_masks.mean(dtype=np.float64)),
        top_1=float((rank == 0).mean()),
        top_5=float((rank < TOP).mean()),
        losses=of_masks,
    )

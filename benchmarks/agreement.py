"""Does the fast way say the same? 600 sentences against the same weights in fp32."""

from collections.abc import Iterator
from typing import Any

import torch

from benchmarks.models import ours, reference
from benchmarks.sentences import masked_sentences
from benchmarks.table import Row
from playground import mask_filling

MARGIN = 0.1


def rows() -> Iterator[Row]:
    """Yield how often the first word and the first five agree with fp32."""
    model, fill_mask = ours(), reference()
    same = decided = same_decided = shared = 0
    sentences = masked_sentences()
    for text in sentences:
        guesses = mask_filling.fill(text, model=model, top_k=5).guesses[0]
        logits = _logits(fill_mask, text)
        top = logits.topk(5)
        agrees = guesses[0].token_id == int(top.indices[0])
        same += agrees
        if top.values[0] - top.values[1] > MARGIN:
            decided += 1
            same_decided += agrees
        shared += len({guess.token_id for guess in guesses} & set(top.indices.tolist()))
    count = len(sentences)
    yield Row(
        what=f"same first word as fp32, {count} sentences",
        ours=f"{same / count:.1%}",
    )
    yield Row(
        what=f"… where fp32's first leads by more than {MARGIN} logit ({decided})",
        ours=f"{same_decided / decided:.1%}",
        bar="100 %",
    )
    yield Row(what="shared among the first five", ours=f"{shared / count:.2f}", bar="4.9")


def _logits(fill_mask: Any, text: str) -> torch.Tensor:
    """Return fp32 vocabulary logits at the mask, by the model's own forward pass."""
    inputs = fill_mask.tokenizer(text, return_tensors="pt")
    position = inputs["input_ids"][0].tolist().index(fill_mask.tokenizer.mask_token_id)
    with torch.inference_mode():
        return fill_mask.model(**inputs).logits[0, position]

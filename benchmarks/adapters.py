"""Adapters merged into a copy of the layers, or beside one shared trunk: speed and memory."""

from collections.abc import Iterator

import torch
from peft import PeftModel
from transformers import AutoTokenizer, BertForMaskedLM

from benchmarks.models import ours, text_of
from benchmarks.table import Row, milliseconds
from playground.models import catalog, trunk

MEGABYTE = 1_000_000


def rows() -> Iterator[Row]:
    """Yield the encoder's time merged and unmerged, both in the same precision."""
    spec = catalog.bundled()[0]
    base = BertForMaskedLM.from_pretrained(trunk.folder())
    unmerged = PeftModel.from_pretrained(base, str(spec.folder)).eval()
    merged = ours().encoder.model
    tokenizer = AutoTokenizer.from_pretrained(trunk.folder())
    dtype = ours().encoder.dtype
    for module in unmerged.base_model.model.bert.encoder.modules():
        if isinstance(module, torch.nn.Linear):
            module.to(dtype)
    for tokens in (16, 128, 512):
        inputs = tokenizer(text_of(tokens), return_tensors="pt")

        def run(bert: torch.nn.Module, inputs: dict = inputs) -> None:
            with (
                torch.inference_mode(),
                torch.autocast("cpu", torch.bfloat16, enabled=dtype is torch.bfloat16),
            ):
                bert(**inputs)

        merged_ms, unmerged_ms = milliseconds(
            lambda: run(merged.bert), lambda: run(unmerged.base_model.model.bert)
        )
        yield Row(
            what=f"encoder, {tokens} tokens, adapter merged",
            ours=f"{merged_ms:.1f} ms",
            reference=f"{unmerged_ms:.1f} ms (unmerged)",
            ratio=f"{unmerged_ms / merged_ms:.1f} x",
        )
    layers = sum(weight.nbytes for weight in merged.bert.encoder.parameters())
    adapter = sum(w.nbytes for name, w in unmerged.named_parameters() if "lora_" in name)
    yield Row(
        what="memory one more bundled task costs",
        ours=f"{layers / MEGABYTE:.0f} MB (its own merged layers)",
        reference=f"{adapter / MEGABYTE:.0f} MB (its adapter alone)",
    )

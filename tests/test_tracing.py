"""A trace says what the model says, at any shape, or it is not used."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn
from transformers import AutoModel

from playground.models import fake
from playground.models.tracing import LastHiddenState, trace

CPU = torch.device("cpu")


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_it_equals_the_model_at_other_lengths(
    tiny_checkpoint: Callable[[str], Path], family: str
) -> None:
    base = AutoModel.from_pretrained(tiny_checkpoint(family)).eval()
    traced = trace(base, dtype=torch.float32, device=CPU)
    input_ids = torch.randint(6, 40, (3, 23), generator=torch.Generator().manual_seed(1))
    attention_mask = torch.ones_like(input_ids)
    attention_mask[1, 9:] = 0
    with torch.inference_mode():
        expected = base(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        found = traced(input_ids, attention_mask)
    read = attention_mask.bool()
    torch.testing.assert_close(found[read], expected[read], atol=1e-5, rtol=1e-4)


def test_bert_really_is_traced(tiny_checkpoint: Callable[[str], Path]) -> None:
    base = AutoModel.from_pretrained(tiny_checkpoint("bert")).eval()
    assert isinstance(trace(base, dtype=torch.float32, device=CPU), torch.jit.ScriptModule)


class DecidesByLength(nn.Module):
    """What a trace cannot hold: a sum over a length that Python reads."""

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SimpleNamespace:
        length = float(len(input_ids[0].tolist()))
        return SimpleNamespace(last_hidden_state=(input_ids * attention_mask).float() * length)


def test_what_a_trace_would_freeze_stays_in_python() -> None:
    kept = trace(DecidesByLength(), dtype=torch.float32, device=CPU)
    assert isinstance(kept, LastHiddenState)
    ids = torch.ones(1, 9, dtype=torch.long)
    assert kept(ids, ids).tolist() == [[9.0] * 9]

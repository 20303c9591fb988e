"""A trace says what the model says, at any shape, or it is not used."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor, nn
from transformers import AutoModel

from playground.models import fake
from playground.models.inside import attend
from playground.models.tracing import LastHiddenState, trace

CPU = torch.device("cpu")


def read(base: nn.Module) -> LastHiddenState:
    return LastHiddenState(base, torch.float32).eval()


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("family", fake.FAMILIES)
def test_it_equals_the_model_at_other_lengths(
    tiny_checkpoint: Callable[[str], Path], family: str, padded: bool
) -> None:
    base = AutoModel.from_pretrained(tiny_checkpoint(family)).eval()
    input_ids = torch.randint(6, 40, (3, 23), generator=torch.Generator().manual_seed(1))
    attention_mask = torch.ones_like(input_ids)
    if padded:
        attention_mask[1, 9:] = 0
    positions = torch.tensor([[0, 5, 22], [8, 0, 1], [7, 7, 21]])
    with torch.inference_mode():
        expected = base(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        traced = trace(read(base), device=CPU, padded=padded)
        cells = torch.tensor([0, 1, 2, 3, 6, 8])  # one position of the second text, two of the last
        found = traced(input_ids, positions, cells, *([attention_mask] if padded else []))
    wanted = expected[[0, 0, 0, 1, 2, 2], [0, 5, 22, 8, 7, 21]]
    torch.testing.assert_close(found, wanted[None], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("family", ["bert", "albert", "electra"])  # these tell segments apart
def test_a_pair_is_traced_with_its_segments(
    tiny_checkpoint: Callable[[str], Path], family: str
) -> None:
    base = AutoModel.from_pretrained(tiny_checkpoint(family)).eval()
    input_ids = torch.randint(6, 40, (2, 19), generator=torch.Generator().manual_seed(1))
    attention_mask, segments = torch.ones_like(input_ids), torch.zeros_like(input_ids)
    attention_mask[1, 15:] = 0
    segments[0, 6:] = segments[1, 11:15] = 1
    first, cells = torch.zeros(2, 1, dtype=torch.long), torch.arange(2)
    with torch.inference_mode():
        expected, other = (
            base(input_ids, attention_mask, token_type_ids=types).last_hidden_state[None, :, 0]
            for types in (segments, torch.zeros_like(segments))
        )
        traced = trace(read(base), device=CPU, padded=True, pairs=True)
        found = traced(input_ids, first, cells, attention_mask, segments)
    assert isinstance(traced, torch.jit.ScriptFunction)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)
    assert (found - other).abs().max() > 1e-3


def test_bert_really_is_traced(tiny_checkpoint: Callable[[str], Path]) -> None:
    base = AutoModel.from_pretrained(tiny_checkpoint("bert")).eval()
    module = read(base)
    for padded in (False, True):
        traced = trace(module, device=CPU, padded=padded)
        assert isinstance(traced, torch.jit.ScriptFunction)


@pytest.mark.parametrize(
    ("family", "segments"),
    [("bert", False), ("bert", True), ("roberta", False), ("distilbert", False), ("mpnet", False)],
)
def test_attention_is_one_call_with_the_models_numbers(
    tiny_checkpoint: Callable[[str], Path], family: str, segments: bool
) -> None:
    base = AutoModel.from_pretrained(tiny_checkpoint(family), attn_implementation="eager").eval()
    ids = torch.randint(6, 40, (1, 23), generator=torch.Generator().manual_seed(1))
    inputs = {"input_ids": ids} | ({"token_type_ids": ids % 2} if segments else {})
    with torch.inference_mode():
        expected = base(**inputs, output_attentions=True, output_hidden_states=True)
        run = attend(base.requires_grad_(False), segments=segments)
        weights, states = run(*inputs.values())
    assert isinstance(run, torch.jit.ScriptFunction)
    torch.testing.assert_close(weights, torch.cat(expected.attentions), atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(states, torch.cat(expected.hidden_states), atol=1e-5, rtol=1e-5)


class DecidesByLength(nn.Module):
    """What a trace cannot hold: a factor that Python reads from a length."""

    config = SimpleNamespace(model_type="none of BERT's kin")

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> SimpleNamespace:
        length = float(len(input_ids[0].tolist()))
        states = (input_ids * attention_mask).float()[..., None]
        return SimpleNamespace(last_hidden_state=states * length)


def test_what_a_trace_would_freeze_stays_in_python() -> None:
    module = read(DecidesByLength())
    kept = trace(module, device=CPU, padded=True)
    assert kept is module
    ids = torch.ones(1, 9, dtype=torch.long)
    positions, cells = torch.tensor([[2, 3]]), torch.arange(2)
    assert kept(ids, positions, cells, ids).tolist() == [[[9.0], [9.0]]]

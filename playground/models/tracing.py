"""A base model as one call into C++, so that Python's lock cannot slow it down.

A forward pass in Python takes and gives up the interpreter's lock at each of some hundred tensor
operations. While other visitors' pages compute, it waits for the lock each time: a request of 8 ms
took 800 ms beside two busy threads. A traced model takes the lock once.
"""

import warnings
from collections.abc import Callable

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

TraceableBase = Callable[[Tensor, Tensor], Tensor]
EXAMPLE = 2, 7  # texts, tokens
OTHER_SHAPES = (1, 12), (3, 5), (2, 33)
TOLERANCE = 1e-3


class LastHiddenState(nn.Module):
    """A base model reduced to tensors in, one tensor out."""

    def __init__(self, base: PreTrainedModel, dtype: torch.dtype) -> None:
        super().__init__()
        self.base = base
        self.lower = dtype is not torch.float32

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Return hidden states [text, token, hidden] of the last layer."""
        # A trace cannot hold autocast's cache of cast weights; they are stored in bfloat16 anyway.
        with torch.autocast(
            input_ids.device.type, torch.bfloat16, enabled=self.lower, cache_enabled=False
        ):
            output = self.base(input_ids=input_ids, attention_mask=attention_mask)
        return output.last_hidden_state


def trace(base: PreTrainedModel, *, dtype: torch.dtype, device: torch.device) -> TraceableBase:
    """Return ``base`` traced, or as it is where the trace computes something else.

    A trace records the operations of one example; code that decides by lengths in Python would be
    frozen with them. So the trace has to agree with the model at other shapes, padding included.
    """
    module = LastHiddenState(base, dtype).eval()
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it records, and that torch.compile is the successor
        try:
            traced = torch.jit.trace(module, _batch(*EXAMPLE, device), check_trace=False)
            agrees = all(
                torch.allclose(traced(*batch), module(*batch), atol=TOLERANCE)
                for batch in (_batch(*shape, device) for shape in OTHER_SHAPES)
            )
        except (RuntimeError, TypeError, ValueError, IndexError):  # it cannot be traced at all
            return module
    return traced if agrees else module


def _batch(texts: int, tokens: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return ids that every vocabulary has, and a mask that pads the last text."""
    input_ids = torch.arange(texts * tokens, device=device).reshape(texts, tokens) % 40 + 6
    attention_mask = torch.ones_like(input_ids)
    attention_mask[-1, tokens - 2 :] = 0
    return input_ids, attention_mask

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

from playground.models.last_layer import narrow_last_layer, pick

ReadStates = Callable[..., Tensor]
EXAMPLE = 2, 7  # texts, tokens
OTHER_SHAPES = (1, 12), (3, 5), (2, 33)
TOLERANCE = 1e-3


class LastHiddenState(nn.Module):
    """A base model reduced to tensors in, one tensor out: what is read of its last layer."""

    def __init__(self, base: PreTrainedModel, dtype: torch.dtype) -> None:
        super().__init__()
        self.base = base
        self.lower = dtype is not torch.float32
        self.last = narrow_last_layer(base)

    def forward(
        self, input_ids: Tensor, positions: Tensor, attention_mask: Tensor | None = None
    ) -> Tensor:
        """Return hidden states [text, position, hidden]; without a mask, all tokens count."""
        if self.last is not None:
            self.last.positions = positions
        # A trace cannot hold autocast's cache of cast weights; they are stored in bfloat16 anyway.
        with torch.autocast(
            input_ids.device.type, torch.bfloat16, enabled=self.lower, cache_enabled=False
        ):
            output = self.base(input_ids=input_ids, attention_mask=attention_mask)
        if self.last is None:
            return pick(output.last_hidden_state, positions)
        self.last.positions = None
        return output.last_hidden_state


def trace(module: LastHiddenState, *, device: torch.device, padded: bool) -> ReadStates:
    """Return ``module`` traced, or as it is where the trace computes something else.

    It takes input_ids [text, token], positions [text, position] and, if ``padded``, an
    attention_mask [text, token], all int64. Without a mask attention has nothing to leave out, a
    tenth of the time at 512 tokens.

    A trace records the operations of one example; code that decides by lengths in Python would be
    frozen with them. So the trace has to agree with the model at other shapes, padding included.
    """
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it records, and that torch.compile is the successor
        try:
            traced = torch.jit.trace(module, _batch(*EXAMPLE, device, padded), check_trace=False)
            agrees = all(
                torch.allclose(traced(*batch), module(*batch), atol=TOLERANCE)
                for batch in (_batch(*shape, device, padded) for shape in OTHER_SHAPES)
            )
        except (RuntimeError, TypeError, ValueError, IndexError):  # it cannot be traced at all
            return module
    return traced if agrees else module


def _batch(texts: int, tokens: int, device: torch.device, padded: bool) -> tuple[Tensor, ...]:
    """Return ids that every vocabulary has, two positions, and if ``padded`` a mask."""
    input_ids = torch.arange(texts * tokens, device=device).reshape(texts, tokens) % 40 + 6
    positions = torch.tensor([[1, tokens - 3]], device=device).expand(texts, -1)
    if not padded:
        return input_ids, positions
    attention_mask = torch.ones_like(input_ids)
    attention_mask[-1, tokens - 2 :] = 0  # the last text is shorter
    return input_ids, positions, attention_mask

"""A base model as one call into C++, so that Python's lock cannot slow it down.

A forward pass in Python takes and gives up the interpreter's lock at each of some hundred tensor
operations. While other visitors' pages compute, it waits for the lock each time: a request of 8 ms
took 800 ms beside two busy threads. A traced model takes the lock once.
"""

import warnings
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from playground.models.last_layer import narrow_last_layer, pick

ReadStates = Callable[..., Tensor]
SHAPES = (2, 7), (1, 12), (3, 5), (2, 33)  # texts, tokens
TOLERANCE = 1e-3


class LastHiddenState(nn.Module):
    """A base model reduced to tensors in, one tensor out: what is read of its last layer."""

    def __init__(self, base: PreTrainedModel, dtype: torch.dtype) -> None:
        super().__init__()
        self.base = base.requires_grad_(False)  # weights are constants of a trace
        self.lower = dtype is not torch.float32
        self.last = narrow_last_layer(base)

    def forward(
        self,
        input_ids: Tensor,
        positions: Tensor,
        cells: Tensor,
        attention_mask: Tensor | None = None,
        token_type_ids: Tensor | None = None,
    ) -> Tensor:
        """Return fp32 hidden states [1, cell, hidden]; without a mask, all tokens count.

        The ``cells`` are those of the flattened ``positions`` that were asked for.
        """
        segments = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
        if self.last is not None:
            self.last.positions = positions
        # A trace cannot hold autocast's cache of cast weights; they are stored in bfloat16 anyway.
        with torch.autocast(
            input_ids.device.type, torch.bfloat16, enabled=self.lower, cache_enabled=False
        ):
            output = self.base(input_ids=input_ids, attention_mask=attention_mask, **segments)
        if self.last is None:
            states = pick(output.last_hidden_state, positions)
        else:
            states = output.last_hidden_state
            self.last.positions = None
        return states.float().flatten(0, 1)[cells][None]


def as_one_call(run: Callable[..., Any], batch: tuple[Tensor, ...]) -> Callable[..., Any]:
    """Return ``run`` as a graph of the operations that it does with ``batch``.

    It takes positional tensors and returns what ``run`` returns. ``torch.jit.trace`` would put the
    graph into a compilation unit of the whole process, which nothing ever leaves: some 10 MB a
    trace stayed behind when its model was dropped. This one has a unit of its own, and goes with
    its last reference.

    Raises:
        RuntimeError: it cannot be recorded.
    """
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that lengths in Python are frozen: see ``recorded``
        graph, *_ = torch._C._create_graph_by_tracing(run, batch, lambda _: "", True, False)
    return torch._C._create_function_from_graph("run", graph)


def recorded(run: Callable[..., Any], batches: Iterable[tuple[Tensor, ...]]) -> Callable[..., Any]:
    """Return ``run`` as one call, or as it is where that computes something else.

    What is recorded are the operations for the first of the ``batches``; code that decides by
    lengths in Python would be frozen with them. So it has to agree with ``run`` at the others.
    """
    first, *others = batches
    with torch.inference_mode():
        try:
            found = as_one_call(run, first)
            agrees = all(
                torch.allclose(one, other, atol=TOLERANCE)
                for batch in others
                for one, other in zip(_parts(found(*batch)), _parts(run(*batch)), strict=True)
            )
        except (RuntimeError, TypeError, ValueError, IndexError):  # it cannot be recorded at all
            return run
    return found if agrees else run


def _parts(result: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return result if isinstance(result, tuple) else (result,)


def trace(
    module: LastHiddenState, *, device: torch.device, padded: bool, pairs: bool = False
) -> ReadStates:
    """Return ``module`` traced, or as it is where the trace computes something else.

    It takes input_ids [text, token], positions [text, position], cells [cell] and, if ``padded``,
    an attention_mask [text, token], all int64. Without a mask attention has nothing to leave out, a
    tenth of the time at 512 tokens. Of ``pairs``, which are always ``padded``, it takes
    token_type_ids [text, token], too.
    """
    count = 5 if pairs else 4 if padded else 3
    return recorded(module, (example(*shape, device)[:count] for shape in SHAPES))


def example(texts: int, tokens: int, device: torch.device) -> tuple[Tensor, ...]:
    """Return ids that every vocabulary has, two positions, the cells read, a mask, segments."""
    input_ids = torch.arange(texts * tokens, device=device).reshape(texts, tokens) % 40 + 6
    positions = torch.tensor([[1, tokens - 3]], device=device).expand(texts, -1)
    cells = torch.arange(2 * texts - 1, device=device)
    attention_mask = torch.ones_like(input_ids)
    attention_mask[-1, tokens - 2 :] = 0  # the last text is shorter
    token_type_ids = torch.zeros_like(input_ids)
    token_type_ids[:, tokens // 2 :] = 1
    return input_ids, positions, cells, attention_mask, token_type_ids

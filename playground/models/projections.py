"""Query, key and value of a self-attention from one matrix product instead of three.

They read the same hidden states, so one product with the three weights side by side gives all of
them. Three small products cost more than one of three times the size, and in bfloat16 the states
would be cast three times.
"""

import torch
from torch import Tensor, nn

PARTS = ("query", "key", "value")  # as BERT and its kin name them


class JointProjection(nn.Module):
    """Linear layers over the same input as one; each result is given out once."""

    def __init__(self, linears: list[nn.Linear]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.cat([part.weight for part in linears]), False)
        self.bias = nn.Parameter(torch.cat([part.bias for part in linears]), False)
        self.sizes = [part.out_features for part in linears]
        self._states: Tensor | None = None
        self._results: list[Tensor] = []

    def part(self, index: int, states: Tensor) -> Tensor:
        """Return result number ``index`` for ``states``; the first one asked for computes all."""
        if states is not self._states:
            joint = nn.functional.linear(states, self.weight, self.bias)
            self._states, self._results = states, list(joint.split(self.sizes, dim=-1))
        result = self._results[index]
        if index == len(self.sizes) - 1:
            self._states, self._results = None, []
        return result


class Part(nn.Module):
    """One of the layers that a ``JointProjection`` stands for."""

    def __init__(self, joint: JointProjection, index: int) -> None:
        super().__init__()
        self.joint = joint
        self.index = index

    def forward(self, states: Tensor) -> Tensor:
        """Return this layer's output [..., out] for ``states`` [..., in]."""
        return self.joint.part(self.index, states)


def join_projections(model: nn.Module) -> int:
    """Join query, key and value wherever ``model`` has them side by side; return how often."""
    found = [
        module
        for module in model.modules()
        if all(isinstance(getattr(module, name, None), nn.Linear) for name in PARTS)
        and all(getattr(module, name).bias is not None for name in PARTS)
    ]
    for module in found:
        joint = JointProjection([getattr(module, name) for name in PARTS])
        for index, name in enumerate(PARTS):
            setattr(module, name, Part(joint, index))
    return len(found)

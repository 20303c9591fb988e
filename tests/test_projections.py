"""Query, key and value from one product equal the three of their own."""

import torch
from torch import nn

from playground.models.projections import join_projections


class Attention(nn.Module):
    """The three layers as BERT has them, with values that can be checked by hand."""

    def __init__(self, *, bias: bool = True) -> None:
        super().__init__()
        self.query = nn.Linear(2, 2, bias=bias)
        self.key = nn.Linear(2, 2, bias=bias)
        self.value = nn.Linear(2, 3, bias=bias)
        for factor, layer in enumerate((self.query, self.key, self.value), start=1):
            nn.init.constant_(layer.weight, factor)
            if bias:
                nn.init.constant_(layer.bias, 10 * factor)


def test_each_part_is_its_own_layer_in_any_order() -> None:
    attention = Attention()
    assert join_projections(attention) == 1
    one, other = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 4.0]])
    assert attention.value(other).tolist() == [[51.0, 51.0, 51.0]]  # 3 * (3 + 4) + 30
    assert attention.query(one).tolist() == [[13.0, 13.0]]  # 1 * (1 + 2) + 10
    assert attention.key(one).tolist() == [[26.0, 26.0]]
    assert attention.value(one).tolist() == [[39.0, 39.0, 39.0]]
    assert attention.key(other).tolist() == [[34.0, 34.0]]
    assert attention.query(other).tolist() == [[17.0, 17.0]]


def test_layers_without_bias_stay_as_they_are() -> None:
    attention = Attention(bias=False)
    assert join_projections(attention) == 0
    assert isinstance(attention.query, nn.Linear)

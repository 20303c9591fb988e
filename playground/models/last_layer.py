"""The encoder's last layer, computed only where it is read.

What a position puts out at the last layer depends on every token's key and value there, but on no
other token's query, sum or feed-forward part. For one mask in 512 tokens that leaves out a seventh
of the whole encoder.
"""

from typing import Any

from torch import Tensor, nn
from transformers import PreTrainedModel

# They share BERT's layer: attention.self, attention.output, intermediate, output.
FAMILIES = {"bert", "camembert", "electra", "roberta", "xlm-roberta"}


def pick(states: Tensor, positions: Tensor) -> Tensor:
    """Return the rows of ``states`` [text, token, hidden] at ``positions`` [text, position]."""
    return states.gather(1, positions[..., None].expand(-1, -1, states.shape[-1]))


class LastLayer(nn.Module):
    """A BERT layer that returns every token's state, or while ``positions`` are set, those."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer: Any = layer
        self.positions: Tensor | None = None  # int64 [text, position]

    def forward(
        self, states: Tensor, attention_mask: Tensor | None = None, *args: Any, **kwargs: Any
    ) -> Tensor:
        """Return hidden states [text, position, hidden]."""
        if self.positions is None:
            return self.layer(states, attention_mask, *args, **kwargs)
        attention = self.layer.attention
        projected = (
            pick(attention.self.query(states), self.positions),
            attention.self.key(states),
            attention.self.value(states),
        )
        query, key, value = (
            part.unflatten(-1, (-1, attention.self.attention_head_size)).transpose(1, 2)
            for part in projected
        )
        if attention_mask is not None:
            attention_mask = attention_mask[:, :, :1]  # the same for every query: padding only
        context = nn.functional.scaled_dot_product_attention(query, key, value, attention_mask)
        picked = pick(states, self.positions)
        attended = attention.output(context.transpose(1, 2).flatten(2), picked)
        return self.layer.output(self.layer.intermediate(attended), attended)


def narrow_last_layer(base: PreTrainedModel) -> LastLayer | None:
    """Put a ``LastLayer`` in place of the last layer of BERT's kin; return it, or None."""
    if base.config.model_type not in FAMILIES:
        return None
    layers = base.encoder.layer
    layers[-1] = LastLayer(layers[-1])
    return layers[-1]

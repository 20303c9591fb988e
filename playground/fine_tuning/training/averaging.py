"""A layer that averages: it lets a linear probe read the mean of all tokens.

A classifier's head reads the first token alone, and what a frozen encoder says there was trained
for something else, or not at all. On 2,000 texts of SST-2 logistic regression on the mean is right
for 81 % and on the first token for 77 %. Heads as transformers has them cannot take a mean; a layer
of the encoder's own kind can, with weights set by hand, so that the model stays a plain one.
"""

import copy

import torch
from torch import nn
from transformers import PreTrainedModel

# Their layers have the same parts; others add positions to the attention or share one layer.
FAMILIES = {"bert", "camembert", "electra", "roberta", "xlm-roberta"}
MEAN_SCALE = 100.0  # of the mean beside the token's own state, which a layer always adds
POOLER_SCALE = 0.5  # tanh is nearly straight for values this small


def add(model: PreTrainedModel) -> bool:
    """Put an averaging layer on top of the encoder; return whether its family can have one.

    BERT's pooler, if there is one, hands its input on.
    """
    if model.config.model_type not in FAMILIES:
        return False
    layers = model.base_model.encoder.layer
    layer = copy.deepcopy(layers[-1])
    with torch.no_grad():
        for module in layer.modules():
            if isinstance(module, nn.Linear):
                module.weight.zero_()
                module.bias.zero_()
            elif isinstance(module, nn.LayerNorm):
                module.reset_parameters()
        # Queries and keys of zeros look everywhere alike; values pass as they are.
        nn.init.eye_(layer.attention.self.value.weight)
        nn.init.eye_(layer.attention.output.dense.weight).mul_(MEAN_SCALE)
        if (pooler := getattr(model.base_model, "pooler", None)) is not None:
            nn.init.eye_(pooler.dense.weight).mul_(POOLER_SCALE)
            pooler.dense.bias.zero_()
    layers.append(layer)
    model.config.num_hidden_layers += 1
    return True

"""The weights a recipe trains: in memory by name, and as the files that are shipped."""

import copy
import json
from pathlib import Path

import torch
from peft import get_peft_model_state_dict
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from playground.recipes.recipe import Recipe

ADAPTER = "adapter_model.safetensors"
HEAD = "head.safetensors"
LABELS = "labels.json"


def trained_weights(model: nn.Module) -> dict[str, Tensor]:
    """Return the weights that the recipe trains, by name, contiguous and on the CPU."""
    return {
        name: weight.detach().cpu().contiguous()
        for name, weight in model.named_parameters()
        if weight.requires_grad
    }


def load_trained(model: nn.Module, weights: dict[str, Tensor]) -> None:
    """Put trained weights back; every trained weight must be there, and nothing else.

    Raises:
        ValueError: the names differ from those the model trains.
    """
    expected = set(trained_weights(model))
    if expected != set(weights):
        raise ValueError(f"weights differ in {sorted(expected ^ set(weights))[:4]}")
    model.load_state_dict(weights, strict=False)


def write_adapter(model: nn.Module, recipe: Recipe, output: Path) -> None:
    """Write the peft adapter, the head in a file of its own, both in fp16, and its labels."""
    output.mkdir(parents=True, exist_ok=True)
    adapter = get_peft_model_state_dict(model)
    save_file(
        {f"base_model.model.{name}": _half(weight) for name, weight in adapter.items()},
        output / ADAPTER,
    )
    head = {name: w for name, w in trained_weights(model).items() if "lora_" not in name}
    save_file({name: _half(weight) for name, weight in head.items()}, output / HEAD)
    config = copy.copy(recipe.lora)
    config.inference_mode = True
    config.save_pretrained(str(output))
    if recipe.labels:
        (output / LABELS).write_text(json.dumps(recipe.labels) + "\n")


def adapter_weights(folder: Path) -> dict[str, Tensor]:
    """Return a written adapter and head as fp32 weights by the names the runner trains."""
    lora = {
        name.removeprefix("base_model.model.").replace(".weight", ".default.weight"): weight.float()
        for name, weight in load_file(folder / ADAPTER).items()
    }
    head = {name: weight.float() for name, weight in load_file(folder / HEAD).items()}
    return lora | head


def _half(weight: Tensor) -> Tensor:
    return weight.detach().cpu().to(torch.float16).contiguous()

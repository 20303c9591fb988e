"""What a recipe is, and what the runner is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peft import LoraConfig
from torch import Tensor, nn
from torch.utils.data import Dataset
from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Warm up, hold, decay to zero; a run that goes on later only raises ``steps``.

    A step takes ``batch_scale`` times the texts and tokens that suit two cores: a GPU is idle else.
    """

    steps: int
    warmup_steps: int
    decay_steps: int
    learning_rate: float
    weight_decay: float
    batch_scale: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What a recipe hands to the runner; ``training`` holds whole batches, in order."""

    model: nn.Module
    tokenizer: PreTrainedTokenizerBase
    training: Dataset[dict[str, Tensor]]
    loss: Callable[[Any, dict[str, Tensor]], Tensor]
    evaluate: Callable[[], dict[str, float]]
    calibrate: Callable[[], dict[str, Any]] | None = None  # once, when training is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one bundled adapter is trained, and what its card says."""

    name: str
    title: str
    task: str
    description: str
    sources: tuple[str, ...]
    limits: tuple[str, ...]
    lora: LoraConfig
    schedule: Schedule
    prepare: Callable[..., Prepared]
    licence: str = "apache-2.0"
    labels: tuple[str, ...] = ()  # of a classification head, in the order of its outputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One training run as it was asked for; ``command`` and ``note`` are for the card."""

    data: Path
    work: Path  # checkpoints; a run that finds some here goes on from the last
    output: Path
    schedule: Schedule
    seed: int
    command: str
    continue_from: Path | None = None  # a finished adapter to start from instead of fresh weights
    average: int = 1  # checkpoints, the last ones, whose mean is the result
    soup: tuple[Path, ...] = ()  # checkpoints of other runs, of whose last the mean is, too
    note: str = ""

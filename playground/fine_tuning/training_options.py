"""What a visitor may choose about the training itself, and what the presets choose."""

from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, Self

from playground.errors import TrainingOptionsError
from playground.fine_tuning.runs.settings import JSON
from playground.fine_tuning.tasks import Task


class Method(StrEnum):
    """Which weights learn."""

    LINEAR_PROBE = "linear probe"
    LORA = "LoRA adapter"
    FULL = "full fine-tuning"


METHODS = {
    Method.LINEAR_PROBE: "Only a new last layer learns, on features computed once: seconds. Choose "
    "it for a first look, or with few examples.",
    Method.LORA: "Small matrices beside the weights learn, and the rest stays: nearly as good as "
    "all weights, in an adapter of a few megabytes. Choose it if in doubt.",
    Method.FULL: "Every weight learns: the most freedom and the most memory. Choose it with "
    "thousands of examples.",
}


class Preset(StrEnum):
    """How much time training may take."""

    QUICK = "quick"
    BALANCED = "balanced"
    THOROUGH = "thorough"


# An epoch of a linear probe takes a tenth of a second: it may have more of them.
PROBE_EPOCHS = 6
EPOCHS = {Preset.QUICK: 1, Preset.BALANCED: 3, Preset.THOROUGH: 8}
LEARNING_RATES = {Method.LINEAR_PROBE: 3e-3, Method.LORA: 1e-3, Method.FULL: 1e-4}
MAX_EPOCHS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """How a run trains; ``RunSettings.options`` holds it as JSON."""

    method: Method = Method.LORA
    epochs: int = 3
    learning_rate: float = LEARNING_RATES[Method.LORA]  # the highest, after warming up
    batch_size: int = 32  # texts a step
    max_tokens: int = 128  # of one text, or pair, special tokens included
    weight_decay: float = 0.01
    warmup_share: float = 0.1  # of all steps
    patience: int = 2  # epochs without a better score before it stops; 0 never stops
    class_weights: bool = False  # whether rare labels count more
    lora_rank: int = 16

    @classmethod
    def preset(cls, method: Method, preset: Preset, *, max_tokens: int = 128) -> Self:
        """Return what ``preset`` chooses for ``method``."""
        times = PROBE_EPOCHS if method is Method.LINEAR_PROBE else 1
        return cls(
            method=method,
            epochs=EPOCHS[preset] * times,
            learning_rate=LEARNING_RATES[method],
            max_tokens=max_tokens,
        )

    @classmethod
    def from_json(cls, values: dict[str, JSON]) -> Self:
        """Return the options in ``values``; keys of other things there are left out."""
        known = {field.name for field in fields(cls)}
        found: dict[str, Any] = {key: value for key, value in values.items() if key in known}
        return replace(cls(**found), method=Method(found.get("method", Method.LORA)))

    def to_json(self) -> dict[str, JSON]:
        """Return what ``from_json`` reads."""
        return asdict(self)

    def require(self, task: Task, most_tokens: int) -> None:
        """Do nothing if a run may train like this; ``most_tokens`` is the cap for one text.

        Raises:
            TrainingOptionsError: a value is out of range, or the method does not fit the task; the
                message names what was found and what is possible.
        """
        ranges: dict[str, tuple[float, float]] = {
            "epochs": (1, MAX_EPOCHS),
            "learning_rate": (1e-7, 1.0),
            "batch_size": (1, 256),
            "max_tokens": (8, most_tokens),
            "weight_decay": (0.0, 1.0),
            "warmup_share": (0.0, 0.9),
            "patience": (0, MAX_EPOCHS),
            "lora_rank": (1, 256),
        }
        for name, (lowest, highest) in ranges.items():
            value = getattr(self, name)
            if not lowest <= value <= highest:  # false for "not a number", too
                raise TrainingOptionsError(
                    f"{name.replace('_', ' ').capitalize()} is {value:g}; it may be from "
                    f"{lowest:g} to {highest:g}."
                )
        if task is Task.ADAPTATION and self.method is Method.LINEAR_PROBE:
            raise TrainingOptionsError(
                "Domain adaptation changes the encoder itself, which a linear probe leaves as it "
                "is. Choose the LoRA adapter or full fine-tuning."
            )
        if task in {Task.ADAPTATION, Task.MULTI_LABEL, Task.ENTITIES} and self.class_weights:
            raise TrainingOptionsError(
                f"Class weights are for tasks with one label a text, and {task} is none. "
                "Switch them off."
            )

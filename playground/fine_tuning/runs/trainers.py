"""Which function trains which task."""

from collections.abc import Callable
from importlib import import_module
from typing import TypeAlias

from playground.errors import RunError
from playground.fine_tuning.runs.settings import JSON
from playground.fine_tuning.runs.training_run import TrainingRun

# Gets its run and returns what belongs into the result, or raises what ``TrainingRun.check`` does.
Trainer: TypeAlias = Callable[[TrainingRun], dict[str, JSON]]

# Each is named "module:function": only a worker imports what needs torch.
FINE_TUNING, LEARNING_CURVE = "fine-tuning", "learning-curve"  # RunSettings.task
TRAINERS: dict[str, str] = {
    FINE_TUNING: "playground.fine_tuning.training.train:train",
    LEARNING_CURVE: "playground.fine_tuning.training.curve:train",
}


def load(task: str) -> Trainer:
    """Return the function that trains ``task``.

    Raises:
        RunError: there is none.
    """
    if task not in TRAINERS:
        raise RunError(f"Nothing here trains the task {task!r}. Start a new run.")
    module, _, function = TRAINERS[task].partition(":")
    trainer: Trainer = getattr(import_module(module), function)
    return trainer

"""What a run shall do, as it is written down once and never changed."""

from dataclasses import dataclass, field
from typing import TypeAlias

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """Settings of one run.

    What every kind of training needs has a name here; what one kind needs, as columns, epochs or
    a learning rate, lies in ``options`` until the training code gives it a field of its own.
    """

    task: str  # the name of a training function in playground/fine_tuning/runs/trainers.py
    base_model: str  # a model id of the catalog
    seed: int = 0
    options: dict[str, JSON] = field(default_factory=dict)  # values that JSON can hold

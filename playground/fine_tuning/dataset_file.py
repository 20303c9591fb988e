"""A data set as the file that a run trains on."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from playground.fine_tuning.dataset import Dataset, Example, Part, Span
from playground.fine_tuning.tasks import Task

NAME = "dataset.json"  # among a run's inputs


def dump(dataset: Dataset) -> bytes:
    """Return ``dataset`` as UTF-8 JSON, which ``load`` reads."""
    value = {
        "task": dataset.task,
        "labels": dataset.labels,
        "notices": dataset.notices,
        "parts": {part: [asdict(one) for one in found] for part, found in dataset.parts.items()},
    }
    return json.dumps(value, ensure_ascii=False).encode()


def load(path: Path) -> Dataset:
    """Return the data set in the file at ``path``."""
    value = json.loads(path.read_bytes())
    return Dataset(
        task=Task(value["task"]),
        labels=tuple(value["labels"]),
        parts={Part(part): tuple(map(_example, found)) for part, found in value["parts"].items()},
        notices=tuple(value["notices"]),
    )


def _example(value: dict[str, Any]) -> Example:
    changed = {
        "labels": tuple(value["labels"]),
        "spans": tuple(Span(**span) for span in value["spans"]),
        "part": Part(value["part"]),
    }
    return Example(**value | changed)

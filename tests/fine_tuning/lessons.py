"""Small data sets that a tiny model can learn, and runs on them."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground.fine_tuning import Dataset, Example, Part, Span, Task, dataset_file
from playground.fine_tuning.runs import trainers
from playground.fine_tuning.runs.run_directory import Facts, RunDirectory
from playground.fine_tuning.runs.settings import JSON, RunSettings
from playground.fine_tuning.runs.training_run import TrainingRun
from playground.fine_tuning.training_options import Method, TrainingOptions
from playground.models import fake

NOUNS = ("train", "cat", "film", "river", "car", "window", "rain", "sun", "room", "table")
VERBS = ("goes", "sleeps", "was", "said", "works", "turned")
ENDS = ("again", "in the kitchen", "on the table", "for three days", "north", "but never dull")
OPTIONS = TrainingOptions(batch_size=8, max_tokens=32, patience=0, lora_rank=8)


def texts(count: int, first: str = "Paris", second: str = "Berlin") -> Iterator[tuple[str, bool]]:
    """Yield sentences with one of two towns in them, and whether it is the first."""
    for number in range(count):
        noun, verb = NOUNS[number % len(NOUNS)], VERBS[number // 2 % len(VERBS)]
        end = ENDS[number * 7 % len(ENDS)]
        town = (first, second)[number % 2]
        yield (
            f"The {noun} {verb} {town} {end}" + " and the air was cool" * (number % 3),
            not number % 2,
        )


def dataset(task: Task, count: int = 96) -> Dataset:
    """Return a data set of ``count`` texts, a third of them to measure on."""
    examples = tuple(_examples(task, count))
    parts = {
        Part.TRAINING: examples[: count * 2 // 3],
        Part.VALIDATION: examples[count * 2 // 3 : count * 5 // 6],
        Part.TEST: examples[count * 5 // 6 :],
    }
    labels = {
        Task.CLASSIFICATION: ("france", "germany"),
        Task.PAIRS: ("france", "germany"),
        Task.MULTI_LABEL: ("france", "germany"),
        Task.ENTITIES: ("CITY", "RIVER"),
        Task.ADAPTATION: (),
    }[task]
    named = {part: tuple(replace(one, part=part) for one in found) for part, found in parts.items()}
    return Dataset(task=task, labels=labels, parts=named)


def _examples(task: Task, count: int) -> Iterator[Example]:
    for number, (text, is_first) in enumerate(texts(count)):
        example = Example(number=number + 2, text=text)
        label = "france" if is_first else "germany"
        if task is Task.CLASSIFICATION:
            yield replace(example, labels=(label,))
        elif task is Task.PAIRS:
            yield replace(example, text="The sun came out", second=text, labels=(label,))
        elif task is Task.MULTI_LABEL:
            both = number % 3 == 0
            more = f"{text}, and {'Berlin' if is_first else 'Paris'} too" if both else text
            labels = ("france", "germany") if both else (label,)
            yield replace(example, text=more, labels=labels)
        elif task is Task.ENTITIES:
            found = f"{text} near old Seine"
            town = "Paris" if is_first else "Berlin"
            spans = [(town, "CITY"), ("old Seine", "RIVER")]
            at = [(found.index(words), words, kind) for words, kind in spans]
            yield replace(
                example,
                text=found,
                spans=tuple(Span(start, start + len(words), kind) for start, words, kind in at),
            )
        else:
            yield example


class Room:
    """A folder with a tiny base model and runs on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.base = "tiny"

    def directory(self, data: Dataset, options: TrainingOptions, base: str = "") -> RunDirectory:
        """Return the folder of a new run."""
        path = self.folder / f"{len(list(self.folder.glob('0*'))):032x}"
        found = RunDirectory(path)
        settings = RunSettings(
            task="fine-tuning",
            base_model=base or f"local/{self.base}",
            seed=3,
            options=options.to_json(),
        )
        facts = Facts(owner="o", submitted=time.time(), settings=settings)
        found.create(facts, "A run", {dataset_file.NAME: dataset_file.dump(data)})
        return found

    def options(self, method: Method, **changes: Any) -> TrainingOptions:
        """Return options by which a tiny model learns."""
        epochs = {Method.LINEAR_PROBE: 25, Method.LORA: 8, Method.FULL: 6}[method]
        rate = {Method.LINEAR_PROBE: 5e-2, Method.LORA: 1e-2, Method.FULL: 5e-3}[method]
        usual = replace(OPTIONS, method=method, learning_rate=rate, epochs=epochs)
        return replace(usual, **changes)

    def train(
        self, directory: RunDirectory, check: Callable[[TrainingRun], None] | None = None
    ) -> dict[str, JSON]:
        """Train the run in ``directory``; ``check`` is called whenever it asks if it may go on."""
        return trainers.load("fine-tuning")(run(directory, check))


class CheckedRun(TrainingRun):
    """A run that calls a test whenever it asks if it may go on."""

    hook: Callable[[TrainingRun], None] | None = None

    def check(self) -> None:
        if self.hook is not None:
            self.hook(self)
        super().check()


def run(directory: RunDirectory, check: Callable[[TrainingRun], None] | None = None) -> TrainingRun:
    facts = directory.facts()
    assert facts is not None
    found = CheckedRun(directory, facts.settings, 600, lambda: None)
    found.hook = check
    return found


def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, family: str = "bert") -> Room:
    """Return a room whose base model is a tiny one of ``family``."""
    models = tmp_path / "models"
    fake.save(family, models / "tiny")
    monkeypatch.setenv("BERT_PLAYGROUND_MODELS_FOLDER", str(models))
    return Room(tmp_path)

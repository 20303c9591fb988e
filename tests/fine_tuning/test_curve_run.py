"""A learning curve as a run of its own, on a tiny model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from playground.errors import TrainingOptionsError
from playground.fine_tuning import Dataset, Span, Task, dataset_file
from playground.fine_tuning.evaluation import learning_curve
from playground.fine_tuning.runs import trainers
from playground.fine_tuning.runs.settings import RunSettings
from playground.fine_tuning.training import curve
from playground.models import catalog, fake
from playground.models.catalog import ModelSpec, Source
from tests.fine_tuning.judged import labelled, tagged

TAGGED = ("the cat sat", (Span(4, 7, "ANIMAL"),)), ("a dog ran", (Span(2, 5, "ANIMAL"),))


class PretendedRun:
    def __init__(self, folder: Path) -> None:
        self.inputs = self.outputs = folder
        self.settings = RunSettings(task="learning-curve", base_model="local/tiny")
        self.phases: list[str] = []
        self.checks = 0

    def record(self, kind: str, **values: Any) -> None:
        self.phases.append(values["name"])

    def check(self) -> None:
        self.checks += 1

    def another(self, run_id: str) -> None:
        """Return no run: the owner has no other."""


@pytest.fixture
def trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Dataset], tuple[PretendedRun, dict[str, Any]]]:
    folder = fake.save("bert", tmp_path / "tiny")
    spec = ModelSpec(
        id="local/tiny",
        title="tiny",
        source=Source.LOCAL,
        task=catalog.Task.FEATURE_EXTRACTION,
        folder=folder,
    )
    monkeypatch.setattr(catalog, "find", lambda *_: spec)

    def run(dataset: Dataset) -> tuple[PretendedRun, dict[str, Any]]:
        made = PretendedRun(tmp_path)
        (tmp_path / dataset_file.NAME).write_bytes(dataset_file.dump(dataset))
        return made, curve.train(cast(Any, made))

    return run


@pytest.mark.parametrize("task", [Task.CLASSIFICATION, Task.PAIRS, Task.MULTI_LABEL])
def test_a_curve_of_labels(
    task: Task, trained: Callable[[Dataset], tuple[PretendedRun, dict[str, Any]]]
) -> None:
    dataset = labelled([("cat",), ("dog",)] * 8, [("cat",), ("dog",)] * 3, task=task)
    run, values = trained(dataset)
    found = learning_curve.load(run.outputs / learning_curve.NAME)
    assert [point.examples for point in found.points[::4]] == [4, 8, 12, 16]
    assert found.validation == 6
    assert all(0 <= point.score <= 1 for point in found.points)
    assert found.score_name == ("micro F1" if task is Task.MULTI_LABEL else "accuracy")
    assert values["task"] == task.value
    assert run.phases == ["reading", "features", "training"]
    assert run.checks > len(found.points)  # a run that is cancelled ends between two probes


def test_a_curve_of_entities(
    trained: Callable[[Dataset], tuple[PretendedRun, dict[str, Any]]],
) -> None:
    run, _ = trained(tagged(list(TAGGED) * 4, list(TAGGED)))
    found = learning_curve.load(run.outputs / learning_curve.NAME)
    assert found.score_name == "strict F1"
    # The very texts were learned, so a probe on all of them finds their entities.
    assert found.points[-1].score == 1.0


def test_adaptation_has_no_curve(
    trained: Callable[[Dataset], tuple[PretendedRun, dict[str, Any]]],
) -> None:
    with pytest.raises(TrainingOptionsError, match="domain adaptation has none"):
        trained(labelled([()] * 4, [()], task=Task.ADAPTATION))


def test_runs_know_the_task() -> None:
    assert trainers.load("learning-curve") is curve.train

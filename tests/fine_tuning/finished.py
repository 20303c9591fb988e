"""Finished runs for tests, as a worker leaves them, without any training."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from playground.fine_tuning import dataset_file
from playground.fine_tuning.dataset import Dataset, Example, Part, Span
from playground.fine_tuning.own_models import ADAPTER, HEADS, MODEL
from playground.fine_tuning.runs.owners import new_owner
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.run_directory import Result
from playground.fine_tuning.runs.settings import JSON, RunSettings
from playground.fine_tuning.runs.state import State
from playground.fine_tuning.runs.store import RunStore
from playground.fine_tuning.tasks import Task
from playground.models import fake
from playground.settings import Settings
from tests.fine_tuning.conftest import PretendedLauncher

TEXT, SECOND = "The river is near the station.", "Rain fell for three days."


@dataclass
class Finisher:
    """A folder of runs, where runs finish at once with a tiny model each."""

    settings: Settings
    models: Path  # for tiny models of each task
    owner: str = field(default_factory=new_owner)

    def __post_init__(self) -> None:
        self.queue = RunQueue(self.settings, PretendedLauncher())
        self.store = RunStore(self.queue)

    def finish(
        self,
        name: str = "tickets",
        task: Task = Task.CLASSIFICATION,
        *,
        owner: str = "",
        base: str = "bundled/trunk",
        model: Path | None = None,
        adapter: Path | None = None,
        **values: JSON,
    ) -> str:
        """Finish a run and return its id."""
        inputs = {dataset_file.NAME: dataset_file.dump(dataset(task))}
        wanted = RunSettings(task="fine-tuning", base_model=base)
        run = self.store.submit(owner or self.owner, wanted, name, inputs)
        directory = self.queue.directory(run.id)
        shutil.copytree(model or self.tiny(task), directory.outputs / MODEL)
        if adapter is not None:
            shutil.copytree(adapter, directory.outputs / ADAPTER)
        found: dict[str, JSON] = {"task": task.value, "score_name": "accuracy", "score": 0.875}
        directory.conclude(Result(outcome=State.FINISHED, values=found | values))
        self.queue.advance()
        return run.id

    def tiny(self, task: Task) -> Path:
        """Return a folder with a tiny model for ``task``."""
        folder = self.models / task.name
        return folder if folder.is_dir() else fake.save("bert", folder, task=HEADS[task])


def dataset(task: Task) -> Dataset:
    """Return a data set of one example, held out."""
    example = Example(
        number=1,
        text=TEXT,
        second=SECOND if task is Task.PAIRS else None,
        labels=("POSITIVE",) if HEADS[task] == HEADS[Task.CLASSIFICATION] else (),
        spans=(Span(4, 9, "LOC"),) if task is Task.ENTITIES else (),
        part=Part.TEST,
    )
    return Dataset(task=task, labels=("POSITIVE",), parts={Part.TEST: (example,)})

"""Mask filling while a run trains in the background, against the same on an idle machine."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.models import ours, text_of
from benchmarks.table import Row, milliseconds
from playground import files, fine_tuning, mask_filling
from playground.fine_tuning import Task, dataset_file
from playground.fine_tuning.runs import owners
from playground.fine_tuning.runs.launcher import LocalLauncher
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.settings import RunSettings
from playground.fine_tuning.runs.state import ENDED
from playground.fine_tuning.runs.store import RunStore
from playground.fine_tuning.runs.trainers import FINE_TUNING
from playground.fine_tuning.training_options import MAX_EPOCHS, Method, TrainingOptions
from playground.models.catalog import ASSETS
from playground.settings import Settings

SAMPLE = ASSETS / "samples/support_tickets.csv"
LENGTHS = (16, 128)  # tokens
LOOK_AGAIN = 0.2  # seconds


def rows() -> Iterator[Row]:
    """Yield the median times of a text beside a full fine-tuning, the hardest neighbour."""
    model = ours()
    texts = [text_of(length) for length in LENGTHS]
    calls = [lambda text=text: mask_filling.fill(text, model=model) for text in texts]
    idle = milliseconds(*calls)
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(Settings.from_environment(), runs_folder=Path(folder))
        store = RunStore(RunQueue(settings, LocalLauncher(settings)))
        owner = owners.new_owner()
        run = store.submit(owner, _settings(), "benchmark", {dataset_file.NAME: tickets()})
        while not any(event["kind"] == "progress" for event in store.events(owner, run.id)):
            time.sleep(LOOK_AGAIN)
        beside = milliseconds(*calls)
        if store.run(owner, run.id).state in ENDED:
            raise AssertionError("training ended before the measurement did")
        store.cancel(owner, run.id)
        while store.run(owner, run.id).state not in ENDED:
            time.sleep(LOOK_AGAIN)
    for length, alone, busy in zip(LENGTHS, idle, beside, strict=True):
        yield Row(
            what=f"a text of {length} tokens while a run trains",
            ours=f"{busy:.1f} ms",
            reference=f"{alone:.1f} ms (idle)",
            ratio=f"{busy / alone:.1f} x",
            bar="at most 2.5 x",
        )


def _settings() -> RunSettings:
    options = TrainingOptions(method=Method.FULL, epochs=MAX_EPOCHS, patience=0)
    return RunSettings(
        task=FINE_TUNING, base_model="bundled/trunk", seed=1, options=options.to_json()
    )


def tickets() -> bytes:
    """Return the sample of support tickets as the data set of a run."""
    table = files.read(SAMPLE.read_bytes(), SAMPLE.name)
    columns = fine_tuning.guess(table, Task.CLASSIFICATION)
    return dataset_file.dump(fine_tuning.check(table, columns, Task.CLASSIFICATION).dataset)

"""How long a run will take on this machine, told before it starts."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from playground.fine_tuning.dataset import Part
from playground.fine_tuning.runs import disk, launcher
from playground.fine_tuning.tasks import Task
from playground.fine_tuning.training_options import Method, TrainingOptions
from playground.models.catalog import ModelSpec
from playground.settings import Settings

MODULE = "playground.fine_tuning.training.speed"
NAME = "speed.json"  # beside the runs
TRUNK_MEGABYTES = 91
BASE_MEGABYTES = 440  # of BERT's base size, taken where a model's size is not known
# Of an encoder's weights the layers do the work, and their share grows with its size: from
# MiniLM to BERT's base size weights grow by 4.8 and the work by 8.
WORK_EXPONENT = 1.3
STEP = 0.004  # seconds that the Trainer takes for a step, besides the model
FIXED = 3.0  # seconds to read the file, write the model, and train the baseline
HEAD = 1.25  # of domain adaptation, whose head multiplies with the whole vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What this machine takes for the trunk, in seconds; see ``training.speed``."""

    start: float  # of a process, until the model is loaded
    update: float  # of the optimizer of full fine-tuning
    lengths: tuple[int, ...]  # tokens of a text
    seconds: Mapping[str, tuple[float, ...]]  # of a text of each length, by method

    def of_text(self, method: Method, tokens: np.ndarray) -> np.ndarray:
        """Return the seconds of a text of so many ``tokens``."""
        lengths, seconds = np.array(self.lengths), np.array(self.seconds[method])
        found: np.ndarray = np.interp(tokens, lengths, seconds)
        slope = (seconds[-1] - seconds[-2]) / (lengths[-1] - lengths[-2])
        return found + np.maximum(tokens - lengths[-1], 0) * slope


def speed(settings: Settings) -> Speed:
    """Return this machine's speed; it is measured once, which takes some ten seconds.

    It is kept beside the runs, for the number of threads that a run has.

    Raises:
        OSError: no process can be started, or it fails.
    """
    return _speed(settings.runs_folder, settings.run_threads, settings)


@lru_cache(4)
def _speed(folder: Path, threads: int, settings: Settings) -> Speed:
    kept = disk.read_json(folder / NAME) or {}
    if kept.get("threads") != threads or kept.get("processors") != os.cpu_count():
        found = subprocess.run(
            [sys.executable, "-m", MODULE],
            cwd=launcher.ROOT,
            env=launcher.environment(os.environ, settings),
            capture_output=True,
            check=False,
        )
        if found.returncode:
            raise OSError(f"The measurement failed: {found.stderr.decode()[-300:]}")
        kept = json.loads(found.stdout) | {"threads": threads, "processors": os.cpu_count()}
        folder.mkdir(parents=True, exist_ok=True)
        disk.write_json(folder / NAME, kept)
    return Speed(
        start=kept["start"],
        update=kept["update"],
        lengths=tuple(kept["lengths"]),
        seconds={method: tuple(times) for method, times in kept["seconds"].items()},
    )


def seconds(
    task: Task,
    options: TrainingOptions,
    tokens: Mapping[Part, Sequence[int]],
    base: ModelSpec,
    speed: Speed,
) -> float:
    """Return the seconds from the start of the process to the report.

    ``tokens`` are the texts' lengths by part, special tokens included. Early stopping is left out:
    the run may take less. Of a base in a file not yet downloaded, the download is left out.
    """
    limited = {
        part: np.minimum(np.array(counts), options.max_tokens) for part, counts in tokens.items()
    }
    work = _work(base) * (HEAD if task is Task.ADAPTATION else 1.0)
    training = limited.pop(Part.TRAINING)
    held_out = [of_part for of_part in limited.values() if len(of_part)]
    reading = sum(float(speed.of_text(Method.LINEAR_PROBE, one).sum()) for one in held_out)
    steps = options.epochs * -(-len(training) // options.batch_size)
    if options.method is Method.LINEAR_PROBE:
        learning = float(speed.of_text(options.method, training).sum()) + reading
    else:
        learning = options.epochs * float(speed.of_text(options.method, training).sum())
        validation = limited.get(Part.VALIDATION, np.zeros(0))
        learning += options.epochs * float(speed.of_text(Method.LINEAR_PROBE, validation).sum())
    update = speed.update if options.method is Method.FULL else 0.0
    return speed.start + FIXED + work * (learning + reading + steps * update) + steps * STEP


def _work(base: ModelSpec) -> float:
    """Return how much more than the trunk ``base`` multiplies for a token, roughly."""
    megabytes = base.megabytes or BASE_MEGABYTES
    return float((megabytes / TRUNK_MEGABYTES) ** WORK_EXPONENT)

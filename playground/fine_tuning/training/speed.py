"""How fast this machine trains the trunk: ``python -m playground.fine_tuning.training.speed``.

A short measurement, printed as JSON. ``playground.fine_tuning.estimate`` starts it as a run is
started: with as many threads, and at the lowest priority.
"""

import json
import sys
import time
from collections.abc import Callable

import psutil
import torch
from torch import Tensor, nn

from playground.fine_tuning.tasks import Task
from playground.fine_tuning.training import methods
from playground.fine_tuning.training.scoring import Objective
from playground.fine_tuning.training.train import is_mixed
from playground.fine_tuning.training_options import Method, TrainingOptions
from playground.models import catalog, loading
from playground.settings import Settings

TEXTS = 8  # of a step
LENGTHS = (16, 64, 160)  # tokens of a text
REPEATS = 3  # the fastest counts: what else the machine does will have changed by then


def measured() -> dict[str, object]:
    """Return seconds: of the process's start, of a text by method and length, of an update.

    Of the linear probe it is reading without gradients. An update is what the optimizer of full
    fine-tuning takes, whatever the batch.
    """
    spec = catalog.find(catalog.TRUNK, catalog.Task.FEATURE_EXTRACTION, Settings())
    head = catalog.Task.TEXT_CLASSIFICATION
    base = loading.load_fresh(spec, Settings(), head, ("no", "yes"))
    start = time.time() - psutil.Process().create_time()
    full = methods.prepared(base.model, TrainingOptions(method=Method.FULL), has_new_head=True)
    mixed = is_mixed(base)
    seconds = {
        Method.LINEAR_PROBE: [_text(full, length, mixed, learns=False) for length in LENGTHS],
        Method.FULL: [_text(full, length, mixed, learns=True) for length in LENGTHS],
    }
    optimizer = torch.optim.AdamW(full.parameters(), lr=0.0, fused=True)
    update = _fastest(optimizer.step)
    optimizer.zero_grad()
    lora = methods.prepared(base.model, TrainingOptions(method=Method.LORA), has_new_head=True)
    seconds[Method.LORA] = [_text(lora, length, mixed, learns=True) for length in LENGTHS]
    return {"start": start, "update": update, "lengths": LENGTHS, "seconds": seconds}


def _text(model: nn.Module, length: int, mixed: bool, *, learns: bool) -> float:
    batch = {
        "input_ids": torch.randint(1_000, 20_000, (TEXTS, length)),
        "attention_mask": torch.ones(TEXTS, length, dtype=torch.long),
    }
    labels = torch.zeros(TEXTS, dtype=torch.long)
    objective = Objective(Task.CLASSIFICATION)

    def step() -> None:
        with torch.set_grad_enabled(learns):
            with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
                output: dict[str, Tensor] = model(**batch)
            if learns:
                objective(output, labels).backward()

    return _fastest(step) / TEXTS


def _fastest(call: Callable[[], object]) -> float:
    call()
    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return min(times)


if __name__ == "__main__":
    json.dump(measured(), sys.stdout)

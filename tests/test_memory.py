"""What a process keeps of the models that it loaded and dropped."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from playground.models.catalog import Task

# Each of two models throws the other out. The first loads also fill what lives as long as the
# process: imported modules, allocators' pools.
LOADS = """
import ctypes, sys
from dataclasses import replace
from pathlib import Path
import psutil
from playground.models.catalog import ModelSpec, Source, Task
from playground.models.engine import Engine
from playground.settings import Settings

task, folder = sys.argv[1:]
engine = Engine(replace(Settings(), max_loaded_models=1))
specs = [
    ModelSpec(id=name, title=name, task=Task(task), source=Source.LOCAL, folder=Path(folder))
    for name in ("one", "other")
]


def loaded(times):
    for turn in range(times):
        engine.model(specs[turn % 2])
    ctypes.CDLL(None).malloc_trim(0)
    return psutil.Process().memory_info().rss


warm = loaded(10)
print((loaded(20) - warm) / 1e6)
"""


@pytest.mark.parametrize("task", [Task.FILL_MASK, Task.TEXT_CLASSIFICATION])
def test_models_leave_nothing_behind(tiny_checkpoint: Callable[..., Path], task: Task) -> None:
    command = [sys.executable, "-c", LOADS, task, str(tiny_checkpoint("bert", task))]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert float(run.stdout) < 40, f"{run.stdout} MB"  # a trace that stays takes 5, a load has two


# Matrix products as the engine's thread has them, of batches of all sizes. A processor without
# bfloat16 instructions would take minutes for them in it, and the engine never asks it to.
SIZES = """
import ctypes
import playground.models
import psutil
import torch
from playground.models.hidden_states import fast_dtype

dtype = fast_dtype(torch.device("cpu"))
weight = torch.randn(1536, 384, dtype=dtype)


def computed(sizes):
    for size in sizes:
        torch.nn.functional.linear(torch.randn(size, 384, dtype=dtype), weight)
    ctypes.CDLL(None).malloc_trim(0)
    return psutil.Process().memory_info().rss


warm = computed(range(1, 201))
print((computed(range(201, 1001)) - warm) / 1e6)
"""


def test_batches_of_all_sizes_leave_nothing_behind() -> None:
    command = [sys.executable, "-c", SIZES]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert float(run.stdout) < 60, f"{run.stdout} MB"  # 220 if PyTorch keeps all

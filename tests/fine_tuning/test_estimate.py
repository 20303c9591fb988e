"""How long a run takes, from a speed that is known."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground.fine_tuning import Part, Task, estimate
from playground.fine_tuning.estimate import Speed
from playground.fine_tuning.training_options import Method, TrainingOptions
from playground.models import catalog
from playground.settings import Settings

TRUNK = catalog.find(catalog.TRUNK, catalog.Task.FEATURE_EXTRACTION, Settings())
SPEED = Speed(
    start=5.0,
    update=0.1,
    lengths=(10, 20, 40),
    seconds={
        Method.LINEAR_PROBE: (0.01, 0.02, 0.04),
        Method.LORA: (0.02, 0.04, 0.08),
        Method.FULL: (0.03, 0.06, 0.12),
    },
)
TOKENS = {Part.TRAINING: [10] * 64, Part.VALIDATION: [20] * 10, Part.TEST: [30] * 10}


def seconds(method: Method, task: Task = Task.CLASSIFICATION, **changes: Any) -> float:
    options = replace(TrainingOptions(method=method, epochs=2), **changes)
    begin = SPEED.start + estimate.FIXED
    return estimate.seconds(task, options, TOKENS, TRUNK, SPEED) - begin


def test_seconds_are_those_of_all_texts() -> None:
    steps = 4 * estimate.STEP  # 64 texts in batches of 32, twice
    report = 10 * 0.02 + 10 * 0.03
    validation = 2 * 10 * 0.02
    assert seconds(Method.LORA) == pytest.approx(2 * 64 * 0.02 + validation + report + steps)
    full = 2 * 64 * 0.03 + validation + report + steps + 4 * 0.1
    assert seconds(Method.FULL) == pytest.approx(full)
    assert seconds(Method.LINEAR_PROBE) == pytest.approx(64 * 0.01 + 2 * report + steps)


def test_texts_count_up_to_the_limit_and_beyond_what_was_measured() -> None:
    cut = {Part.TRAINING: [500] * 32}
    options = TrainingOptions(method=Method.LORA, epochs=1, max_tokens=60)
    found = estimate.seconds(Task.CLASSIFICATION, options, cut, TRUNK, SPEED)
    expected = 32 * 0.12 + estimate.STEP  # the slope goes on
    assert found == pytest.approx(SPEED.start + estimate.FIXED + expected)


def test_larger_models_and_masked_lms_take_longer() -> None:
    large = replace(TRUNK, megabytes=440)
    options = TrainingOptions(epochs=2)
    found = estimate.seconds(Task.CLASSIFICATION, options, TOKENS, large, SPEED)
    begin = SPEED.start + estimate.FIXED
    assert 7 < (found - begin) / seconds(Method.LORA) < 9  # BERT multiplies eight times as much
    assert seconds(Method.LORA, Task.ADAPTATION) > 1.2 * seconds(Method.LORA)


def test_the_speed_is_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []

    def measured(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        calls.append(command)
        found = {"start": 1, "update": 2, "lengths": [1, 2], "seconds": {"LoRA adapter": [3, 4]}}
        return subprocess.CompletedProcess(command, 0, json.dumps(found).encode(), b"")

    monkeypatch.setattr(subprocess, "run", measured)
    settings = Settings(runs_folder=tmp_path / "runs", run_threads=1)
    estimate._speed.cache_clear()

    first = estimate.speed(settings)
    estimate._speed.cache_clear()  # as in another process
    assert estimate.speed(settings) == first
    assert len(calls) == 1
    assert first.seconds == {"LoRA adapter": (3, 4)}
    estimate.speed(replace(settings, run_threads=2))
    assert len(calls) == 2


def test_a_failed_measurement_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, b"", b"no room")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    estimate._speed.cache_clear()
    with pytest.raises(OSError, match="no room"):
        estimate.speed(Settings(runs_folder=tmp_path))

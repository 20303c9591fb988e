"""A run that was stopped goes on as if nothing had happened."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from playground.fine_tuning import Task
from playground.fine_tuning.runs.training_run import Stop, StoppedError, TrainingRun
from playground.fine_tuning.training import sampler, watch
from playground.fine_tuning.training.loop import RunTrainer
from playground.fine_tuning.training_options import Method
from tests.fine_tuning.lessons import Room, dataset, room

STOPPED_AT = 11  # of 16 steps, eight an epoch


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    return room(tmp_path, monkeypatch)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Tensor]:
    """Return a list that fills with the batches of training, in their order."""
    found: list[Tensor] = []
    step = RunTrainer.training_step

    def spied(self: RunTrainer, model: Any, inputs: dict[str, Tensor], *more: Any) -> Tensor:
        found.append(inputs["inputs_embeds" if "inputs_embeds" in inputs else "input_ids"])
        return step(self, model, inputs, *more)

    monkeypatch.setattr(RunTrainer, "training_step", spied)
    return found


def stop_after(seen: list[Tensor], steps: int, reason: Stop) -> Any:
    def check(run: TrainingRun) -> None:
        if len(seen) == steps:
            raise StoppedError(reason)

    return check


@pytest.mark.parametrize("task", [Task.CLASSIFICATION, Task.ENTITIES, Task.ADAPTATION])
@pytest.mark.parametrize("method", list(Method))
def test_a_resumed_run_equals_an_undisturbed_one(
    tiny: Room, seen: list[Tensor], task: Task, method: Method
) -> None:
    if task is Task.ADAPTATION and method is Method.LINEAR_PROBE:
        return
    options = tiny.options(method, epochs=2)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    undisturbed, stopped = (tiny.directory(dataset(task), options) for _ in range(2))
    expected = tiny.train(undisturbed)
    batches = list(seen)
    seen.clear()

    with pytest.raises(StoppedError):
        tiny.train(stopped, stop_after(seen, STOPPED_AT, Stop.TERMINATED))
    last = stopped.last_checkpoint()
    assert last is not None
    assert last.step == STOPPED_AT
    values = tiny.train(stopped)
    torch.set_num_threads(threads)

    assert len(seen) == len(batches) == 16
    assert all(map(torch.equal, seen, batches))
    weights = [load_file(one.outputs / "model/model.safetensors") for one in (undisturbed, stopped)]
    assert weights[0].keys() == weights[1].keys()
    for name, weight in weights[0].items():
        torch.testing.assert_close(weights[1][name], weight, atol=1e-5, rtol=1e-4, msg=name)
    assert values["score"] == pytest.approx(expected["score"], abs=1e-4)
    assert values["best_epoch"] == expected["best_epoch"]


@pytest.mark.parametrize("reason", [Stop.CANCELLED, Stop.TERMINATED])
def test_what_stops_a_run_leaves_the_trainer_with_its_work_kept(
    tiny: Room, seen: list[Tensor], reason: Stop
) -> None:
    directory = tiny.directory(dataset(Task.CLASSIFICATION), tiny.options(Method.LORA))

    with pytest.raises(StoppedError) as stopped:
        tiny.train(directory, stop_after(seen, 3, reason))

    assert stopped.value.reason is reason
    last = directory.last_checkpoint()
    assert last is not None
    assert last.step == 3
    assert not list(directory.outputs.iterdir())


def test_the_best_epoch_is_kept_over_a_stop(
    tiny: Room, seen: list[Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second epoch's steps are so large that they spoil the model."""
    measured: list[float] = []
    evaluate = RunTrainer.evaluate

    def spied(self: RunTrainer, *args: Any, **kwargs: Any) -> dict[str, float]:
        for group in self.optimizer.param_groups:
            group["lr"] = group["initial_lr"] = 1.0
        self.lr_scheduler.base_lrs = [1.0 for _ in self.lr_scheduler.base_lrs]
        found = evaluate(self, *args, **kwargs)
        measured.append(found["eval_score"])
        return found

    monkeypatch.setattr(RunTrainer, "evaluate", spied)
    options = tiny.options(Method.FULL, epochs=3, patience=1, learning_rate=5e-3)
    directory = tiny.directory(dataset(Task.CLASSIFICATION), options)

    with pytest.raises(StoppedError):
        tiny.train(directory, stop_after(seen, STOPPED_AT, Stop.CANCELLED))
    values = tiny.train(directory)

    assert len(measured) == 2  # patience ends the run after one epoch that is no better
    assert measured[0] > measured[1]
    assert values["best_epoch"] == 1.0
    validation = [event for event in directory.events() if event["kind"] == "validation"]
    assert [event["score"] for event in validation] == measured


def test_events_tell_how_far_training_is(
    tiny: Room, seen: list[Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LOG_SECONDS", 0.0)
    directory = tiny.directory(dataset(Task.CLASSIFICATION), tiny.options(Method.FULL, epochs=2))

    tiny.train(directory)

    events = directory.events()
    assert [e["name"] for e in events if e["kind"] == "phase"][:2] == ["reading", "training"]
    progress = [event for event in events if event["kind"] == "progress"]
    assert [event["step"] for event in progress] == list(range(1, 17))
    assert {event["steps"] for event in progress} == {16}
    assert progress[7]["epoch"] == 1.0
    assert progress[-1]["seconds_left"] == 0.0
    assert progress[0]["memory_mb"] > 100
    assert 0 < progress[-1]["loss"] < progress[0]["loss"]
    assert [e["epoch"] for e in events if e["kind"] == "validation"] == [1.0, 2.0]


def test_the_order_is_of_seed_and_epoch_alone() -> None:
    lengths = [5 + number * 7 % 40 for number in range(200)]

    def order(seed: int, epoch: int) -> list[int]:
        return list(sampler.SeededBatches(lengths, 8, seed, lambda: epoch))

    torch.manual_seed(1)
    first = order(0, 0)
    torch.manual_seed(2)
    assert order(0, 0) == first
    assert order(0, 1) != first
    assert order(1, 0) != first
    assert sorted(first) == list(range(200))
    spread = [
        max(lengths[n] for n in batch) - min(lengths[n] for n in batch)
        for batch in (first[begin : begin + 8] for begin in range(0, 200, 8))
    ]
    assert sum(spread) < 300  # at random it is some 800

"""A training function that is quick: it adds up its steps, and goes on from its checkpoints."""

import json
import time

from playground.fine_tuning.runs.settings import JSON
from playground.fine_tuning.runs.training_run import TrainingRun


def train(run: TrainingRun) -> dict[str, JSON]:
    """Return the sum of 1 to ``steps``, in as many steps and with a checkpoint every fifth.

    With ``watched`` it records what the page that watches shows.
    """
    last = run.last_checkpoint()
    total = json.loads((last.path / "total.json").read_text()) if last else 0
    for step in range(1 + (last.step if last else 0), _number(run, "steps", 10) + 1):
        total += step
        time.sleep(_number(run, "milliseconds", 0) / 1000)
        print("x" * _number(run, "chatter", 0))  # noqa: T201
        run.record("step", step=step)
        if run.settings.options.get("watched"):
            _tell(run, step)
        if step == run.settings.options.get("fails_at"):
            raise ZeroDivisionError("on purpose")
        if not run.settings.options.get("deaf"):
            run.check()
        if step % 5 == 0:
            with run.checkpoint(step) as folder:
                (folder / "total.json").write_text(json.dumps(total))
                (folder / "weights").write_bytes(b"w" * _number(run, "weights", 0))
    (run.outputs / "model.txt").write_text(str(total))
    if run.settings.options.get("returns_a_set"):
        return {"total": {total}}  # type: ignore[dict-item]
    return {"total": total}


def _tell(run: TrainingRun, step: int) -> None:
    steps = _number(run, "steps", 10)
    run.record("phase", name="training")
    run.record(
        "progress",
        step=step,
        steps=steps,
        epoch=2 * step / steps,
        epochs=2,
        loss=1 / step,
        learning_rate=1e-3,
        examples_per_second=100.0,
        seconds_left=float(steps - step),
        memory_mb=50.0,
    )


def _number(run: TrainingRun, name: str, default: int) -> int:
    value = run.settings.options.get(name, default)
    assert isinstance(value, int)
    return value

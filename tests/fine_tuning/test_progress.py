"""What the events of a run add up to."""

import math
from typing import Any

import pytest

from playground.fine_tuning.runs.log_text import readable
from playground.fine_tuning.runs.progress import Loss, Progress, follow, thinned

Event = dict[str, Any]


def started(step: int) -> Event:
    return {"time": 1.0, "kind": "started", "step": step}


def trained(step: int, loss: float = 0.5) -> Event:
    figures = {
        "steps": 100,
        "epoch": step / 50,
        "epochs": 2,
        "learning_rate": 1e-3,
        "examples_per_second": 80.0,
        "seconds_left": 100.0 - step,
        "memory_mb": 700.0,
    }
    return {"time": 10.0 + step, "kind": "progress", "step": step, "loss": loss} | figures


def validated(step: int, score: float, name: str = "accuracy") -> Event:
    figures = {"epoch": step / 50, "loss": 0.4, "score": score, "score_name": name}
    return {"time": 10.0 + step, "kind": "validation", "step": step} | figures


def phase(name: str) -> Event:
    return {"time": 1.0, "kind": "phase", "name": name}


def steps(progress: Progress) -> list[int]:
    return [point.step for point in progress.losses]


def test_no_events_are_no_progress() -> None:
    assert follow([]) == Progress()
    assert Progress().best is None


def test_a_run_that_trains() -> None:
    found = follow(
        [
            *(started(0), phase("reading"), phase("training")),
            *(trained(10, 0.9), validated(10, 0.6)),
            *(trained(20, 0.7), validated(20, 0.8), trained(30, 0.6)),
        ]
    )
    assert found.phase == "training"
    assert found.now is not None
    assert (found.now.step, found.now.steps, found.now.epoch, found.now.epochs) == (30, 100, 0.6, 2)
    assert (found.now.seconds_left, found.now.time) == (70.0, 40.0)
    assert [(point.step, point.loss) for point in found.losses] == [(10, 0.9), (20, 0.7), (30, 0.6)]
    assert [point.score for point in found.validations] == [0.6, 0.8]
    assert found.best == found.validations[1]
    assert found.resumed == ()


def test_what_a_resumed_run_trained_again_counts_once_and_as_it_was_last() -> None:
    first = [started(0), trained(10, 0.9), trained(20, 0.8), validated(20, 0.5), trained(30, 0.7)]
    again = [started(20), trained(25, 0.65), trained(30, 0.6), validated(30, 0.7)]
    found = follow([*first, validated(30, 0.9), *again])
    assert [(point.step, point.loss) for point in found.losses] == [
        (10, 0.9), (20, 0.8), (25, 0.65), (30, 0.6),
    ]  # fmt: skip
    assert [(point.step, point.score) for point in found.validations] == [(20, 0.5), (30, 0.7)]
    assert found.resumed == (20,)


def test_a_run_killed_before_its_first_checkpoint_starts_over() -> None:
    found = follow([started(0), trained(10), validated(10, 0.5), trained(20), started(0)])
    assert found == Progress()
    assert steps(follow([started(0), trained(10), started(0), trained(5)])) == [5]


def test_right_after_its_restart_a_run_has_old_curves_and_no_figures_of_now() -> None:
    found = follow([started(0), phase("training"), trained(10), trained(20), started(20)])
    assert steps(found) == [10, 20]
    assert (found.phase, found.now) == (None, None)


def test_a_step_that_is_measured_twice_counts_as_it_was_last() -> None:
    found = follow([started(0), validated(10, 0.5), validated(10, 0.6), trained(10), trained(10)])
    assert [point.score for point in found.validations] == [0.6]
    assert steps(found) == [10]


def test_an_ended_run_is_in_no_phase() -> None:
    ended = {"time": 9.0, "kind": "ended", "outcome": "finished", "message": ""}
    found = follow([started(0), phase("saving"), trained(10), ended])
    assert found.phase is None
    assert found.now is not None


def test_of_perplexities_the_lowest_is_the_best_and_the_first_of_equals() -> None:
    points = [validated(10, 30.0, "perplexity"), validated(20, 20.0, "perplexity")]
    found = follow([*points, validated(30, 20.0, "perplexity")])
    assert found.best is not None
    assert found.best.step == 20


def test_unknown_and_incomplete_events_are_left_out() -> None:
    strange: list[Event] = [{"kind": "step", "step": 1}, {"kind": "progress"}, {"kind": "started"}]
    strange += [{"kind": "validation", "step": 5}, {"kind": "phase"}, {"kind": "checkpoint"}]
    assert follow(strange) == Progress()
    assert steps(follow([trained(10), *strange, trained(20)])) == [10, 20]


def losses(values: list[float]) -> list[Loss]:
    return [Loss(step=n, epoch=n / 100, loss=value) for n, value in enumerate(values)]


def test_short_curves_stay_as_they_are() -> None:
    points = losses([0.5, 0.4, 0.3])
    assert thinned(points, 3) == points


def test_thinned_curves_keep_spikes_ends_and_order() -> None:
    values = [math.sin(n / 500) for n in range(10_000)]
    values[4_321], values[7_654] = 9.0, -9.0
    points = losses(values)
    found = thinned(points, 100)
    assert len(found) <= 101
    assert points[4_321] in found
    assert points[7_654] in found
    assert found[-1] == points[-1]
    assert [point.step for point in found] == sorted({point.step for point in found})


def test_a_loss_that_is_no_number_thins_as_well() -> None:
    found = thinned(losses([math.nan] * 1_000), 100)
    assert 50 <= len(found) <= 101


@pytest.mark.parametrize(
    ("log", "shown"),
    [
        ("", ""),
        ("one\ntwo\n", "one\ntwo"),
        ("  0%\r 50%\r100%\nsaved\n", "100%\nsaved"),
        ("epoch 1\r\nepoch 2\r\n", "epoch 1\nepoch 2"),
        ("\x1b[31mred\x1b[0m \x1b[1;32mgreen\x1b[K", "red green"),
        ("\x1b]0;title\x07text", "text"),
        ("bell\x07 null\x00 tab\tend", "bell null tab\tend"),
        ("<script>alert(1)</script> **bold**", "<script>alert(1)</script> **bold**"),
        ("a" * 60, "a" * 39 + "…"),
    ],
)
def test_logs_read_as_in_a_terminal(log: str, shown: str) -> None:
    assert readable(log, lines=10, width=40) == shown


def test_the_last_lines_of_a_log_are_shown() -> None:
    assert readable("\n".join(map(str, range(100))), lines=3, width=20) == "97\n98\n99"

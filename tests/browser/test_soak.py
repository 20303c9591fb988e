"""A minute of random walks; and a walk on which something goes wrong is a failed one."""

import re
import subprocess
import sys

import pytest

from benchmarks.soak import Soak, report
from tests.browser.conftest import ROOT


def soaked(answers: list[int], errors: list[str]) -> Soak:
    # Warm after 30 % of 10 minutes; from then on 2 MB a minute.
    megabytes = [500.0, 800.0, *(900.0 + 2 * minute for minute in range(4, 11))]
    return Soak(
        answers=answers,
        errors=errors,
        minutes=[0, 2, *range(4, 11)],
        megabytes=megabytes,
        alone=[0.4, 0.5, 0.6],
        # 9.0 s fell into the warm-up; of 1.00, 1.05 … 2.00 s nineteen in twenty are below 1.95 s.
        beside=[(3.0, 9.0), *((5.0, 1 + step / 20) for step in range(21))],
    )


def test_memory_answers_and_bars_are_told() -> None:
    assert report(soaked([3, 5], [])).splitlines() == [
        "answers: 8; of each visitor 3 to 5",
        "resident memory: 500 MB at the start, 908 MB after the warm-up, 920 MB at the end, "
        "+2.0 MB a minute since the warm-up",
        "mask filling: median 0.50 s alone, 95th percentile 1.95 s beside all others, of 22",
        "met: no error: 0",
        "met: memory grows by at most 5% after the warm-up: +1.3%",  # 6 minutes of 2 MB on 908 MB
        "met: 95th percentile of mask filling under 5 x its median alone: 3.9 x",
    ]


def test_bars_that_are_missed_are_named() -> None:
    found = soaked([3, 5], ["Traceback"])
    found.megabytes = [500.0, 800.0, *(900.0 + 20 * minute for minute in range(4, 11))]
    found.alone = [0.3]
    assert report(found).splitlines()[3:] == [
        "NOT MET: no error: 1",
        "NOT MET: memory grows by at most 5% after the warm-up: +12.2%",  # 120 MB on 980 MB
        "NOT MET: 95th percentile of mask filling under 5 x its median alone: 6.5 x",
        "Traceback",
    ]


def test_without_a_timed_answer_the_bar_of_mask_filling_is_missed() -> None:
    found = soaked([3, 5], [])
    found.beside = [(3.0, 0.1)]
    assert [met for met, _ in found.bars()] == [True, True, False]


@pytest.mark.parametrize(
    ("answers", "errors", "failed"),
    [([3, 5], [], False), ([3, 0], [], True), ([3, 5], ["Traceback"], True)],
)
def test_an_error_or_a_visitor_without_an_answer_fails(
    answers: list[int], errors: list[str], failed: bool
) -> None:
    found = soaked(answers, errors)
    assert found.failed() is failed
    assert report(found).splitlines()[6:] == errors


@pytest.mark.weights
@pytest.mark.parametrize(
    "options", [["--minutes=1", "--visitors=4"], ["--minutes=0.3", "--visitors=2", "--browsers"]]
)
def test_random_walks_meet_no_error(chromium: str, options: list[str]) -> None:
    command = [sys.executable, "-m", "benchmarks", "soak", *options]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "met: no error: 0" in run.stdout
    assert re.search(r"of each visitor [1-9]", run.stdout)

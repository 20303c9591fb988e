"""The code that visitors take along, run as they would run it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# Runs many scripts in one process: starting PyTorch takes longer than any of them.
_RUN_ALL = """\
import contextlib, io, json, sys
outputs = []
for code in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as output:
        exec(code, {})
    outputs.append(output.getvalue())
json.dump(outputs, sys.stdout)
"""
OFFLINE = {"HF_HUB_OFFLINE": "1"}

Numbered = tuple[float | None, str]  # of a line that is printed: a number in front, and the words


def run(codes: list[str], folder: Path, environment: dict[str, str] = OFFLINE) -> list[str]:
    """Run scripts in ``folder``; return what each prints."""
    result = subprocess.run(
        [sys.executable, "-c", _RUN_ALL],
        input=json.dumps(codes),
        cwd=folder,
        env=os.environ | {"PYTHONUTF8": "1"} | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return list(json.loads(result.stdout))


def run_numbered(codes: list[str], folder: Path) -> list[list[Numbered]]:
    """Run scripts in ``folder``; return the lines of each."""
    return [[_numbered(line) for line in output.splitlines()] for output in run(codes, folder)]


def _numbered(line: str) -> Numbered:
    number, _, words = line.partition("  ")
    try:
        return float(number), words
    except ValueError:
        return None, line


def assert_same(printed: list[Numbered], shown: list[Numbered], tolerance: float = 2e-3) -> None:
    """Compare words exactly, and numbers within ``tolerance``."""
    assert [words for _, words in printed] == [words for _, words in shown]
    for (number, _), (expected, words) in zip(printed, shown, strict=True):
        assert (number is None) == (expected is None)
        assert number == pytest.approx(expected, abs=tolerance), words

"""The code that visitors take along, run as they would run it."""

import io
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Each run has a process of its own, which begins where these were imported: that takes longer than
# most scripts. What reads the environment when it is imported is not among them.
_PROCESSES = get_context("forkserver")
_PROCESSES.set_forkserver_preload(["torch", "torch._dynamo", "scipy.optimize", "sklearn.metrics"])
_SECONDS = 300
OFFLINE = {"HF_HUB_OFFLINE": "1"}

Numbered = tuple[float | None, str]  # of a line that is printed: a number in front, and the words


def run(codes: list[str], folder: Path, environment: dict[str, str] = OFFLINE) -> list[str]:
    """Run scripts in ``folder``, without this project's modules; return what each prints."""
    with pytest.MonkeyPatch.context() as patch, ProcessPoolExecutor(1, _PROCESSES) as process:
        # AppTest leaves a page as the main module, and a new process would begin by running that.
        patch.setitem(sys.modules, "__main__", ModuleType("__main__"))
        return process.submit(_run_all, codes, folder, environment).result(_SECONDS)


def _run_all(codes: list[str], folder: Path, environment: dict[str, str]) -> list[str]:
    os.environ |= environment
    os.chdir(folder)
    sys.path = [path for path in sys.path if Path(path).resolve() != ROOT]
    sys.path.insert(0, "")
    outputs = []
    for code in codes:
        with redirect_stdout(io.StringIO()) as output:
            exec(code, {})
        outputs.append(output.getvalue())
    return outputs


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

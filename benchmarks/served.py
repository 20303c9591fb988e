"""The app in a process of its own, and the browser that visits it."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
ROOT = Path(__file__).resolve().parents[1]
LOWEST_PRIORITY = 19
PATIENCE = 120.0  # seconds until something that never comes counts as a failure
# Of a page in the browser: its script has ended, and nothing of an earlier run is left.
SETTLED = """() => {
  const app = document.querySelector("[data-testid=stApp]");
  return app?.dataset.testScriptState === "notRunning"
    && document.querySelector("[data-testid=stMain] h1")
    && !document.querySelector("[data-testid=stMain] [data-stale=true]");
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running app: where it answers, its process, what that prints and when it was started."""

    url: str
    process: subprocess.Popen
    counters: Path
    log: Path
    started: float
    answered: float

    def engine_counters(self) -> dict[str, float]:
        """Return the engine's counters as of the last tenth of a second; empty before it loads."""
        return json.loads(self.counters.read_text() or "{}")

    def resident_megabytes(self) -> float:
        """Return the resident memory of the app's process."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) * 1024 / 1e6

    def has_loaded_torch(self) -> bool:
        """Tell whether PyTorch's library is mapped into the app's process."""
        return "libtorch" in Path(f"/proc/{self.process.pid}/maps").read_text()


@contextmanager
def app(answers: str = "engine", environment: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Start the app on a free port, wait until it answers, stop it at the end.

    ``answers`` are those of the ``engine``, or of transformers' ``pipeline`` for comparison.
    ``environment`` is added to this process's own.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        counters = Path(folder) / "counters.json"
        counters.touch()
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.counted_app", str(counters), str(port), answers],
            cwd=ROOT,
            env={**os.environ, "STREAMLIT_SERVER_HEADLESS": "true", **(environment or {})},
            stdout=(Path(folder) / "log").open("w"),
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            answered = _wait_until_it_answers(url, process)
            yield Served(
                url=url,
                process=process,
                counters=counters,
                log=Path(folder) / "log",
                started=started,
                answered=answered,
            )
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


def stand_aside(program: str) -> None:
    """Give every thread of ``program`` below this process, and its session, the lowest priority.

    What these start later inherits it.
    """
    name = Path(program).name
    for child in psutil.Process().children(recursive=True):
        process = Path(f"/proc/{child.pid}")
        try:
            if name not in (process / "cmdline").read_bytes().decode(errors="replace"):
                continue
            # Linux shares the processor among sessions first, and Chromium has one of its own.
            (process / "autogroup").write_text(str(LOWEST_PRIORITY))
            for thread in (process / "task").iterdir():
                os.setpriority(os.PRIO_PROCESS, int(thread.name), LOWEST_PRIORITY)
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile


def _wait_until_it_answers(url: str, process: subprocess.Popen) -> float:
    deadline = time.perf_counter() + PATIENCE
    while time.perf_counter() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return time.perf_counter()
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise RuntimeError("the app did not answer")

"""A server without pages: ``python -m tests.fine_tuning.fake_server OWNER RUNS WATCH``.

It submits as many runs, and then looks after the queue for as many seconds.
"""

import sys
import time

from playground.fine_tuning.runs import queue
from playground.fine_tuning.runs.launcher import LocalLauncher
from playground.fine_tuning.runs.settings import JSON, RunSettings
from playground.fine_tuning.runs.store import RunStore
from playground.settings import Settings
from tests.fine_tuning.fake_worker import MODULE

# Some 600 kB of log: a pipe that nobody reads would take a tenth of it.
OPTIONS: dict[str, JSON] = {"steps": 30, "milliseconds": 10, "chatter": 20_000}

if __name__ == "__main__":
    owner, runs, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    queue.WATCH_SECONDS = 0.1
    settings = Settings.from_environment()
    all_runs = queue.RunQueue(settings, LocalLauncher(settings, MODULE))
    print("ready", flush=True)  # noqa: T201
    all_runs.watch()
    for number in range(runs):
        wanted = RunSettings(task="fake", base_model="m", options=OPTIONS)
        RunStore(all_runs).submit(owner, wanted, f"run {number}", {})
    time.sleep(seconds)

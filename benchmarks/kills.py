"""Real training runs, killed with SIGKILL at random moments: worker, server, or both.

Each round a server of its own starts the same run; at a random moment one of the two, or both, are
killed. What the run's owner sees then has to be true, the run has to end after one click on
"Resume", and after each epoch it has to stand where a run stood that nobody disturbed.
``KILL_SEED`` chooses other moments.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from benchmarks.beside_training import tickets
from benchmarks.table import Row
from playground.fine_tuning import dataset_file
from playground.fine_tuning.runs import owners
from playground.fine_tuning.runs.identity import Identity
from playground.fine_tuning.runs.launcher import ROOT, LocalLauncher
from playground.fine_tuning.runs.progress import follow
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.settings import RunSettings
from playground.fine_tuning.runs.state import ACTIVE, State
from playground.fine_tuning.runs.store import Run, RunStore
from playground.fine_tuning.runs.trainers import FINE_TUNING
from playground.fine_tuning.training_options import Method, TrainingOptions
from playground.models.catalog import TRUNK
from playground.settings import PREFIX, Settings

ROUNDS = 20
VICTIMS = ("worker", "server", "both")
EPOCHS = 4
LONGEST = 600.0  # seconds until a run must have ended
LOOK_AGAIN = 0.2  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run went: its loss on the validation part by step, once an epoch, and its score."""

    losses: dict[int, float]
    score: float


def rows() -> Iterator[Row]:
    """Yield what came of the rounds, against a run that nobody disturbed."""
    with tempfile.TemporaryDirectory() as folder:
        # Servers and workers read them, too. All runs are kept: more than a visitor may have.
        os.environ |= {f"{PREFIX}RUNS_FOLDER": folder, f"{PREFIX}MAX_OWNER_DISK_MB": "10000"}
        settings = Settings.from_environment()
        store = RunStore(RunQueue(settings, LocalLauncher(settings)))
        owner = owners.new_owner()
        begin = time.monotonic()
        whole = ended(store, owner, submit(store, owner).id)
        seconds = time.monotonic() - begin
        moments = random.Random(int(os.environ.get("KILL_SEED", "0")))
        seen: Counter[str] = Counter()
        worst, scores = 0.0, set()
        for number in range(ROUNDS):
            victim = VICTIMS[number % len(VICTIMS)]
            state = killed(store, owner, settings, victim, moments.uniform(0, seconds))
            seen[f"{victim}: {state}"] += 1
            found = ended(store, owner, store.runs(owner)[0].id)
            assert found.losses.keys() == whole.losses.keys()
            worst = max(
                [worst, *(abs(found.losses[step] - loss) for step, loss in whole.losses.items())]
            )
            scores.add(found.score)
        finished = sum(run.state is State.FINISHED for run in store.runs(owner))
    yield Row(
        what=f"runs finished after {ROUNDS} kills",
        ours=f"{finished - 1} of {ROUNDS}",
        reference=f"undisturbed {seconds:.0f} s",
        bar="all",
    )
    yield Row(
        what="what their owner saw after the kill",
        ours=", ".join(f"{what} {count} x" for what, count in sorted(seen.items())),
    )
    yield Row(
        what="largest difference of the validation loss after an epoch",
        ours=f"{worst:.1e}",
        bar="the same data order",
    )
    yield Row(
        what="scores",
        ours=", ".join(f"{score:.3f}" for score in sorted(scores)),
        reference=f"{whole.score:.3f} (undisturbed)",
        bar="within noise",
    )


def submit(store: RunStore, owner: str) -> Run:
    """Start a run on the sample of support tickets."""
    options = TrainingOptions(method=Method.LORA, epochs=EPOCHS, patience=0)
    wanted = RunSettings(task=FINE_TUNING, base_model=TRUNK, seed=1, options=options.to_json())
    return store.submit(owner, wanted, "killed", {dataset_file.NAME: tickets()})


def killed(store: RunStore, owner: str, settings: Settings, victim: str, moment: float) -> State:
    """Let a server start a run, kill the victim after ``moment`` seconds; return what is seen."""
    command = [sys.executable, "-m", __name__, owner]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        run_id = server.stdout.readline().decode().strip()
        time.sleep(moment)
        if victim != "worker":
            server.kill()
        if victim != "server":
            kill_worker(settings, run_id)
        state = seen(store, owner, settings, run_id)
        server.kill()
    return state


def kill_worker(settings: Settings, run_id: str) -> None:
    """Kill the process of a run, if it has one."""
    handle = RunQueue(settings, LocalLauncher(settings)).directory(run_id).handle()
    identity = Identity.from_handle(handle or "")
    process = identity.process() if identity else None
    with suppress(ProcessLookupError):
        if process is not None:
            os.kill(process.pid, signal.SIGKILL)
            process.wait(LONGEST)


def seen(store: RunStore, owner: str, settings: Settings, run_id: str) -> State:
    """Return the state that the owner sees; what stands as running has to have a process."""
    run = store.run(owner, run_id)
    directory = RunQueue(settings, LocalLauncher(settings)).directory(run_id)
    if run.state in ACTIVE and directory.result() is None:
        identity = Identity.from_handle(directory.handle() or "")
        assert identity is not None
        assert identity.process() is not None or store.run(owner, run_id).state not in ACTIVE
    return run.state


def ended(store: RunStore, owner: str, run_id: str) -> Ended:
    """Resume a run that was interrupted, wait for its end, and return how it went."""
    last = time.monotonic() + LONGEST
    while (run := store.run(owner, run_id)).state is not State.FINISHED:
        assert time.monotonic() < last, run
        assert run.state is not State.FAILED, run.message
        if run.state is State.INTERRUPTED:
            store.resume(owner, run_id)
        time.sleep(LOOK_AGAIN)
    found = follow(store.events(owner, run_id))
    return Ended(
        losses={point.step: point.loss for point in found.validations},
        score=float(str(run.values["score"])),
    )


if __name__ == "__main__":
    queue = RunQueue(Settings.from_environment(), LocalLauncher(Settings.from_environment()))
    queue.watch()
    print(submit(RunStore(queue), sys.argv[1]).id, flush=True)
    time.sleep(LONGEST)

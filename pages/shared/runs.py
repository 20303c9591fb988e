"""The runs as the app reaches them: one store a process, whose queue is looked after."""

import threading
from functools import cache

from pages.shared import cache as shared
from playground.fine_tuning.runs.launcher import LocalLauncher
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.store import RunStore

_one_at_a_time = threading.Lock()  # or two first visitors would make a store each


def store() -> RunStore:
    """Return the process's runs; from the first call on a thread keeps their queue moving.

    The thread ends with the process. Runs do not: they have processes of their own, and the last of
    them starts the next one that waits.
    """
    with _one_at_a_time:
        return only_store()


@cache
def only_store() -> RunStore:
    """Make the store; ``store`` is what pages call."""
    settings = shared.settings()
    queue = RunQueue(settings, LocalLauncher(settings))
    queue.watch()
    return RunStore(queue)


def look_after() -> None:
    """Keep the queue moving from the server's start on: after a restart nobody may come for long.

    In a thread of its own, so that a disk that cannot be written costs the runs and not the app.
    """
    threading.Thread(target=store, name="runs-start", daemon=True).start()

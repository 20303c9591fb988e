"""The runs as the app reaches them: one store a process, whose queue is looked after."""

import logging
import threading
from functools import cache

from pages.shared import cache as shared
from playground.errors import StorageError
from playground.fine_tuning.runs import launcher, storage
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.store import RunStore
from playground.settings import SQLITE

logger = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()  # or two first visitors would make a store each


def store() -> RunStore:
    """Return the process's runs; from the first call on a thread keeps their queue moving.

    The thread ends with the process. Runs do not: they have processes of their own, and the last of
    them starts the next one that waits.

    Raises:
        StorageError: their folder, or the database for their index, cannot be used; the next call
            tries again.
    """
    with _one_at_a_time:
        made = only_store()
    storage.check(shared.settings().runs_folder)
    return made


@cache
def only_store() -> RunStore:
    """Make the store; ``store`` is what pages call."""
    settings = shared.settings()
    storage.probe(settings.runs_folder, has_index=settings.database == SQLITE)
    queue = RunQueue(settings, launcher.configured(settings))
    queue.watch()
    return RunStore(queue)


def look_after() -> None:
    """Keep the queue moving from the server's start on: after a restart nobody may come for long.

    In a thread of its own: on a slow disk it takes a while.
    """
    threading.Thread(target=_look_after, name="runs-start", daemon=True).start()


def _look_after() -> None:
    try:
        store()
    except StorageError as error:
        logger.warning("%s", error)  # visitors hear it where they need the runs

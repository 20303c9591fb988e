"""The caps on runs; each message names the cap and how to go on."""

from collections.abc import Iterable
from pathlib import Path

from playground.errors import RunLimitError
from playground.fine_tuning.runs import disk, storage
from playground.fine_tuning.runs.index import Transaction
from playground.fine_tuning.runs.state import State
from playground.settings import MEGABYTE, Settings


def check_pending(index: Transaction, owner: str, settings: Settings) -> None:
    """Check that one more run may wait.

    Raises:
        RunLimitError: the owner's runs or those of all that wait are as many as may.
    """
    waiting = index.entries(states=frozenset({State.QUEUED}))
    own = sum(entry.owner == owner for entry in waiting)
    if own >= settings.max_owner_pending_runs:
        raise RunLimitError(
            f"{own} of your runs wait already, and {settings.max_owner_pending_runs} may. "
            "Cancel one of them, or come back when one has started."
        )
    if len(waiting) >= settings.max_pending_runs:
        raise RunLimitError(
            f"{len(waiting)} runs wait already, and {settings.max_pending_runs} may. "
            "Come back when one of them has started."
        )


def check_disk(folder: Path, own_runs: Iterable[str], settings: Settings, extra: int = 0) -> None:
    """Check that the runs below ``folder`` and ``extra`` bytes more stay within the disk caps.

    ``own_runs`` are the ids of the runs of the owner who needs the disk.

    Raises:
        RunLimitError: the owner's runs or those of all would take more.
        StorageError: the disk itself has not that much left.
    """
    storage.check_free(folder, extra)
    own = sum(disk.size(folder / run_id) for run_id in own_runs)
    if extra + own > settings.max_owner_disk_mb * MEGABYTE:
        raise RunLimitError(
            f"Your runs would take over {settings.max_owner_disk_mb:,} MB of disk, the cap for one "
            "visitor. Delete one of them and try again."
        )
    if extra + disk.size(folder) > settings.max_runs_disk_mb * MEGABYTE:
        raise RunLimitError(
            f"All runs together would take over {settings.max_runs_disk_mb:,} MB of disk, the cap "
            "of this app. Delete runs that you no longer need, or come back later: each is removed "
            f"{settings.run_retention_days} days after its end."
        )

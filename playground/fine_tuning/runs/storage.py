"""Whether the folder for runs does what runs rely on, and whether it outlives a restart."""

import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Mapping
from pathlib import Path

from playground.errors import StorageError
from playground.fine_tuning.runs import disk
from playground.settings import MEGABYTE, PREFIX, RunsKept, Settings

MIN_FREE_MB = 100  # below that a checkpoint may not fit
logger = logging.getLogger(__name__)


def is_kept(settings: Settings, environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether runs are still there after a restart of the machine or container.

    Where the settings leave it open they are, except on a Hugging Face Space: its disk is new after
    each start, and a bucket at /data is no disk for SQLite and checkpoints.
    """
    if settings.runs_kept is RunsKept.AUTO:
        return "SPACE_ID" not in environment
    return settings.runs_kept is RunsKept.TRUE


def probe(folder: Path, *, has_index: bool = True) -> None:
    """Try in ``folder``, which is made, what runs do there: write, sync, replace.

    Where it ``has_index``, in SQLite, locks are tried, too, which not every network's disk has.

    Raises:
        StorageError: something of it fails, or there is hardly any room; the log has the details.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".probe-", dir=folder) as name:
            disk.write_text(Path(name) / "file", "new")
            disk.write_text(Path(name) / "file", "replaced")
            has_locks = not has_index or _locks(Path(name) / "index.sqlite")
    except (OSError, sqlite3.Error) as error:
        logger.warning("The folder for runs, %s, cannot be used: %s", folder, error)
        raise _unusable(getattr(error, "strerror", None) or str(error)) from error
    if not has_locks:
        logger.warning("The folder for runs, %s, is no local disk: locks have no effect.", folder)
        raise _unusable("locks have no effect there")
    check_free(folder)


def check(folder: Path) -> None:
    """Check what costs nothing: that ``folder`` is still there and may be written.

    Raises:
        StorageError: it is gone, or may only be read.
    """
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unusable("it is gone, or may only be read")


def check_free(folder: Path, extra: int = 0) -> None:
    """Check that the disk of ``folder`` has room for ``extra`` bytes, and some to spare.

    Raises:
        StorageError: it has not.
    """
    free = shutil.disk_usage(folder).free
    if free - extra < MIN_FREE_MB * MEGABYTE:
        raise _unusable(f"its disk has {free / MEGABYTE:,.0f} MB left")


def _locks(path: Path) -> bool:
    """Return whether a second writer is kept out of a database while a first one is in it."""
    first, second = (sqlite3.connect(path, timeout=0, isolation_level=None) for _ in range(2))
    try:
        first.execute("PRAGMA journal_mode=WAL")
        first.execute("CREATE TABLE t (a)")
        first.execute("BEGIN IMMEDIATE")
        try:
            second.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            return error.sqlite_errorcode == sqlite3.SQLITE_BUSY
        return False
    finally:
        first.close()
        second.close()


def _unusable(reason: str) -> StorageError:
    return StorageError(
        f"Nothing can be trained now: the folder for runs cannot be used ({reason}). All other "
        f"pages work. Whoever runs this app gives it a folder on a local disk by "
        f"{PREFIX}RUNS_FOLDER, or makes room there."
    )

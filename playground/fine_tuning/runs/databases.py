"""Where the index of runs may be: in a SQLite file, or in PostgreSQL for several servers.

Both give what ``Index`` builds on: readers see one state and hold up nobody, and of all processes
one writes at a time, from the first thing that it reads.
"""

import sqlite3
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from filelock import FileLock

from playground.errors import StorageError
from playground.fine_tuning.runs import schema
from playground.settings import PREFIX, SQLITE, Settings

BUSY_SECONDS = 30  # how long one process waits for another's transaction
CONNECT_SECONDS = 5  # for a database on another machine
IDLE_SECONDS = 60  # of a transaction: whoever stands still in one must not hold up all others
WRITERS = 4_121_718_003  # the lock of whoever writes: any number that is ours


class Database(Protocol):
    """Where the index is."""

    @property
    def reader(self) -> sa.Engine:
        """Return what connects those who only read."""

    @property
    def writer(self) -> sa.Engine:
        """Return what connects those who write, one at a time."""

    def create(self) -> bool:
        """Create the database where that is ours to do; return whether it was created."""


class SQLite:
    """A file; every use opens it anew, so it survives its deletion and any fork."""

    def __init__(self, path: Path) -> None:
        self._path = path
        engine = _sqlite(path, "rw")  # which never creates an empty file
        self.reader = _beginning(engine.execution_options(), "BEGIN")
        self.writer = _beginning(engine.execution_options(), "BEGIN IMMEDIATE")

    def create(self) -> bool:
        """Create the file with its tables if there is none; return whether it was created."""
        if self._path.exists():
            return False
        # Of two processes the second waits here: SQLite itself does not wait for a change to WAL.
        with FileLock(self._path.with_suffix(".lock")):
            if self._path.exists():
                return False
            part = self._path.with_suffix(".part")
            # Left by a deleted index, or by a process that was killed here, they would spoil this.
            for left in (f"{self._path}-wal", f"{self._path}-shm", part, f"{part}-wal"):
                Path(left).unlink(missing_ok=True)
            with _sqlite(part, "rwc").connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")  # the file remembers it
                schema.migrate(connection)
            part.rename(self._path)  # whole, or not there
        return True


class PostgreSQL:
    """A database that several servers share; connections are kept, and tried before each use."""

    def __init__(self, address: str) -> None:
        limits = {"lock_timeout": BUSY_SECONDS, "idle_in_transaction_session_timeout": IDLE_SECONDS}
        engine = _postgresql(
            address,
            {
                "connect_timeout": CONNECT_SECONDS,
                "tcp_user_timeout": CONNECT_SECONDS * 1_000,  # a machine that is gone says nothing
                "options": " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items()),
            },
        )
        # A reader's statements see one state; a writer's each see the newest, behind the lock.
        self.reader = engine.execution_options(isolation_level="REPEATABLE READ")
        writer = engine.execution_options(isolation_level="READ COMMITTED")
        self.writer = _beginning(writer, f"SELECT pg_advisory_xact_lock({WRITERS})")

    def create(self) -> bool:
        """Return False: whoever runs the app made the database."""
        return False


def configured(settings: Settings) -> Database:
    """Return the database that the settings ask for; it is not reached yet.

    Raises:
        StorageError: the setting names none, or its driver is not installed.
    """
    if settings.database == SQLITE:
        return SQLite(settings.runs_folder.resolve() / "index.sqlite")
    return PostgreSQL(settings.database)


def _sqlite(path: Path, mode: str) -> sa.Engine:
    def connect() -> sqlite3.Connection:
        # With a level sqlite3 begins a transaction late, at the first write, and fails instead of
        # waiting where another process has written since the first read.
        uri = f"{path.as_uri()}?mode={mode}"
        return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)

    return sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool)


def _postgresql(address: str, arguments: dict[str, str | int]) -> sa.Engine:
    try:
        url = sa.make_url(address)
        if url.get_backend_name() != "postgresql":
            raise sa.exc.ArgumentError
        url = url.set(drivername="postgresql+psycopg")
        return sa.create_engine(url, connect_args=arguments, pool_pre_ping=True)
    except sa.exc.ArgumentError:  # its text has the address, and so a password
        raise StorageError(
            f"Nothing can be trained now: {PREFIX}DATABASE takes {SQLITE}, or the address of a "
            "PostgreSQL database, such as postgresql://user:password@host/name. All other pages "
            "work."
        ) from None
    except ModuleNotFoundError as error:
        raise StorageError(
            f"Nothing can be trained now: {PREFIX}DATABASE names a PostgreSQL database, and its "
            "driver is not installed. Whoever runs this app installs requirements-scale.txt. All "
            "other pages work."
        ) from error


def _beginning(engine: sa.Engine, statement: str) -> sa.Engine:
    """Let each transaction of ``engine`` begin with ``statement``; return it."""

    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(statement)

    sa.event.listen(engine, "begin", begin)
    return engine

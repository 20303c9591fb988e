"""The index of all runs in SQLite: which there are, whose, in which state, and who is next.

It can be deleted at any time; ``RunQueue.reconcile`` writes it again from the runs' folders.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock

from playground.fine_tuning.runs.state import ACTIVE, State

BUSY_SECONDS = 30.0  # how long one process waits for another's transaction
_metadata = sa.MetaData()
_runs = sa.Table(
    "runs",
    _metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("owner", sa.String, nullable=False, index=True),
    sa.Column("state", sa.String, nullable=False, index=True),
    sa.Column("submitted", sa.Float, nullable=False),
    sa.Column("queued", sa.Float, nullable=False),
    sa.Column("ended", sa.Float),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A run in the index; times in seconds since 1970."""

    id: str
    owner: str  # the digest of the owner's id
    state: State
    submitted: float
    queued: float  # when it began to wait: submitted or resumed
    ended: float | None = None


class Transaction:
    """What can be asked and changed within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def entries(
        self, *, owner: str | None = None, states: frozenset[State] | None = None
    ) -> list[Entry]:
        """Return the runs of ``owner``, or of all, in ``states``, or in any; oldest first."""
        query = sa.select(_runs).order_by(_runs.c.submitted, _runs.c.id)
        if owner is not None:
            query = query.where(_runs.c.owner == owner)
        if states is not None:
            query = query.where(_runs.c.state.in_(states))
        return [_entry(row) for row in self._connection.execute(query)]

    def entry(self, run_id: str, owner: str | None = None) -> Entry | None:
        """Return the run, None if there is none, or ``owner`` is given and it is not theirs."""
        query = sa.select(_runs).where(_runs.c.id == run_id)
        if owner is not None:
            query = query.where(_runs.c.owner == owner)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _entry(row)

    def waiting(self) -> Sequence[str]:
        """Return the ids of the queued runs, the next one first."""
        query = sa.select(_runs.c.id).where(_runs.c.state == State.QUEUED)
        return self._connection.scalars(query.order_by(_runs.c.queued, _runs.c.id)).all()

    def claim(self, max_running: int) -> str | None:
        """Set the next queued run to running and return its id; None if there is none or no room.

        One statement, so that of two processes only one gets it whatever transaction they are in.
        """
        active = sa.select(sa.func.count()).where(_runs.c.state.in_(ACTIVE)).scalar_subquery()
        oldest = sa.select(_runs.c.id).where(_runs.c.state == State.QUEUED)
        oldest = oldest.order_by(_runs.c.queued, _runs.c.id).limit(1)
        statement = (
            sa.update(_runs)
            .where(_runs.c.id == oldest.scalar_subquery(), active < max_running)
            .values(state=State.RUNNING, ended=None)
            .returning(_runs.c.id)
        )
        return self._connection.scalar(statement)

    def put(self, entry: Entry) -> None:
        """Add the run, or replace what is known of it."""
        self.remove(entry.id)
        self._connection.execute(sa.insert(_runs).values(**asdict(entry)))

    def remove(self, run_id: str) -> None:
        """Forget the run."""
        self._connection.execute(sa.delete(_runs).where(_runs.c.id == run_id))


class Index:
    """The database; every use opens the file anew, so it survives its deletion and any fork."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = _engine(path, "rw")  # which never creates an empty file
        sa.event.listen(self._engine, "begin", _begin)
        self._writer = self._engine.execution_options(writes=True)

    def create(self) -> bool:
        """Create the file if there is none; return whether it was created."""
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
            with _engine(part, "rwc").connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")  # the file remembers it
                _metadata.create_all(connection)
            part.rename(self._path)  # whole, or not there
        return True

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Yield a transaction that sees one state of the index and holds up nobody."""
        with self._engine.connect() as connection:
            yield Transaction(connection)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Yield the only transaction that writes now; it is kept unless the block raises."""
        with self._writer.begin() as connection:
            yield Transaction(connection)


def _entry(row: sa.Row[tuple[str, str, str, float, float, float | None]]) -> Entry:
    values = row._asdict()
    return Entry(**values | {"state": State(values["state"])})


def _engine(path: Path, mode: str) -> sa.Engine:
    def connect() -> sqlite3.Connection:
        # With a level sqlite3 begins a transaction late, at the first write, and fails instead of
        # waiting where another process has written since the first read.
        uri = f"{path.as_uri()}?mode={mode}"
        return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)

    return sa.create_engine("sqlite://", creator=connect, poolclass=sa.NullPool)


def _begin(connection: sa.Connection) -> None:
    is_writer = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")

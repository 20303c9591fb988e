"""The index of all runs in a database: which there are, whose, in which state, and who is next.

It can be deleted at any time; ``RunQueue.reconcile`` writes it again from the runs' folders.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from playground.errors import IndexUnreachableError
from playground.fine_tuning.runs import schema
from playground.fine_tuning.runs.databases import Database
from playground.fine_tuning.runs.schema import runs as _runs
from playground.fine_tuning.runs.state import ACTIVE, State

# The last but one tells of a table that is gone, too: whoever asks next makes it again.
_UNREACHED = (
    sa.exc.InterfaceError,
    sa.exc.OperationalError,
    sa.exc.ProgrammingError,
    sa.exc.TimeoutError,
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
    pool: str | None = None  # where it trains or did last; None: unknown, or not yet


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

    def claim(self, max_running: int, pool: str) -> str | None:
        """Set the next queued run to running in ``pool`` and return its id.

        None if there is none, or as many run there as may. Those of which nobody knows where they
        run count everywhere. Whoever claims holds the only transaction that writes.
        """
        here = sa.or_(_runs.c.pool == pool, _runs.c.pool.is_(None))
        active = sa.select(sa.func.count()).where(_runs.c.state.in_(ACTIVE), here).scalar_subquery()
        oldest = sa.select(_runs.c.id).where(_runs.c.state == State.QUEUED)
        oldest = oldest.order_by(_runs.c.queued, _runs.c.id).limit(1)
        statement = (
            sa.update(_runs)
            .where(_runs.c.id == oldest.scalar_subquery(), active < max_running)
            .values(state=State.RUNNING, ended=None, pool=pool)
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
    """The index in its database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_current = False  # whether its tables were found to be this version's

    def create(self) -> bool:
        """Create the index if there is none, bring an older one up to date; return if it is new.

        Raises:
            IndexUnreachableError: the database does not answer.
        """
        if self._database.create():
            return True
        if self._is_current:
            return False
        with self._reached(), self._database.reader.connect() as connection:
            found = schema.version(connection)
        is_new = False
        if found is None or found < schema.CURRENT:
            with self._reached(), self._database.writer.begin() as connection:
                is_new = schema.migrate(connection)
        self._is_current = True
        return is_new

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Yield a transaction that sees one state of the index and holds up nobody.

        Raises:
            IndexUnreachableError: the database does not answer.
        """
        with self._reached(), self._database.reader.connect() as connection:
            yield Transaction(connection)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Yield the only transaction that writes now; it is kept unless the block raises.

        Raises:
            IndexUnreachableError: the database does not answer, or did not by the end of the block,
                and nobody knows whether it was kept; most likely it was not.
        """
        with self._reached(), self._database.writer.begin() as connection:
            yield Transaction(connection)

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except _UNREACHED as error:
            self._is_current = False  # what comes back may be another database
            raise IndexUnreachableError(
                "The database that lists all runs does not answer. Runs that train go on, and the "
                "ones that wait keep their place. Try again in a moment; all other pages work."
            ) from error


def _entry(row: sa.Row[tuple[str, str, str, float, float, float | None, str | None]]) -> Entry:
    values = row._asdict()
    return Entry(**values | {"state": State(values["state"])})

"""The tables of the index of runs, alike in each database, and how older ones become these."""

from collections.abc import Sequence

import sqlalchemy as sa

_metadata = sa.MetaData()
runs = sa.Table(
    "runs",
    _metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("owner", sa.String, nullable=False, index=True),
    sa.Column("state", sa.String, nullable=False, index=True),
    sa.Column("submitted", sa.Float, nullable=False),
    sa.Column("queued", sa.Float, nullable=False),
    sa.Column("ended", sa.Float),
    sa.Column("pool", sa.String),
)
_version = sa.Table("schema_version", _metadata, sa.Column("version", sa.Integer, nullable=False))

# What leads from each version to the next. During an upgrade servers and workers of the version
# before still use the index: a step adds what may be null, and takes nothing away.
MIGRATIONS: Sequence[str] = ("ALTER TABLE runs ADD COLUMN pool VARCHAR",)
FIRST = 1  # which had no note of its version
CURRENT = FIRST + len(MIGRATIONS)


def version(connection: sa.Connection) -> int | None:
    """Return the version of the tables there are, None if there are none."""
    tables = sa.inspect(connection)
    if tables.has_table(_version.name):
        return connection.scalar(sa.select(_version.c.version))
    return FIRST if tables.has_table(runs.name) else None


def migrate(connection: sa.Connection) -> bool:
    """Make the tables, or bring older ones up to date; return whether there were none.

    To be called while nobody else writes. Tables of a later version stay as they are: they have
    all that this one needs.
    """
    found = version(connection)
    if found is not None and found >= CURRENT:
        return False
    for step in MIGRATIONS[found - FIRST :] if found else ():
        connection.exec_driver_sql(step)
    _metadata.create_all(connection)
    connection.execute(sa.delete(_version))
    connection.execute(sa.insert(_version).values(version=CURRENT))
    return found is None

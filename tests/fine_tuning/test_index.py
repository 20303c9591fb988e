"""The index among many processes, in SQLite and in PostgreSQL, new and of earlier versions."""

import itertools
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from multiprocessing.context import SpawnContext
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
import sqlalchemy as sa

from playground.errors import IndexUnreachableError, StorageError
from playground.fine_tuning.runs import databases
from playground.fine_tuning.runs.index import Entry, Index
from playground.fine_tuning.runs.launcher import ROOT
from playground.fine_tuning.runs.state import State
from playground.settings import PREFIX, Settings
from tests.fine_tuning.conftest import ON_BOTH, Room
from tests.postgresql import PostgreSQL

PROCESSES = 4
RUNS = 60


# As the first version made it; two runs, one of them trains.
FIRST = """
CREATE TABLE runs (
    id VARCHAR NOT NULL, owner VARCHAR NOT NULL, state VARCHAR NOT NULL,
    submitted FLOAT NOT NULL, queued FLOAT NOT NULL, ended FLOAT, PRIMARY KEY (id)
);
CREATE INDEX ix_runs_owner ON runs (owner);
CREATE INDEX ix_runs_state ON runs (state);
INSERT INTO runs VALUES ('a', 'o', 'running', 1.0, 1.0, NULL);
INSERT INTO runs VALUES ('b', 'o', 'queued', 1.0, 1.0, NULL);
"""


@pytest.fixture
def index(settings: Settings) -> Index:
    settings.runs_folder.mkdir()
    return Index(databases.configured(settings))


def claim_all(settings: Settings, barrier: Barrier, answers: "Queue[list[str]]") -> None:
    """Create the index with the others at once, and claim run after run."""
    index = Index(databases.configured(settings))
    barrier.wait()
    index.create()
    with index.writing() as transaction:
        if not transaction.entries():
            for number in range(RUNS):
                transaction.put(entry(f"{number:02d}"))
    found: list[str] = []
    while True:
        with index.writing() as transaction:
            run_id = transaction.claim(RUNS, "here")
        if run_id is None:
            answers.put(found)
            return
        found.append(run_id)


def entry(run_id: str, state: State = State.QUEUED, pool: str | None = None) -> Entry:
    return Entry(id=run_id, owner="o", state=state, submitted=1.0, queued=1.0, pool=pool)


@ON_BOTH
def test_processes_never_claim_the_same_run(settings: Settings, processes: SpawnContext) -> None:
    settings.runs_folder.mkdir()
    barrier, answers = processes.Barrier(PROCESSES), processes.Queue()
    arguments = (settings, barrier, answers)
    claimers = [processes.Process(target=claim_all, args=arguments) for _ in range(PROCESSES)]
    for claimer in claimers:
        claimer.start()
    claimed = [answers.get(timeout=60) for _ in claimers]
    for claimer in claimers:
        claimer.join()
        assert claimer.exitcode == 0
    assert Counter(itertools.chain(*claimed)) == {f"{number:02d}": 1 for number in range(RUNS)}
    for found in claimed:
        assert found == sorted(found)  # the oldest first


@ON_BOTH
def test_no_more_are_claimed_than_may_run(index: Index) -> None:
    assert index.create()
    assert not index.create()
    with index.writing() as transaction:
        for number in range(3):
            transaction.put(entry(str(number)))
        assert [transaction.claim(2, "here") for _ in range(3)] == ["0", "1", None]
        assert transaction.waiting() == ["2"]


@ON_BOTH
def test_each_pool_has_room_of_its_own(index: Index) -> None:
    index.create()
    with index.writing() as transaction:
        for number in range(4):
            transaction.put(entry(str(number)))
        assert [transaction.claim(1, pool) for pool in ("a", "b", "a", "b")] == [
            "0",
            "1",
            None,
            None,
        ]
        found = {one.id: one.pool for one in transaction.entries()}
        assert found == {"0": "a", "1": "b", "2": None, "3": None}
        transaction.put(entry("0", state=State.RUNNING))  # nobody knows where any more
        transaction.put(entry("1", state=State.FINISHED))
        assert transaction.claim(1, "b") is None
        assert transaction.claim(2, "b") == "2"


@ON_BOTH
def test_what_a_transaction_wrote_before_it_failed_is_undone(index: Index) -> None:
    index.create()
    try:
        with index.writing() as transaction:
            transaction.put(entry("a"))
            raise KeyError
    except KeyError:
        pass
    with index.reading() as transaction:
        assert transaction.entries() == []


@ON_BOTH
def test_who_reads_before_writing_waits_its_turn(index: Index) -> None:
    index.create()

    def add_ten(_: int) -> None:
        for _ in range(10):
            with index.writing() as transaction:
                transaction.put(entry(str(len(transaction.entries()))))

    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(add_ten, range(PROCESSES)))
    with index.reading() as transaction:
        assert len(transaction.entries()) == 10 * PROCESSES


@ON_BOTH
def test_reading_waits_for_nobody(index: Index) -> None:
    index.create()
    with index.writing() as writer:
        writer.put(entry("a"))
        with index.reading() as reader:
            assert reader.entries() == []
    with index.reading() as reader:
        assert reader.entry("a", "o") == entry("a")
        assert reader.entry("a", "p") is None


@ON_BOTH
def test_a_reader_sees_one_state(index: Index) -> None:
    index.create()
    with index.reading() as reader:
        assert reader.entries() == []
        with index.writing() as writer:
            writer.put(entry("a"))
        assert reader.entries() == []


@ON_BOTH
def test_an_index_of_the_first_version_goes_on(index: Index, settings: Settings) -> None:
    if settings.database == "sqlite":
        with closing(sqlite3.connect(settings.runs_folder / "index.sqlite")) as connection:
            connection.executescript(FIRST)
    else:
        with sa.create_engine(settings.database).begin() as connection:
            connection.exec_driver_sql(FIRST)
    assert not index.create()
    with index.writing() as transaction:
        assert transaction.entries() == [entry("a", state=State.RUNNING), entry("b")]
        assert transaction.claim(1, "here") is None  # "a" may be here
        assert transaction.claim(2, "here") == "b"
    assert not index.create()
    with index.reading() as transaction:
        assert transaction.entry("b") == entry("b", state=State.RUNNING, pool="here")


@ON_BOTH
def test_the_first_version_goes_on_beside_this_one(index: Index, settings: Settings) -> None:
    index.create()
    with index.writing() as transaction:
        transaction.put(entry("a"))
    put = (
        "DELETE FROM runs; INSERT INTO runs (id, owner, state, submitted, queued, ended) "
        "VALUES ('a', 'o', 'running', 1.0, 1.0, NULL)"
    )
    if settings.database == "sqlite":
        with closing(sqlite3.connect(settings.runs_folder / "index.sqlite")) as connection:
            connection.executescript(put)
    else:
        with sa.create_engine(settings.database).begin() as connection:
            connection.exec_driver_sql(put)
    with index.reading() as transaction:
        assert transaction.entries() == [entry("a", state=State.RUNNING)]


def test_a_stale_log_of_writes_does_not_spoil_a_new_index(pretended: Room) -> None:
    run = pretended.submit()
    path = pretended.queue.folder / "index.sqlite"
    path.unlink()
    Path(f"{path}-wal").write_bytes(b"not a log of writes")
    assert pretended.state(run.id) is State.RUNNING


def test_without_the_setting_nothing_of_postgresql_or_ray_is_imported(tmp_path: Path) -> None:
    script = (
        "import sys; from pages.shared import runs; from playground.fine_tuning.runs import owners;"
        "runs.store().runs(owners.new_owner()); print(sorted(name for name in sys.modules"
        " if name.split('.')[0] in {'psycopg', 'ray'} or 'postgresql' in name or 'ray_' in name))"
    )
    environment = os.environ | {f"{PREFIX}RUNS_FOLDER": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "[]"


def test_a_database_that_is_none_is_named_without_its_password() -> None:
    for address in ("postgresql//user:secret@host/name", "mysql://user:secret@host/name"):
        with pytest.raises(StorageError, match="PLAYGROUND_DATABASE takes sqlite, or") as said:
            databases.configured(Settings(database=address))
        assert "secret" not in str(said.value)


@pytest.mark.scale
def test_a_database_that_goes_away_is_told_of_and_used_again(
    postgresql: PostgreSQL, tmp_path: Path
) -> None:
    settings = Settings(runs_folder=tmp_path, database=postgresql.empty())
    index = Index(databases.configured(settings))
    index.create()
    with index.writing() as transaction:
        transaction.put(entry("a"))

    def put() -> None:
        with index.writing() as transaction:
            transaction.put(entry("b"))
            postgresql.kill()

    with pytest.raises(IndexUnreachableError, match="does not answer"):
        put()
    for context in (index.reading, index.writing):
        with pytest.raises(IndexUnreachableError, match="does not answer"), context():
            pass
    postgresql.start()
    with index.reading() as transaction:
        assert transaction.entries() == [entry("a")]

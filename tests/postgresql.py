"""A real PostgreSQL for tests: Debian's programs, with all its data in a temporary folder."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest

from tests.ports import free_port

REQUIRED = "BERT_PLAYGROUND_REQUIRE_SCALE"
USER = "postgres"  # the server refuses to run as root
PATIENCE = 60.0  # seconds for a start, which may have to recover first


class PostgreSQL:
    """A server of its own, which may be killed and started again."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._data = folder / "data"
        self._port = free_port()
        self._password = secrets.token_hex(8)
        self._process: subprocess.Popen[bytes] | None = None
        # Only root can run it as somebody else, and only root has to.
        self._user = USER if os.getuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)

    def initialize(self) -> None:
        """Make the files of the server."""
        secret = self._folder / "password"
        secret.write_text(self._password)
        if self._user:
            shutil.chown(secret, self._user)
        options = [f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"]
        self._call("initdb", f"--pgdata={self._data}", f"--username={USER}", *options)

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self._port,
            "unix_socket_directories": self._folder,
            "max_connections": 300,
        }
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with (self._folder / "log.txt").open("ab") as log:
                self._process = subprocess.Popen(
                    [
                        self._programs / "postgres",
                        *(f"--{name}={value}" for name, value in options.items()),
                        f"-D{self._data}",
                    ],
                    cwd=self._folder,
                    user=self._user,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            # It ends at once while processes of a killed one are still about to end.
            while self._process.poll() is None and time.monotonic() < end:
                if self._call("pg_isready", "--host=127.0.0.1", check=False) == 0:
                    return
                time.sleep(0.05)
        pytest.fail((self._folder / "log.txt").read_text())

    def kill(self) -> None:
        """Kill the server with SIGKILL; its processes for connections end by themselves."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Stop the server, whoever is connected."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()

    def empty(self) -> str:
        """Return the address of the database, which is empty now."""
        drop = "DROP TABLE IF EXISTS runs, schema_version"
        self._call("psql", "--host=127.0.0.1", f"--username={USER}", f"--command={drop}")
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self._port}/{USER}"

    def _call(self, program: str, *arguments: str, check: bool = True) -> int:
        done = subprocess.run(
            [self._programs / program, *arguments],
            env={"PGPORT": str(self._port), "PGPASSWORD": self._password, "PATH": "/usr/bin:/bin"},
            cwd=self._folder,
            user=self._user,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done.returncode


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A running PostgreSQL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        unavailable("no PostgreSQL; on Debian: apt-get install postgresql")
    if find_spec("psycopg") is None:
        unavailable("no driver for PostgreSQL: pip install -r requirements-scale.txt")
    with tempfile.TemporaryDirectory(prefix="bert-playground-postgresql-") as folder:
        server = PostgreSQL(found[-1], Path(folder))
        server.initialize()
        server.start()
        yield server
        server.stop()


def unavailable(reason: str) -> NoReturn:
    """Skip, or fail where the environment says that nothing may be skipped."""
    if os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, but there is {reason}")
    pytest.skip(f"there is {reason}")

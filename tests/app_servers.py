"""App servers that share PostgreSQL and a folder of runs, and nginx in front of them."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.ports import free_port
from tests.postgresql import unavailable

ROOT = Path(__file__).resolve().parents[1]
CONFIGURATION = ROOT / "deploy/nginx.conf"
START_SECONDS = 120
NGINX = """
daemon off;
{user}
pid {folder}/pid;
error_log {folder}/errors.txt;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    {app}
}}
"""


class Server:
    """A process that serves at a port of its own, and may be ended and started again."""

    def __init__(
        self, command: list[str], port: int, log: Path, environment: Mapping[str, str] = os.environ
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        self._command = command
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Return its process, which was started."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, without waiting."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait(self) -> None:
        """Wait until it serves."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            assert self._process is not None
            assert self._process.poll() is None, self.log.read_text()
            try:
                with urlopen(f"{self.url}/_stcore/health", timeout=5):
                    return
            except (URLError, OSError):
                time.sleep(0.1)
        pytest.fail(self.log.read_text())

    def kill(self) -> None:
        """End it with SIGKILL."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it as a restart does, with SIGTERM."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill()


@dataclass(frozen=True, slots=True)
class Farm:
    """Two app servers, and nginx in front of them."""

    servers: tuple[Server, Server]
    nginx: Server

    @property
    def url(self) -> str:
        """Return the address that visitors know."""
        return self.nginx.url

    def printed(self) -> str:
        """Return what all of them printed."""
        return "".join(server.log.read_text("utf-8") for server in (*self.servers, self.nginx))


def nginx_before(ports: tuple[int, int], folder: Path) -> Server:
    """Return nginx as deploy/nginx.conf has it, before servers at these ports; not started yet."""
    program = shutil.which("nginx") or unavailable("no nginx; on Debian: apt-get install nginx")
    port = free_port()
    text = CONFIGURATION.read_text("utf-8").replace("listen 80;", f"listen 127.0.0.1:{port};")
    for theirs, ours in zip(("8501", "8502"), ports, strict=True):
        text = text.replace(theirs, str(ours))
    user = "user root;" if os.getuid() == 0 else ""  # its workers may then enter the folder
    files = folder / "nginx"
    files.mkdir()
    (files / "nginx.conf").write_text(NGINX.format(user=user, folder=files, app=text))
    return Server([program, "-c", str(files / "nginx.conf")], port, folder / "nginx.txt")


@contextmanager
def farm(folder: Path, module: str, environment: Mapping[str, str]) -> Iterator[Farm]:
    """Start two servers by ``python -m module run app.py`` and nginx; yield them serving."""
    ports = free_port(), free_port()
    nginx = nginx_before(ports, folder)
    servers = []
    for name, port in zip("ab", ports, strict=True):
        command = [sys.executable, "-m", module, "run", "app.py", f"--server.port={port}"]
        log = folder / f"{name}.txt"
        servers.append(Server(command, port, log, os.environ | environment))
    everything = (*servers, nginx)
    try:
        for server in everything:
            server.start()
        for server in everything:
            server.wait()
        yield Farm((servers[0], servers[1]), nginx)
    finally:
        for server in everything:
            server.stop()

"""A Ray cluster on this machine: a head and worker nodes as processes, which can be killed."""

import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx2
import psutil
import pytest

from playground.fine_tuning.runs.launcher import ROOT
from tests.fine_tuning.conftest import PATIENCE
from tests.ports import free_port

NODES = 2
OBJECT_STORE = 80_000_000  # bytes, the least that Ray takes: runs put nothing into it

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None and "BERT_PLAYGROUND_REQUIRE_SCALE" not in os.environ,
    reason="requirements-scale.txt is not installed",
)


class RayCluster:
    """One head without processors, and nodes with two each; with a token of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Ray puts sockets below it, whose paths may have 107 characters.
        self._short = Path(tempfile.mkdtemp(prefix="ray-"))
        self._port, self._server_port = free_port(), free_port()
        self.address = f"http://127.0.0.1:{self._server_port}"
        self.token = secrets.token_hex(32)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start all of it, and return when every node can take jobs."""
        self.start_head()
        for number in range(1, NODES + 1):
            self.start_node(f"node{number}")
        self.wait_for_nodes()

    def start_head(self) -> None:
        """Start the head, and return when its job server answers; it may have been killed."""
        options = [
            "--head",
            f"--port={self._port}",
            f"--dashboard-port={self._server_port}",
            "--include-log-monitor=false",
        ]
        self._start("head", "--num-cpus=0", *options)
        self._wait(lambda: self._get("/api/version").is_success, "the head")

    def start_node(self, name: str) -> None:
        """Start a node with two processors."""
        host = socket.gethostbyname(socket.gethostname())
        self._start(name, "--num-cpus=2", f"--address={host}:{self._port}")

    def wait_for_nodes(self) -> None:
        """Return when as many nodes are alive as were started."""
        self._wait(lambda: len(self._alive()) >= 1 + NODES, "the nodes")

    def kill(self, name: str) -> None:
        """Kill all processes of a node at once, with SIGKILL, as a power cut does."""
        with suppress(psutil.NoSuchProcess):
            first = psutil.Process(self.processes[name].pid)
            found = [first, *first.children(recursive=True)]
            for process in found:  # so that none sees the end of another
                with suppress(psutil.NoSuchProcess):
                    process.suspend()
            found = [first, *first.children(recursive=True)]
            for process in found:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(found, timeout=PATIENCE)
        self.processes.pop(name).wait()

    def stop(self) -> None:
        """Kill all of it."""
        for name in list(self.processes):
            self.kill(name)
        shutil.rmtree(self._short, ignore_errors=True)

    def _start(self, name: str, *options: str) -> None:
        ray = Path(sys.executable).with_name("ray")
        command = [
            *(str(ray), "start", "--block", "--disable-usage-stats", *options),
            f"--temp-dir={self._short / name}",
            f"--dashboard-agent-listen-port={free_port()}",
            f"--object-store-memory={OBJECT_STORE}",
        ]
        # The environment's own programs first: a job runs "python".
        path = f"{ray.parent}{os.pathsep}{os.environ['PATH']}"
        environment = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": self.token, "PATH": path}
        with (self._folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _alive(self) -> list[object]:
        answer = self._get("/nodes?view=summary")
        nodes = answer.json()["data"]["summary"] if answer.is_success else []
        return [node for node in nodes if node["raylet"].get("state") == "ALIVE"]

    def _get(self, path: str) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx2.get(self.address + path, headers=headers, timeout=10)

    def _wait(self, holds: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            with suppress(httpx2.TransportError):
                if holds():
                    return
            logs = "".join(path.read_text()[-2_000:] for path in self._folder.glob("*.log"))
            ended = any(process.poll() is not None for process in self.processes.values())
            waits = not ended and time.monotonic() < end
            assert waits, f"{what} did not come up: {logs}"
            time.sleep(0.2)

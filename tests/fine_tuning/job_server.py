"""A stand-in for the job server of a Ray cluster: answers as Ray 2.60 does, and starts nothing."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "a-token"


class JobServer(ThreadingHTTPServer):
    """Remembers what it was asked; ``statuses`` are the jobs that it knows."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.submitted: list[dict[str, Any]] = []
        self.statuses: dict[str, str] = {}
        self.stopped: list[str] = []
        self.asked = 0
        self.refusal: tuple[int, str] | None = None  # of the next submissions

    @property
    def address(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: JobServer

    def do_GET(self) -> None:
        self.server.asked += 1
        name = self.path.removeprefix("/api/jobs/")
        if self._may_pass():
            status = self.server.statuses.get(name)
            if status is None:
                self._answer(404, f"Job {name} does not exist")
            else:
                self._answer(200, json.dumps({"submission_id": name, "status": status}))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        name = self.path.removeprefix("/api/jobs/")
        if not self._may_pass():
            return
        if name.endswith("/stop"):
            self.server.stopped.append(name.removesuffix("/stop"))
            self._answer(200, '{"stopped": true}')
        elif self.server.refusal:
            self._answer(*self.server.refusal)
        else:
            job = json.loads(body)
            self.server.submitted.append(job)
            self.server.statuses[job["submission_id"]] = "PENDING"
            self._answer(200, json.dumps({"submission_id": job["submission_id"]}))

    def _may_pass(self) -> bool:
        given = self.headers.get("Authorization")
        if given is None:
            self._answer(401, "Unauthorized: Missing authentication token")
        elif given != f"Bearer {TOKEN}":
            self._answer(403, "Forbidden: Invalid authentication token")
        return given == f"Bearer {TOKEN}"

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served() -> Iterator[JobServer]:
    """Yield a server that answers until the block ends."""
    with JobServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()

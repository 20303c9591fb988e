"""A stand-in for the Hugging Face Hub: what a download or an upload calls, over folders on disk.

Within a test process, ask for the ``hub`` fixture. For an app in a process of its own, start it
with ``hub.environment(home)`` on top of the usual environment.
"""

import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import huggingface_hub
import pytest

from playground.models import fake
from playground.models.catalog import Task
from tests.hub_uploads import HubError, Uploads, read_body

ID = r"(?P<id>[^/]+(?:/[^/]+)?)"
INFO = re.compile(rf"^/api/models/{ID}(?:/revision/(?P<revision>[^/]+))?$")
TREE = re.compile(rf"^/api/models/{ID}/tree/(?P<revision>[^/]+)$")
FILE = re.compile(rf"^/{ID}/resolve/(?P<revision>[^/]+)/(?P<file>.+)$")

# Asks for a tiny checkpoint of a family, by its name and task; written once a test session.
TinyCheckpoint = Callable[..., Path]


@dataclass
class Repository:
    """A repository: revision name to folder, "main" being the default."""

    id: str
    gated: bool = False
    folders: dict[str, Path] = field(default_factory=dict)

    def commit(self, revision: str) -> tuple[str, Path]:
        """Return the commit hash of a branch, tag or commit, and its folder."""
        for name, folder in self.folders.items():
            sha = _sha1(f"{self.id} {name}".encode())
            if revision in {name, sha}:
                return sha, folder
        raise HubError(404, "RevisionNotFound", f"Invalid rev id: {revision}")


class StandIn:
    """The server; ``add`` folders to it, then read from ``requests`` what was asked for."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.requests: Counter[str] = Counter()  # "GET /path" to how often
        self.uploads = Uploads()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))

    @cached_property
    def url(self) -> str:
        """The address that stands in for https://huggingface.co."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(
        self, hub_id: str, folder: Path, *, revision: str = "main", gated: bool = False
    ) -> None:
        """Serve ``folder`` as a model repository, or as one more revision of it."""
        repository = self.repositories.setdefault(hub_id, Repository(hub_id, gated))
        repository.folders[revision] = folder

    def find(self, hub_id: str) -> Repository:
        if hub_id not in self.repositories:
            # What the Hub tells those without an account about missing and private ids alike.
            raise HubError(401, "RepoNotFound", "Repository not found")
        return self.repositories[hub_id]

    def count(self, method: str, path: str) -> None:
        with self._lock:
            self.requests[f"{method} {path}"] += 1

    def downloads(self, hub_id: str) -> Counter[str]:
        """Return how often each file of a repository was downloaded."""
        found: Counter[str] = Counter()
        for request, count in self.requests.items():
            method, _, path = request.partition(" ")
            match = FILE.match(path)
            if match and method == "GET" and match["id"] == hub_id:
                found[unquote(match["file"])] += count
        return found

    def environment(self, home: Path) -> dict[str, str]:
        """Return what points another process at the stand-in, its download cache in ``home``."""
        return {
            "HF_ENDPOINT": self.url,
            "HF_HOME": str(home),
            "HF_HUB_CACHE": str(home / "hub"),
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "NO_PROXY": "127.0.0.1",
        }


def _handler_for(hub: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # the library keeps its connections open

        def _answer(self) -> None:
            path = urlsplit(self.path).path
            hub.count(self.command, path)
            sent = read_body(self.headers, self.rfile)
            try:
                if self.command in {"POST", "PUT"}:
                    answer = hub.uploads.answer(hub.url, path, self.headers, sent)
                    self._send(200, answer, {"Content-Type": "application/json"})
                else:
                    self._send(200, *_route(hub, path))
            except HubError as error:
                self._send(error.status, *_refusal(error))

        do_GET = do_HEAD = do_POST = do_PUT = _answer  # noqa: N815 - as the base class calls them

        def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep the tests' output quiet."""

    return Handler


def _refusal(error: HubError) -> tuple[bytes, dict[str, str]]:
    headers = {"X-Error-Code": error.code, "X-Error-Message": str(error)}
    return json.dumps({"error": str(error)} | error.more).encode(), headers


def _route(hub: StandIn, path: str) -> tuple[bytes, dict[str, str]]:
    """Return body and headers for a path, or raise HubError."""
    if match := INFO.match(path):
        return _info(hub.find(match["id"]), unquote(match["revision"] or "main"))
    if match := TREE.match(path):
        return _tree(_open(hub, match["id"]), unquote(match["revision"]))
    if match := FILE.match(path):
        repository = _open(hub, match["id"])
        return _file(repository, unquote(match["revision"]), unquote(match["file"]))
    if path.startswith("/api/spaces/"):
        return hub.uploads.of_space(path), {"Content-Type": "application/json"}
    raise HubError(404, "", "Not found")


def _open(hub: StandIn, hub_id: str) -> Repository:
    """Return a repository whose files may be read: the Hub gates those, not the model's page."""
    repository = hub.find(hub_id)
    if repository.gated:
        raise HubError(401, "GatedRepo", f"Access to model {hub_id} is restricted.")
    return repository


def _info(repository: Repository, revision: str) -> tuple[bytes, dict[str, str]]:
    sha, folder = repository.commit(revision)
    siblings = [
        {"rfilename": name, "size": len(content), "blobId": _sha1(content)}
        for name, content in _files(folder)
    ]
    gated = "manual" if repository.gated else False
    return _json({"id": repository.id, "sha": sha, "gated": gated, "siblings": siblings})


def _tree(repository: Repository, revision: str) -> tuple[bytes, dict[str, str]]:
    _, folder = repository.commit(revision)
    return _json(
        [
            {"type": "file", "path": name, "size": len(content), "oid": _sha1(content)}
            for name, content in _files(folder)
        ]
    )


def _file(repository: Repository, revision: str, name: str) -> tuple[bytes, dict[str, str]]:
    sha, folder = repository.commit(revision)
    content = dict(_files(folder)).get(name)
    if content is None:
        raise HubError(404, "EntryNotFound", f"{name} does not exist")
    return content, {"ETag": f'"{_sha1(content)}"', "X-Repo-Commit": sha}


def _files(folder: Path) -> list[tuple[str, bytes]]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in paths]


def _json(value: object) -> tuple[bytes, dict[str, str]]:
    return json.dumps(value).encode(), {"Content-Type": "application/json"}


def _sha1(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


@contextmanager
def running() -> Iterator[StandIn]:
    """Run a stand-in for the length of a ``with`` block."""
    hub = StandIn()
    hub.start()
    try:
        yield hub
    finally:
        hub.stop()


def point_library_at(url: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make huggingface_hub ask ``url`` and keep its downloads in ``cache``.

    The library reads its environment variables once, when it is imported, so within a process its
    constants have to change; it looks them up again at every call.
    """
    constants = huggingface_hub.constants
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(constants, "ENDPOINT", url)
    template = url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    # The stand-in needs no token, and one of the developer's must not travel.
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_IMPLICIT_TOKEN", True)
    huggingface_hub.close_session()  # the client that was made before the proxy settings


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A running stand-in that huggingface_hub talks to, with an empty download cache."""
    with running() as stand_in:
        point_library_at(stand_in.url, tmp_path / "hub_cache", monkeypatch)
        yield stand_in


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> TinyCheckpoint:
    """A function (family, task) -> folder of a tiny checkpoint; treat the folder as read-only."""
    root = tmp_path_factory.mktemp("tiny")

    def checkpoint(family: str, task: Task = Task.FILL_MASK) -> Path:
        folder = root / f"{family}-{task}"
        return folder if folder.is_dir() else fake.save(family, folder, task=task)

    return checkpoint

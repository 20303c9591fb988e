"""The endpoints of the Hub that an upload calls, for the stand-in in ``tests.hub_server``.

Small files travel within the commit, safetensors by Git LFS, as on the Hub without Xet.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from io import BufferedIOBase
from typing import Any

CREATE = re.compile(r"^/api/repos/create$")
VALIDATE = re.compile(r"^/api/validate-yaml$")
PREUPLOAD = re.compile(r"^/api/models/(?P<id>[^/]+/[^/]+)/preupload/main$")
BATCH = re.compile(r"^/(?P<id>[^/]+/[^/]+)\.git/info/lfs/objects/batch$")
OBJECT = re.compile(r"^/lfs/(?P<oid>[0-9a-f]{64})$")
COMMIT = re.compile(r"^/api/models/(?P<id>[^/]+/[^/]+)/commit/main$")


class HubError(Exception):
    """An answer of the Hub that is no success."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass
class Pushed:
    """A repository that was pushed: its files, and who sees it."""

    visibility: str
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Uploads:
    """What was uploaded, and whose tokens may do so."""

    users: dict[str, str] = field(default_factory=dict)  # by their token
    repositories: dict[str, Pushed] = field(default_factory=dict)
    fails_at: str = ""  # a request whose path has this in it is refused with status 500
    objects: dict[str, bytes] = field(default_factory=dict)  # of LFS, by their SHA-256

    def answer(self, url: str, path: str, headers: Message, body: bytes) -> bytes:
        """Return the answer to a POST or PUT, or raise HubError; ``url`` is the server's own."""
        if self.fails_at and self.fails_at in path:
            raise HubError(500, "", "Internal error")
        if match := OBJECT.match(path):  # its address is the permission
            assert hashlib.sha256(body).hexdigest() == match["oid"]
            self.objects[match["oid"]] = body
            return b""
        user = self.users.get((headers.get("Authorization") or "").removeprefix("Bearer "))
        if user is None:
            raise HubError(401, "", "Invalid credentials in Authorization header")
        if VALIDATE.match(path):
            return _json({"errors": [], "warnings": []})
        if CREATE.match(path):
            return _json({"url": f"{url}/{self._create(user, json.loads(body))}"})
        return self._of_repository(url, path, body)

    def _create(self, user: str, wanted: dict[str, Any]) -> str:
        owner = wanted["organization"] or user
        if owner != user:
            raise HubError(403, "", f"You don't have the rights to create a model under {owner}")
        name = f"{owner}/{wanted['name']}"
        if name in self.repositories:
            raise HubError(409, "", "You already created this model repo")
        self.repositories[name] = Pushed(visibility=wanted["visibility"])
        return name

    def _of_repository(self, url: str, path: str, body: bytes) -> bytes:
        if match := PREUPLOAD.match(path):
            return _json({"files": [_mode(file["path"]) for file in json.loads(body)["files"]]})
        if BATCH.match(path):
            objects = [
                one | {"actions": {"upload": {"href": f"{url}/lfs/{one['oid']}"}}}
                for one in json.loads(body)["objects"]
            ]
            return _json({"transfer": "basic", "objects": objects})
        if match := COMMIT.match(path):
            self._commit(self.repositories[match["id"]].files, body)
            address = f"{url}/{match['id']}/commit/{'0' * 40}"
            return _json({"success": True, "commitUrl": address, "commitOid": "0" * 40})
        raise HubError(404, "", "Not found")

    def _commit(self, files: dict[str, bytes], body: bytes) -> None:
        for line in map(json.loads, body.splitlines()):
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            if line["key"] == "lfsFile":
                files[value["path"]] = self.objects[value["oid"]]


def read_body(headers: Message, stream: BufferedIOBase) -> bytes:
    """Return the body of a request, whole or in chunks."""
    if "chunked" not in (headers.get("Transfer-Encoding") or ""):
        return stream.read(int(headers.get("Content-Length") or 0))
    found = b""
    while size := int(stream.readline(), 16):
        found += stream.read(size)
        stream.readline()
    stream.readline()
    return found


def _mode(path: str) -> Mapping[str, object]:
    mode = "lfs" if path.endswith(".safetensors") else "regular"
    return {"path": path, "uploadMode": mode, "shouldIgnore": False}


def _json(value: object) -> bytes:
    return json.dumps(value).encode()

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
ID = r"(?P<id>[^/]+/[^/]+)"
PREUPLOAD = re.compile(rf"^/api/(?:models|spaces)/{ID}/preupload/main$")
BATCH = re.compile(rf"^/(?:spaces/)?{ID}\.git/info/lfs/objects/batch$")
OBJECT = re.compile(r"^/lfs/(?P<oid>[0-9a-f]{64})$")
COMMIT = re.compile(rf"^/api/(?:models|spaces)/{ID}/commit/main$")
VARIABLES = re.compile(rf"^/api/spaces/{ID}/variables$")
SPACE_TREE = re.compile(rf"^/api/spaces/{ID}/tree/main$")


class HubError(Exception):
    """An answer of the Hub that is no success."""

    def __init__(self, status: int, code: str, message: str, **more: str) -> None:
        super().__init__(message)
        self.more = more  # that its JSON says
        self.status = status
        self.code = code


@dataclass
class Pushed:
    """A repository that was pushed: its files, and who sees it."""

    visibility: str
    sdk: str = ""  # of a Space
    files: dict[str, bytes] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)  # of a Space


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
            wanted = json.loads(body)
            return _json({"url": self._create(url, user, wanted)})
        return self._of_repository(url, path, body)

    def _create(self, url: str, user: str, wanted: dict[str, Any]) -> str:
        owner = wanted["organization"] or user
        if owner != user:
            raise HubError(403, "", f"You don't have the rights to create a model under {owner}")
        name = f"{owner}/{wanted['name']}"
        address = f"{url}/{'spaces/' * (wanted.get('type') == 'space')}{name}"
        if name in self.repositories:
            raise HubError(409, "", "You already created this repo", url=address)
        self.repositories[name] = Pushed(wanted["visibility"], wanted.get("sdk", ""))
        return address

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
        if match := VARIABLES.match(path):
            variables = self.repositories[match["id"]].variables
            new = json.loads(body)
            variables[new["key"]] = new["value"]
            return self.of_space(path)
        raise HubError(404, "", "Not found")

    def of_space(self, path: str) -> bytes:
        """Return the answer to a GET below /api/spaces, or raise HubError."""
        if match := VARIABLES.match(path):
            variables = self.repositories[match["id"]].variables
            return _json({key: {"key": key, "value": value} for key, value in variables.items()})
        if match := SPACE_TREE.match(path):
            files = self.repositories[match["id"]].files
            return _json(
                [
                    {"type": "file", "path": name, "size": len(body), "oid": "0" * 40}
                    for name, body in files.items()
                ]
            )
        raise HubError(404, "", "Not found")

    def _commit(self, files: dict[str, bytes], body: bytes) -> None:
        for line in map(json.loads, body.splitlines()):
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            if line["key"] == "deletedFile":
                del files[value["path"]]
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

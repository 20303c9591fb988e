"""Whose a run is: an unguessable id that the visitor's browser keeps."""

import hashlib
import re
import secrets

from playground.errors import OwnerError

_OWNER = re.compile(r"[\w-]{43}", re.ASCII)  # 256 bits in URL-safe base64
_RUN = re.compile(r"[0-9a-f]{32}")


def new_owner() -> str:
    """Return a fresh id for a browser to keep; whoever has it has the runs."""
    return secrets.token_urlsafe(32)


def new_run() -> str:
    """Return a fresh public id of a run, a plain folder name on every file system."""
    return secrets.token_hex(16)


def is_run(text: str) -> bool:
    """Return whether ``text`` could be the id of a run, so that it may become part of a path."""
    return _RUN.fullmatch(text) is not None


def digest(owner: str | None) -> str:
    """Return what is kept of an owner's id: its SHA-256, of which nobody can tell the id.

    So a run's files and the index give nobody an id to come with, and how long it takes to compare
    two digests says nothing about the ids.

    Raises:
        OwnerError: ``owner`` is not an id that ``new_owner`` makes.
    """
    if owner is None or not _OWNER.fullmatch(owner):
        raise OwnerError("Your browser gave no id to keep your runs under. Reload the page.")
    return hashlib.sha256(owner.encode()).hexdigest()

"""Whose a run is: an unguessable id that the visitor's browser keeps."""

import base64
import hashlib
import hmac
import re
import secrets

from playground.errors import OwnerError

_OWNER = re.compile(r"[\w-]{43}", re.ASCII)  # 256 bits in URL-safe base64
_RUN = re.compile(r"[0-9a-f]{32}")


def new_owner() -> str:
    """Return a fresh id for a browser to keep; whoever has it has the runs."""
    return secrets.token_urlsafe(32)


def of_account(issuer: str, subject: str, secret: str) -> str:
    """Return the id of an account, always the same; nobody without the secret can tell it."""
    text = f"{issuer}\0{subject}".encode()
    mac = hmac.digest(secret.encode(), text, "sha256")
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def is_owner(text: object) -> bool:
    """Return whether ``text`` could be the id of an owner."""
    return isinstance(text, str) and _OWNER.fullmatch(text) is not None


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
    if owner is None or not is_owner(owner):
        raise OwnerError("Your browser gave no id to keep your runs under. Reload the page.")
    return hashlib.sha256(owner.encode()).hexdigest()

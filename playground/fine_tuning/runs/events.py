"""A run's events: JSON lines that are only ever appended, by one process at a time."""

import json
import os
import time
from pathlib import Path
from typing import Any

from playground.fine_tuning.runs.settings import JSON


def append(path: Path, kind: str, values: dict[str, JSON], *, durable: bool = False) -> None:
    """Append an event; ``durable`` ones are on disk before this returns."""
    event = {"time": time.time(), "kind": kind} | values
    line = json.dumps(event, ensure_ascii=False).encode() + b"\n"
    with path.open("ab+", buffering=0) as file:
        # A killed process may have left half a line; the next event starts one of its own.
        if file.seek(0, os.SEEK_END) and _last_byte(file.fileno()) != b"\n":
            line = b"\n" + line
        file.write(line)
        if durable:
            os.fsync(file.fileno())


def _last_byte(descriptor: int) -> bytes:
    return os.pread(descriptor, 1, os.fstat(descriptor).st_size - 1)


def read(path: Path) -> list[dict[str, Any]]:
    """Return all whole events, oldest first; torn lines are left out."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return []
    return [event for line in lines if (event := _event(line)) is not None]


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "kind" in event else None

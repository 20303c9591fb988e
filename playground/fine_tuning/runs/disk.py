"""Files that are whole or not there, whenever the process that writes them is killed."""

import json
import os
import threading
from pathlib import Path
from typing import Any

from playground.fine_tuning.runs.settings import JSON


def write_text(path: Path, text: str) -> None:
    """Replace ``path`` in one step, on disk before this returns."""
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync(path.parent)


def read_text(path: Path) -> str | None:
    """Return the text in ``path``, None if there is none or it cannot be read."""
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError):
        return None


def write_json(path: Path, value: JSON) -> None:
    """Replace ``path`` by ``value`` as JSON, as ``write_text`` does."""
    write_text(path, json.dumps(value, ensure_ascii=False))


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the JSON object in ``path``, None if there is none or it cannot be read."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def sync(path: Path) -> None:
    """Have a file or a folder's list of files on disk before this returns."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Have ``folder`` and all below it on disk before this returns."""
    for path in folder.rglob("*"):
        sync(path)
    sync(folder)


def size(folder: Path) -> int:
    """Return the bytes of all files below ``folder``; those that vanish meanwhile count nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(parent) / name).lstat().st_size
            except FileNotFoundError:
                continue
    return total

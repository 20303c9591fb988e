"""Names that every file system, URL and shell takes as they are."""

import re
import unicodedata

FALLBACK = "model"
MOST_CHARACTERS = 60
# Windows takes these for devices, whatever stands behind a point.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def folder_name(title: str) -> str:
    """Return ``title`` as the name of a folder: ASCII letters, digits, "-", "_" and "."."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9_.]+", "-", plain)
    name = re.sub(r"([-.])[-.]+", r"\1", name)[:MOST_CHARACTERS].strip("-._") or FALLBACK
    return f"{FALLBACK}-{name}" if _DEVICES.match(name) else name

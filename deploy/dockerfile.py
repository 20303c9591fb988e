"""A Dockerfile as its instructions, and which files .dockerignore leaves in the context."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, such as RUN, and all that follows it on its lines."""

    name: str
    text: str

    def command(self) -> list[str]:
        """Return the command of RUN, CMD or HEALTHCHECK: JSON as it stands, text for a shell."""
        text = self.text
        if self.name == "HEALTHCHECK":
            text = text[re.search(r"\bCMD\b", text).end() :].strip()  # type: ignore[union-attr]
        return json.loads(text) if text.startswith("[") else ["/bin/sh", "-c", text]


def instructions(text: str) -> list[Instruction]:
    """Return the instructions of a Dockerfile, comments left out and continued lines joined."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    found = (line.strip().partition(" ") for line in joined.splitlines() if line.strip())
    return [Instruction(name.upper(), rest.strip()) for name, _, rest in found]


def context(root: Path, files: Iterable[str]) -> Iterator[str]:
    """Yield those of ``files``, relative to ``root``, that its .dockerignore leaves in."""
    lines = (root / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    return (file for file in files if not _is_ignored(file, rules))


def _is_ignored(file: str, rules: Sequence[str]) -> bool:
    """Return what the last rule says that fits the file or a folder above it, as Docker does."""
    path = PurePosixPath(file)
    names = [path.as_posix(), *(parent.as_posix() for parent in path.parents)][:-1]
    ignored = False
    for rule in rules:
        pattern = rule.removeprefix("!")
        if any(_fits(name, pattern) for name in names):
            ignored = not rule.startswith("!")
    return ignored


def _fits(name: str, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return any(_fits(part, pattern[3:]) for part in (name, *_tails(name)))
    parts, wanted = name.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def _tails(name: str) -> Iterator[str]:
    while "/" in name:
        name = name.partition("/")[2]
        yield name

"""A log as text to read: what a process printed may be made for a terminal."""

import re

_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\^_])")  # ECMA-48
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def readable(log: str, *, lines: int, width: int) -> str:
    """Return the last ``lines`` of a log as a terminal would show them, cut to ``width``.

    A progress bar that wrote over itself is its last state; colours and other codes are left out.
    """
    plain = _ESCAPES.sub("", log).rstrip("\n").split("\n")
    return "\n".join(_line(line, width) for line in plain[-lines:])


def _line(line: str, width: int) -> str:
    state = _CONTROLS.sub("", line.rstrip("\r").rsplit("\r", maxsplit=1)[-1])
    return state if len(state) <= width else f"{state[: width - 1]}…"

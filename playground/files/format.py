"""What there is to know about a file before its rows can be read."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a file holds its rows."""

    CSV = "delimited"
    JSONL = "JSON lines"
    LINES = "a line a text"
    CONLL = "CoNLL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How a file is read; ``dataclasses.replace`` overrides what was detected.

    ``encoding`` is a name that Python knows. ``delimiter`` is for delimited files only; None there
    means that each record is one field. ``header`` says whether the first record names the columns;
    JSON lines name theirs in each line, and a CoNLL file's header is only skipped.
    """

    kind: Kind
    encoding: str
    delimiter: str | None
    header: bool

"""Rows as a reader of files collects them, up to a cap and with reasons for those left out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from playground.errors import FileTooLargeError
from playground.files.encoding import NAMES
from playground.files.table import BadRow
from playground.files.text import UNDECODABLE, UNREADABLE

MAX_FIELD = 131_072  # characters of one field; csv stops there, too
MAX_COLUMNS = 1_000
Value = TypeVar("Value")


@dataclass(slots=True)
class Rows(Generic[Value]):
    """Rows found so far; above ``cap`` they are counted and not kept."""

    cap: int
    values: list[Value] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    found: int = 0

    def add(self, number: int, value: Value) -> None:
        """Keep the row that begins in line ``number``."""
        self.found += 1
        if self.found <= self.cap:
            self.values.append(value)
            self.numbers.append(number)

    def reject(self, number: int, reason: str) -> None:
        """Keep why the row that begins in line ``number`` cannot be used."""
        self.found += 1
        if self.found <= self.cap:
            self.bad.append(BadRow(number=number, reason=reason))


def problem(fields: Iterable[str], encoding: str) -> str | None:
    """Return what is wrong with the fields of a row, if anything."""
    for value in fields:
        if len(value) > MAX_FIELD:
            return f"a field has {len(value):,} characters; at most {MAX_FIELD:,} are read"
        if UNREADABLE.search(value):
            if UNDECODABLE in value:
                return f"it holds bytes that are not {NAMES.get(encoding, encoding)}"
            return "it holds a NUL character" if "\0" in value else "it holds half a surrogate pair"
    return None


def check_columns(count: int) -> None:
    """Do nothing if so many columns are fine.

    Raises:
        FileTooLargeError: there are too many.
    """
    if count > MAX_COLUMNS:
        raise FileTooLargeError(
            f"The file has {count:,} columns, and at most {MAX_COLUMNS:,} are read. "
            "Keep the texts and what belongs to them."
        )

"""Delimited records (RFC 4180), read so that one broken quote costs one row and not the rest."""

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator
from itertools import chain, islice

from playground.errors import BrokenFileError
from playground.files import names
from playground.files.format import Format
from playground.files.rows import Rows, check_columns, problem
from playground.files.text import opened

SAMPLE = 200  # records that tell how many fields a record has
_NO_DELIMITER = "\udffe"  # half of a surrogate pair, which no text holds
# A quote that never ends is looked for up to the end of the longest field. Where thousands do, that
# would take minutes.
_MOST_LINES_AGAIN = 1_000_000
_STATED = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)  # a first line that is meant for Excel
_BROKEN_QUOTE = "a quote that begins a field is never closed, or text follows the closing quote"


Record = tuple[int, list[str] | None]  # the line where it begins; None if its quotes are broken


class _Lines(Iterator[str]):
    """Lines for the csv module, with a way back to the second line of a record."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._lines = iter(stream)
        self._again = deque(islice(self._lines, 1))
        self._read_again = 0
        self.number = 0  # of the line read last
        self.record: list[str] = []  # the lines of the record being read
        if self._again and stated_delimiter(self._again[0]):
            self._again.clear()
            self.number = 1

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.number += 1
        self.record.append(line)
        return line

    def go_back(self) -> None:
        again = self.record[1:]
        self._read_again += len(again)
        if self._read_again > _MOST_LINES_AGAIN:
            raise BrokenFileError(
                f"Too many quotes are never closed, the last one in line {self.number}. "
                "Double the quotes inside of fields, or choose another delimiter."
            )
        self._again.extendleft(reversed(again))
        self.number -= len(again)
        del self.record[1:]


def stated_delimiter(first_line: str) -> str | None:
    """Return the delimiter that a file states for Excel, as in ``sep=;``, if it does."""
    stated = _STATED.fullmatch(first_line)
    return stated[1] if stated else None


def records(data: bytes, encoding: str, delimiter: str | None) -> Iterator[Record]:
    """Yield every record that is not an empty line; a first line ``sep=;`` is none.

    A record with a broken quote ends with its first line. Where that line is all of it, or where
    tabs delimit, quotes may be meant as they stand, and the line is split without them.

    Raises:
        BrokenFileError: the broken quotes are too many.
    """
    lines = _Lines(opened(data, encoding))
    delimiter = delimiter or _NO_DELIMITER
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.record.clear()
        begin = lines.number + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            is_one_line = len(lines.record) == 1
            lines.go_back()
            split = lines.record[0].rstrip("\r\n").split(delimiter)
            yield begin, split if is_one_line or delimiter == "\t" else None
        else:
            if fields:
                yield begin, fields


def read(data: bytes, form: Format, cap: int) -> tuple[list[str], Rows[tuple[str, ...]]]:
    """Return the names of the columns as they stand in the file, and the rows.

    Without a header the names are "column 1" and so on, or "text" for the only one.

    Raises:
        BrokenFileError: the header, or the quotes of too many rows, cannot be read.
        FileTooLargeError: there are too many columns.
    """
    found = records(data, form.encoding, form.delimiter)
    if form.header:
        columns = _header(next(found, None))
    else:
        sample = list(islice(found, SAMPLE))
        found = chain(sample, found)
        columns = _numbered(sample)
    check_columns(len(columns))
    rows: Rows[tuple[str, ...]] = Rows(cap)
    for number, fields in found:
        reason = _problem(fields, len(columns), form.encoding)
        if reason is None and fields is not None:
            rows.add(number, tuple(fields))
        else:
            rows.reject(number, reason or _BROKEN_QUOTE)
    return columns, rows


def _header(record: Record | None) -> list[str]:
    if record is None:
        return []
    number, fields = record
    if fields is None:
        raise BrokenFileError(
            f"The header in line {number} cannot be read: {_BROKEN_QUOTE}. Correct that line."
        )
    return fields


def _numbered(sample: list[Record]) -> list[str]:
    widths = Counter(len(fields) for _, fields in sample if fields is not None)
    width = widths.most_common(1)[0][0] if widths else 1
    return [f"column {place}" for place in range(1, width + 1)] if width > 1 else [names.ONLY]


def _problem(fields: list[str] | None, width: int, encoding: str) -> str | None:
    if fields is None:
        return _BROKEN_QUOTE
    if len(fields) != width:
        few = "few" if len(fields) < width else "many"
        return f"too {few} fields: {len(fields)} instead of {width}"
    return problem(fields, encoding)

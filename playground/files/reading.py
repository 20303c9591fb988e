"""An uploaded file becomes a table."""

from collections.abc import Callable

from playground.errors import (
    BrokenFileError,
    EmptyFileError,
    EncodingError,
    FileTooLargeError,
)
from playground.files import binary, conll, delimited, dialect, json_lines, lines, names
from playground.files import encoding as encodings
from playground.files.format import Format, Kind
from playground.files.rows import Rows
from playground.files.table import Table
from playground.files.text import UNREADABLE, opened
from playground.settings import MEGABYTE, Settings

Found = tuple[list[str], Rows[tuple[str, ...]]]  # the columns' names and the rows
# A further kind is a member of Kind and a reader here.
_READERS: dict[Kind, Callable[[bytes, Format, int], Found]] = {
    Kind.CSV: delimited.read,
    Kind.JSONL: json_lines.read,
    Kind.LINES: lines.read,
    Kind.CONLL: conll.read,
}
_BLANK = b"\0\t\n\r \xef\xbb\xbf\xff\xfe"  # nothing but these is an empty file, in any encoding
_MOST_UNREADABLE = 0.5  # of the lines


def detect(data: bytes, file_name: str) -> Format:
    """Return how ``data`` is most likely to be read; the name decides where the bytes do not.

    Raises:
        EmptyFileError: there is nothing in it.
        BinaryFileError: it is no text.
    """
    _check_text(data)
    encoding = encodings.detect(data)
    binary.refuse_controls(data, encoding)
    return dialect.detect(data, file_name, encoding)


def read(
    data: bytes, file_name: str, format: Format | None = None, settings: Settings | None = None
) -> Table:
    """Return the rows of a file, and why others cannot be used.

    Args:
        data: the file as it was uploaded.
        file_name: its name, for what the bytes leave open.
        format: how to read it; detected without one.
        settings: the caps; those of the environment without any.

    Raises:
        FileTooLargeError: more megabytes, rows or columns than the caps allow.
        EmptyFileError: there is nothing in it, or only a header.
        BinaryFileError: it is no text.
        EncodingError: it is not in the encoding of ``format``.
        BrokenFileError: the header or every row is broken.
    """
    settings = settings or Settings.from_environment()
    _check_size(data, settings)
    if format is None:
        format = detect(data, file_name)
    else:
        _check_text(data)
        _check_encoding(data, format.encoding)
    given, rows = _READERS[format.kind](data, format, settings.max_rows)
    _check_rows(rows, settings)
    columns, notices = names.repaired(given)
    return Table(
        columns=columns,
        rows=tuple(rows.values),
        numbers=tuple(rows.numbers),
        bad=tuple(rows.bad),
        format=format,
        notices=notices,
    )


def _check_size(data: bytes, settings: Settings) -> None:
    if len(data) > settings.max_upload_mb * MEGABYTE:
        raise FileTooLargeError(
            f"The file has {len(data) / MEGABYTE:,.1f} MB, and at most {settings.max_upload_mb} MB "
            "are read. Leave out columns that are not needed, or split it."
        )


def _check_text(data: bytes) -> None:
    if not data.strip(_BLANK):
        raise EmptyFileError("The file is empty. Upload one with a text in each row.")
    binary.refuse(data)


def _check_encoding(data: bytes, encoding: str) -> None:
    """Do nothing if ``data`` is in ``encoding`` as far as lines and most of their bytes tell."""
    likely = encodings.detect(data)
    if encoding == likely:
        return
    looks = f"It looks like {encodings.NAMES[likely]}."
    name = encodings.NAMES.get(encoding, encoding)
    try:
        readable = [UNREADABLE.search(line) is None for line in opened(data, encoding)]
    except LookupError:
        raise EncodingError(f"There is no encoding “{encoding}”. {looks}") from None
    except UnicodeError:
        raise EncodingError(f"The file is not {name}: that mark is missing. {looks}") from None
    lost_line_ends = len(readable) == 1 and len(data.splitlines()) > 1
    if lost_line_ends or readable.count(False) > _MOST_UNREADABLE * len(readable):
        raise EncodingError(
            f"The file is not {name}: {readable.count(False):,} of {len(readable):,} lines cannot "
            f"be read so. {looks}"
        )


def _check_rows(rows: Rows[tuple[str, ...]], settings: Settings) -> None:
    if rows.found > settings.max_rows:
        raise FileTooLargeError(
            f"The file has {rows.found:,} rows, and at most {settings.max_rows:,} are read. "
            f"Keep one in {-(-rows.found // settings.max_rows)}, or split the file."
        )
    if not rows.found:
        raise EmptyFileError(
            "The file has a header and no rows. Add a row for each text, or say that it has no "
            "header."
        )
    if not rows.values:
        first = rows.bad[0]
        raise BrokenFileError(
            f"None of the {rows.found:,} rows can be read. The first, in line {first.number}: "
            f"{first.reason}. Check how the file is read, its delimiter above all."
        )

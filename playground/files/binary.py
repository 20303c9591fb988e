"""Files that are no text: what they look like by their first bytes."""

import re

from playground.errors import BinaryFileError
from playground.files import text

_FIRST_BYTES = (
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF89a", "a GIF picture"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1\0\0", "an Arrow file"),
    (b"SQLite format 3\0", "an SQLite database"),
)
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Office before 2007
# Names that the directory at a ZIP archive's end, or its first entry, holds.
_IN_ZIP = (
    (b"xl/workbook", "an Excel workbook (XLSX)", True),
    (b"opendocument.spreadsheet", "an OpenDocument spreadsheet (ODS)", True),
    (b"word/document", "a Word document (DOCX)", False),
)
_SAVE_AS_CSV = "Open it there and save it as CSV (“CSV UTF-8” in Excel), then upload that."
_TEXT_NEEDED = "Upload the texts as CSV, TSV, JSON lines or plain text."
_UNPACK = "Unpack it and upload the CSV, TSV, JSON lines or text file in it."
_CONTROLS = re.compile(rf"[\x00-\x08\x0b\x0e-\x1f\x7f{text.UNDECODABLE}]")
_MOST_CONTROLS = 0.1  # of a text's first characters
_HEAD = 65_536  # characters


def refuse(data: bytes) -> None:
    """Do nothing if ``data`` may be text.

    Raises:
        BinaryFileError: it is something else; the message says what it looks like.
    """
    for first, name in _FIRST_BYTES:
        if data.startswith(first):
            advice = _UNPACK if "archive" in name else _TEXT_NEEDED
            raise BinaryFileError(f"This looks like {name}, not like text. {advice}")
    if data.startswith(_OLE):
        raise BinaryFileError(f"This looks like an old Office file (XLS). {_SAVE_AS_CSV}")
    if data.startswith(_ZIP):
        _refuse_archive(data)
    if data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html")):
        raise BinaryFileError(
            "This looks like a web page, perhaps the one around a download link. "
            "Download the file itself and upload that."
        )


def refuse_controls(data: bytes, encoding: str) -> None:
    """Do nothing if ``data`` begins like text in ``encoding``.

    Raises:
        BinaryFileError: too much of it is control characters.
    """
    head = text.opened(data, encoding).read(_HEAD)
    if len(_CONTROLS.findall(head)) > _MOST_CONTROLS * len(head):
        raise BinaryFileError(f"This does not look like text. {_TEXT_NEEDED}")


def _refuse_archive(data: bytes) -> None:
    for inside, name, is_spreadsheet in _IN_ZIP:
        if inside in data:
            advice = _SAVE_AS_CSV if is_spreadsheet else _TEXT_NEEDED
            raise BinaryFileError(f"This looks like {name}, not like text. {advice}")
    raise BinaryFileError(f"This looks like a ZIP archive, not like text. {_UNPACK}")

"""Broken files, each with what it says: to all of it, or to the row that is broken."""

import codecs
import io
import zipfile

import pytest

from playground.errors import (
    BinaryFileError,
    BrokenFileError,
    EmptyFileError,
    EncodingError,
    FileError,
    FileTooLargeError,
)
from playground.files import BadRow, Format, Kind, detect, read
from playground.files.rows import MAX_FIELD, Rows
from playground.settings import Settings

SETTINGS = Settings(max_rows=3, max_upload_mb=1)
SAVE_AS_CSV = "save it as CSV"


def archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as writer:
        for name in names:
            writer.writestr(name, "content")
    return made.getvalue()


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0"
NOISE = bytes((17 * n * n + 5 * n) % 256 for n in range(2_000))
WHOLE = {
    "nothing": (b"", "a.csv", EmptyFileError, ["empty"]),
    "only white space": (b"\r\n  \n\t\n", "a.txt", EmptyFileError, ["empty"]),
    "only a byte order mark": (codecs.BOM_UTF16_LE, "a.csv", EmptyFileError, ["empty"]),
    "only a header": (b"text,label\n", "a.csv", EmptyFileError, ["header and no rows"]),
    "PNG": (PNG, "a.csv", BinaryFileError, ["PNG picture", "plain text"]),
    "JPEG": (b"\xff\xd8\xff\xe0\0\x10JFIF", "a.csv", BinaryFileError, ["JPEG picture"]),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "a.txt", BinaryFileError, ["PDF document"]),
    "XLSX": (
        archive("[Content_Types].xml", "xl/workbook.xml"),
        "a.csv",
        BinaryFileError,
        ["Excel workbook", SAVE_AS_CSV],
    ),
    "XLS": (
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(40),
        "a.csv",
        BinaryFileError,
        ["old Office file", SAVE_AS_CSV],
    ),
    "DOCX": (archive("word/document.xml"), "a.txt", BinaryFileError, ["Word document"]),
    "ZIP": (archive("reviews.csv"), "a.csv", BinaryFileError, ["ZIP archive", "Unpack"]),
    "gzip": (b"\x1f\x8b\x08\0abc", "a.csv", BinaryFileError, ["gzip archive", "Unpack"]),
    "Parquet": (b"PAR1\x15\x04\x15", "a.csv", BinaryFileError, ["Parquet file"]),
    "web page": (b"\n<!DOCTYPE html><html>", "a.csv", BinaryFileError, ["web page"]),
    "RTF": (b"{\\rtf1\\ansi text}", "a.txt", BinaryFileError, ["RTF document"]),
    "noise": (NOISE, "a.csv", BinaryFileError, ["does not look like text"]),
    "too many rows": (
        b"text,label\n" + b"a b,1\n" * 4 + b"broken\n" * 3,
        "a.csv",
        FileTooLargeError,
        ["7 rows", "at most 3", "one in 3"],
    ),
    "too many lines": (b"a\nb\n\nc\nd\n", "a.txt", FileTooLargeError, ["4 rows", "at most 3"]),
    "too large": (b"a" * 1_200_000, "a.txt", FileTooLargeError, ["1.2 MB", "at most 1 MB"]),
    "too many columns": (
        ",".join(f"c{n}" for n in range(1_001)).encode() + b"\n" + b"," * 1_000 + b"\n",
        "a.csv",
        FileTooLargeError,
        ["1,001 columns", "at most 1,000"],
    ),
    "JSON array cut off": (
        b'[{"text": "a"},\n {"text": "b"},\n {"text": "c',
        "a.json",
        BrokenFileError,
        ["line 3", "one object a line"],
    ),
    "JSON array without commas": (
        b'[{"text": "a"}\n {"text": "b"}]',
        "a.json",
        BrokenFileError,
        ["line 1"],
    ),
    "JSON lists a line": (
        b'["a", 1]\n["b", 0]\n',
        "a.jsonl",
        BrokenFileError,
        ["ends before line 2", "one object a line"],
    ),
    "one JSON object over lines": (
        b'{\n "text": "a",\n "label": 1}\n',
        "a.json",
        BrokenFileError,
        ["None of the 3 rows", "line 1", "no JSON"],
    ),
    "header with an open quote": (
        b'text,"label\na,1\nb,2\n',
        "a.csv",
        BrokenFileError,
        ["header in line 1", "never closed"],
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_cannot_be_used_says_what_was_found_and_what_to_do(name: str) -> None:
    data, file_name, error, parts = WHOLE[name]
    form = Format(kind=Kind.CSV, encoding="utf-8", delimiter=",", header=True)
    with pytest.raises(error) as raised:
        read(data, file_name, form if "open quote" in name else None, SETTINGS)
    assert [part for part in parts if part not in str(raised.value)] == []
    assert issubclass(error, FileError)


LONG = b"x" * (MAX_FIELD + 1)
ROWS: dict[str, tuple[bytes, str, list[tuple[int, str]], int]] = {
    "too few fields": (b"text,label\na,1\nb\nc,3\n", "a.csv", [(3, "too few fields: 1")], 2),
    "too many fields": (
        b"text,label\na,1\nb, or not,2\nc,3\n",
        "a.csv",
        [(3, "too many fields: 3 instead of 2")],
        2,
    ),
    "a quote that swallows the rest": (
        b'text,label\na,1\n"b,2\nc,3\nd,4\n',
        "a.csv",
        [(3, "never closed")],
        3,
    ),
    "a quote that the next one closes": (
        b'text,label\n"a,1\nb,2\n"c, d",3\ne,4\n',
        "a.csv",
        [(2, "never closed")],
        3,
    ),
    "text behind a closing quote": (
        b'text,label\n"a" b, c,1\nd,2\n',
        "a.csv",
        [(2, "too many fields: 3")],
        1,
    ),
    "lines counted within quotes": (
        b'text,label\n"a\n\nb",1\nc\n"d\ne",2\nf\n',
        "a.csv",
        [(5, "too few"), (8, "too few")],
        2,
    ),
    "bytes that are not UTF-8": (
        "text,label\nschön,1\nübel\xff,2\n多謝,3\nà la,4\n".encode().replace(b"\xc3\xbf", b"\xff"),
        "a.csv",
        [(3, "not UTF-8")],
        3,
    ),
    "a byte that Windows-1252 has not": (
        b"text,label\nsch\xf6n,1\n5 \x80,2\nb\x81d,3\n",
        "a.csv",
        [(4, "not Windows-1252")],
        2,
    ),
    "half a pair in UTF-16": (
        codecs.BOM_UTF16_LE + "text\ngut\nX\nfein\n".encode("utf-16-le").replace(b"X\0", b"\0\xd8"),
        "a.csv",
        [(3, "not UTF-16")],
        2,
    ),
    "a NUL": (
        b"text,label\nfine words,1\nodd \0 words,2\nmore words,3\n",
        "a.csv",
        [(3, "NUL")],
        2,
    ),
    "an overlong field": (
        b"text,label\na,1\n" + LONG + b",2\nb,3\n",
        "a.csv",
        [(3, "131,073 characters; at most 131,072")],
        2,
    ),
    "an overlong line": (b"a\n" + LONG + b"\nb\n", "a.txt", [(2, "at most 131,072")], 2),
    "an unparsable JSON line": (
        b'{"text": "a"}\n{"text": "b"\n{"text": "c"}\n',
        "a.jsonl",
        [(2, "no JSON")],
        2,
    ),
    "JSON that is no row": (
        b'{"text": "a"}\n\n[1, 2]\n7\n"b"\n',
        "a.jsonl",
        [(3, "neither"), (4, "neither")],
        2,
    ),
    "JSON with half a surrogate pair": (
        b'{"text": "a"}\n{"text": "\\ud83d"}\n',
        "a.jsonl",
        [(2, "half a surrogate pair")],
        1,
    ),
    "JSON nested too deeply": (
        b'{"text": "a"}\n' + b"[" * 100_000 + b"\n",
        "a.jsonl",
        [(2, "nested too deeply")],
        1,
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_broken_row_is_reported_and_the_rest_is_read(name: str) -> None:
    data, file_name, bad, rows = ROWS[name]
    table = read(data, file_name)
    assert [row.number for row in table.bad] == [number for number, _ in bad]
    for row, (_, reason) in zip(table.bad, bad, strict=True):
        assert reason in row.reason
    assert len(table.rows) == len(table.numbers) == rows


def test_lines_after_a_quote_that_swallowed_them_keep_their_numbers() -> None:
    table = read(b'text,label\na,1\n"b,2\nc,3\n"d\ne",4\nf\n', "a.csv")
    assert table.rows == (("a", "1"), ("c", "3"), ("d\ne", "4"))
    assert table.numbers == (2, 4, 5)
    assert [row.number for row in table.bad] == [3, 7]


def test_rows_above_the_cap_are_counted_and_not_kept() -> None:
    rows: Rows[str] = Rows(cap=2)
    rows.add(1, "a")
    rows.reject(2, "no")
    rows.add(3, "b")
    rows.reject(4, "no")
    assert (rows.found, rows.values, rows.numbers) == (4, ["a"], [1])
    assert rows.bad == [BadRow(number=2, reason="no")]


NAMES = {
    "empty name": (b",text\n1,a\n", ("column 1", "text"), ["Column 1 has no name"]),
    "same name": (b"text,text\na,b\n", ("text", "text 2"), ["Two columns are called “text”"]),
    "the repair is taken, too": (b"text,text,text 2\na,b,c\n", ("text", "text 3", "text 2"), [""]),
    "fine": (b"text,label\na,b\n", ("text", "label"), []),
}


@pytest.mark.parametrize("name", NAMES)
def test_names_of_columns_are_repaired_and_that_is_said(name: str) -> None:
    data, columns, notices = NAMES[name]
    table = read(data, "a.csv")
    assert table.columns == columns
    assert len(table.notices) == len(notices)
    assert all(part in said for part, said in zip(notices, table.notices, strict=True))


MISFITS = {
    "UTF-8 for UTF-16": ("a,ä\nb,ö\n".encode("utf-16-le"), "utf-8", "UTF-16, little-endian"),
    "UTF-16 for UTF-8": ("text\nä\nö\n".encode(), "utf-16-le", "UTF-8"),
    "UTF-8 for Latin-1": ("ä\nö\nü\n".encode("latin-1"), "utf-8", "3 of 3 lines"),
    "GB18030 for UTF-16": ("text\nä\nö\n".encode("utf-16-be"), "gb18030", "UTF-16, big-endian"),
    "UTF-16 that swallows line ends": (b"good,1\nbad,00\n", "utf-16-be", "0 of 1 lines"),
    "a mark that is missing": (b"a,b\n", "utf-16", "that mark is missing. It looks like UTF-8."),
    "no encoding": (b"a,b\n", "klingon", "There is no encoding “klingon”"),
    "no text encoding": (b"a,b\n", "base64", "There is no encoding “base64”"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_an_encoding_that_does_not_fit_is_refused(name: str) -> None:
    data, encoding, said = MISFITS[name]
    form = Format(kind=Kind.CSV, encoding=encoding, delimiter=",", header=False)
    with pytest.raises(EncodingError) as raised:
        read(data, "a.csv", form)
    assert said in str(raised.value)


def test_rows_that_another_delimiter_breaks_say_so() -> None:
    form = Format(kind=Kind.CSV, encoding="utf-8", delimiter=";", header=True)
    with pytest.raises(BrokenFileError) as raised:
        read(b"text,a;b;c\nd,1\ne,2\n", "a.csv", form)
    assert "None of the 2 rows" in str(raised.value)
    assert "delimiter" in str(raised.value)


def test_endless_quotes_in_every_row_end_in_a_message() -> None:
    data = b"text,label\n" + b'a","b\n' * 20_000
    form = Format(kind=Kind.CSV, encoding="utf-8", delimiter=",", header=True)
    with pytest.raises(BrokenFileError) as raised:
        read(data, "a.csv", form)
    assert "Too many quotes are never closed" in str(raised.value)


def test_a_delimiter_that_makes_endless_quotes_is_not_the_one_detected() -> None:
    table = read(b"text\n" + b'a","b\n' * 19_999, "a.csv")
    assert (table.format.delimiter, len(table.rows)) == (None, 19_999)


def test_detect_refuses_what_is_no_text() -> None:
    for data in (b"", PNG, NOISE):
        with pytest.raises(FileError):
            detect(data, "a.csv")

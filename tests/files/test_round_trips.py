"""Whatever is written as a table comes back equal."""

import codecs
import csv
import io
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from playground.errors import FileError
from playground.files import Format, Kind, detect, read, text_column
from playground.files.encoding import NAMES

DELIMITERS = st.sampled_from([",", ";", "\t", "|"])
ENCODINGS = st.sampled_from(
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252", "gb18030"]
)
# Line ends, quotes and delimiters come often; so do characters that split lines in Python alone.
SPICE = st.sampled_from([*"\n\r\"',;|\t \u2028", '""', "\r\n", '",', "\ufeff"])
SCRAPS = [
    *(
        b"text,label\n",
        b"a;b\r\n",
        b'"',
        b'"a\nb"',
        b"\t",
        b"\n",
        b"\r",
        b"|",
        b"words, and more\n",
    ),
    *(b'{"text": "a"}\n', b'{"text": 1, "": null}\n', b"[", b"]", b",", b'{"a": "\\ud800"}'),
    *(b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1f\x8b", "größer\n".encode()),
    *("größer\n".encode("latin-1"), "很好\n".encode("gb18030"), "很好, ja\n".encode("utf-16-le")),
]
FORMATS = st.builds(
    Format,
    kind=st.sampled_from(Kind),
    encoding=st.sampled_from([*NAMES]),
    delimiter=DELIMITERS | st.none(),
    header=st.booleans(),
)


@st.composite
def files(draw: st.DrawFn, *, controls: bool) -> tuple[list[str], list[list[str]], str]:
    """Columns, rows and an encoding that can hold them; a NUL would make a bad row."""
    encoding = draw(ENCODINGS)
    letters = st.characters(
        codec=encoding, exclude_characters="\0", exclude_categories=[] if controls else ["Cc"]
    )
    cells = st.lists(letters | SPICE, max_size=8).map("".join)
    width = draw(st.integers(1, 4))
    columns = ["text", "label", "id", "date"][:width]
    rows = draw(st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=6))
    held = [[cell.encode(encoding, "ignore").decode(encoding) for cell in row] for row in rows]
    return columns, held, encoding


def written(rows: list[list[str]], delimiter: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


@given(files(controls=True), DELIMITERS)
def test_any_table_comes_back_in_a_format_that_is_known(
    file: tuple[list[str], list[list[str]], str], delimiter: str
) -> None:
    columns, rows, encoding = file
    data = written([columns, *rows], delimiter).encode(encoding)
    form = Format(kind=Kind.CSV, encoding=encoding, delimiter=delimiter, header=True)
    table = read(data, "a.csv", form)
    assert table.columns == tuple(columns)
    assert [list(row) for row in table.rows] == rows
    assert not table.bad


@given(files(controls=False), DELIMITERS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_any_table_in_unicode_comes_back_in_the_format_that_is_detected(
    file: tuple[list[str], list[list[str]], str], delimiter: str, encoding: str
) -> None:
    columns, rows, _ = file
    data = written([columns, *rows], delimiter).encode(encoding)
    table = read(data, "a.csv")
    assert table.format.encoding == encoding
    assert table.columns == tuple(columns)
    assert [list(row) for row in table.rows] == rows


@settings(max_examples=50)
@given(files(controls=True), DELIMITERS, st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_table_with_all_cells_quoted_comes_back_whatever_ends_its_lines(
    file: tuple[list[str], list[list[str]], str], delimiter: str, end: str
) -> None:
    columns, rows, encoding = file
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator=end)
    writer.writerows([columns, *rows])
    form = Format(kind=Kind.CSV, encoding=encoding, delimiter=delimiter, header=True)
    table = read(text.getvalue().encode(encoding), "a.csv", form)
    assert table.columns == tuple(columns)
    assert [list(row) for row in table.rows] == rows


WORDS = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz ,.;"), min_size=12, max_size=40)


@given(
    st.lists(st.tuples(WORDS, st.sampled_from("äöüßéèçñå")), min_size=1, max_size=6),
    DELIMITERS,
    st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "latin-1"]),
)
def test_words_with_a_letter_beyond_ascii_come_back_without_a_mark(
    pairs: list[tuple[str, str]], delimiter: str, encoding: str
) -> None:
    rows = [[f"{words}{letter}{words}", "pos"] for words, letter in pairs]
    data = written([["text", "label"], *rows], delimiter).encode(encoding)
    assert detect(data, "a.csv").encoding == encoding
    assert [list(row) for row in read(data, "a.csv").rows] == rows


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.text(), min_size=3), min_size=1))
def test_any_objects_come_back_from_json_lines_and_from_an_array(
    rows: list[dict[str, str]],
) -> None:
    lines = "".join(json.dumps(row, ensure_ascii="a" in row["a"]) + "\n" for row in rows)
    array = json.dumps(rows, indent=1)
    readable = [row for row in rows if "\0" not in "".join(row.values())]
    form = Format(kind=Kind.JSONL, encoding="utf-8", delimiter=None, header=False)
    if not readable:
        return
    for data in (lines.encode(), codecs.BOM_UTF8 + array.encode()):
        table = read(data, "a.json", form)
        assert [dict(zip(table.columns, row, strict=True)) for row in table.rows] == readable
        assert len(table.bad) == len(rows) - len(readable)


@given(
    st.lists(st.binary(max_size=12) | st.sampled_from(SCRAPS)).map(b"".join),
    st.sampled_from(["a.csv", "a.tsv", "a.txt", "a.json", "a"]),
    st.none() | FORMATS,
)
def test_any_bytes_give_a_table_or_a_message(
    data: bytes, file_name: str, form: Format | None
) -> None:
    try:
        table = read(data, file_name, form)
    except FileError:
        return
    assert len(table.rows) == len(table.numbers) > 0
    assert {len(row) for row in table.rows} == {len(table.columns)}
    assert len(set(table.columns)) == len(table.columns)
    shown = "".join([*table.columns, *table.notices, *(c for row in table.rows for c in row)])
    assert shown.encode()
    assert "\0" not in shown
    assert text_column(table) in table.columns

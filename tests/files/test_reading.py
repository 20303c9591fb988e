"""Rows of files that are fine."""

import pytest

from playground.files import Format, Kind, Table, read
from playground.settings import Settings


def test_a_table_knows_rows_lines_and_format() -> None:
    data = 'text;label\r\n"Schön;\r\nwirklich";1\r\n\r\n"sagte ""nein""";0\r\n'.encode("cp1252")
    assert read(data, "a.csv") == Table(
        columns=("text", "label"),
        rows=(("Schön;\r\nwirklich", "1"), ('sagte "nein"', "0")),
        numbers=(2, 5),
        bad=(),
        format=Format(kind=Kind.CSV, encoding="latin-1", delimiter=";", header=True),
    )


def test_a_column_is_found_by_its_name() -> None:
    table = read(b"text,label\na,1\nb,0\n", "a.csv")
    assert table.column("label") == ("1", "0")
    with pytest.raises(ValueError, match="x not in tuple"):
        table.column("title")


def test_every_part_of_the_format_can_be_overridden() -> None:
    data = "a;ä\nb;ö\n".encode("latin-1")
    form = Format(kind=Kind.CSV, encoding="cp1251", delimiter=None, header=True)
    table = read(data, "a.csv", form)
    assert table.columns == ("a;д",)
    assert table.rows == (("b;ц",),)
    assert table.format == form
    lines = Format(kind=Kind.LINES, encoding="latin-1", delimiter=None, header=False)
    assert read(data, "a.csv", lines).rows == (("a;ä",), ("b;ö",))


def test_without_a_header_columns_are_numbered_and_the_only_one_holds_texts() -> None:
    table = read(b"good,1\nbad,0,\nfine,1\n", "a.csv")
    assert table.columns == ("column 1", "column 2")
    assert table.numbers == (1, 3)
    assert [row.number for row in table.bad] == [2]
    assert read(b"Good one.\nBad one.\n", "a.csv").columns == ("text",)


def test_quotes_that_open_no_field_are_read_as_they_stand() -> None:
    data = b'sentence\tlabel\n"Hello, he said\t1\n"so" so\t0\na 5" screen\t1\n"all of it"\t0\n'
    assert read(data, "a.tsv").rows == (
        ('"Hello, he said', "1"),
        ('"so" so', "0"),
        ('a 5" screen', "1"),
        ("all of it", "0"),
    )


def test_plain_text_has_a_text_a_line() -> None:
    table = read(b"One, two.\n\n  \nThree; four.\r\nFive\x0bsix\x1c seven.", "a.txt")
    assert table.columns == ("text",)
    assert table.column("text") == ("One, two.", "Three; four.", "Five\x0bsix\x1c seven.")
    assert table.numbers == (1, 4, 5)


def test_json_lines_have_the_keys_of_all_objects() -> None:
    data = (
        b'{"text": "a \\u00e4\\n", "stars": 4.50, "ok": true}\n'
        b'\n{"id": null, "text": "b", "words": ["x", 1]}\n"only a text"\n'
    )
    table = read(data, "a.jsonl")
    assert table.columns == ("text", "stars", "ok", "id", "words")
    assert table.rows == (
        ("a ä\n", "4.5", "true", "", ""),
        ("b", "", "", "", '["x", 1]'),
        ("only a text", "", "", "", ""),
    )
    assert table.numbers == (1, 3, 4)


def test_an_array_is_read_like_json_lines() -> None:
    table = read(b' [ {"text": "a"}, 7,\n{"text": "b"}\n ,"c" ]\n', "a.json")
    assert table.rows == (("a",), ("b",), ("c",))
    assert table.numbers == (1, 3, 4)
    assert [(row.number, row.reason[:15]) for row in table.bad] == [(2, "it is neither a")]


def test_as_many_rows_as_the_cap_are_read() -> None:
    data = b"text\n" + b"fine\n" * 20_000
    assert len(read(data, "a.csv").rows) == 20_000 == Settings().max_rows


def test_names_of_columns_can_be_shown() -> None:
    table = read(b"text,\xff\0 label \na,1\n", "a.csv", form(encoding="utf-8"))
    assert table.columns == ("text", "\N{REPLACEMENT CHARACTER}" * 2 + " label")


def form(encoding: str) -> Format:
    return Format(kind=Kind.CSV, encoding=encoding, delimiter=",", header=True)

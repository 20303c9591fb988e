"""What the first records tell: kind, delimiter, header, and the column with the texts."""

import pytest

from playground.files import Format, Kind, Table, detect, text_column

REVIEWS = {
    "one column": ("text\nThin plot, good cast\nNever again\n", None, True),
    "one column, quoted": ('text\n"Well, fine"\nAwful\n"Good, bad, ugly"\n', None, True),
    "one column, no header": ("I liked it\nIt was long\n", None, False),
    "comma": ("text,label\nGreat film,pos\nAwful film,neg\n", ",", True),
    "delimiters in quotes": ('text,label\n"Great; loved, it",pos\n"Bad; so",neg\n', ",", True),
    "line ends in quotes": (
        'text,label\n"First line\n\nmore; text",pos\n"A ""quoted""\none",neg\n',
        ",",
        True,
    ),
    "semicolon and prose": ("text;label\nGut, aber teuer;1\nNein, danke;0\n", ";", True),
    "decimal commas": ("Text;Wert\nGut;1,5\nSchlecht;0,5\n", ";", True),
    "decimal commas, no header": ("Gut;1,5\nSchlecht;0,5\n", ";", False),
    "tab and prose": ("hide new , really\t0\ncontains no wit , only\t0\n", "\t", False),
    "tab and open quotes": ('sentence\tlabel\n"Hello he said\t1\nfoo\t0\n"so" so\t1\n', "\t", True),
    "pipe": ("id|review\n1|Fine, thanks; ok\n2|Bad\n", "|", True),
    "labels that come again": ("great film,pos\nawful film,neg\nok film,pos\n", ",", False),
    "a name that comes again": ("I agree,title\nI do,title\n", ",", False),
    "empty cells below none": (",text\n,a\n", ",", True),
    "a text of one column with a usual word": ("Great title\nToo long\n", None, False),
    "numbers": ("great film,1\nawful film,0\n", ",", False),
    "index without a name": (",text,label\n0,Great film,pos\n1,Awful film,neg\n", ",", True),
    "Chinese": ("文本,标签\n很好看，推荐,正面\n太无聊,负面\n", ",", True),
    "camel case": ("reviewText,overall\nSolid product,5\nBroke,1\n", ",", True),
    "unusual names": ("Aussage;Haltung\nIch mag es.;dafür\nUnsinn!;dagegen\n", ";", True),
    "a sentence first": ("I liked it a lot.,pos\nNot for me.,neg\n", ",", False),
    "a long cell first": (f"{'so ' * 20}good,pos\nfine,neg\n", ",", False),
    "carriage returns": ("text,label\rGreat film,pos\rAwful film,neg\r", ",", True),
    "a broken row": ("text,label\nGreat,pos\nGood, or not,pos\nAwful,neg\n", ",", True),
    "no last line end": ("text,label\nGreat,pos", ",", True),
}


@pytest.mark.parametrize("name", REVIEWS)
def test_delimiter_and_header_are_found(name: str) -> None:
    text, delimiter, header = REVIEWS[name]
    assert detect(text.encode(), "reviews.csv") == Format(
        kind=Kind.CSV, encoding="utf-8", delimiter=delimiter, header=header
    )


KINDS = {
    "prose": ("Good, I liked it.\nBad, boring.\n", "a.txt", Kind.LINES, None, False),
    "prose with a name": ("text\nGood, I liked it.\n", "a.txt", Kind.LINES, None, True),
    "tabs": ("Good\t1\nBad\t0\n", "a.txt", Kind.CSV, "\t", False),
    "a table by its names": ("text,label\nGood,1\n", "a.txt", Kind.CSV, ",", True),
    "no suffix": ("Good; fine\nBad; not\n", "reviews", Kind.LINES, None, False),
    "objects": ('{"text": "a"}\n', "a.jsonl", Kind.JSONL, None, False),
    "broken objects": ('{"text": \n', "a.jsonl", Kind.JSONL, None, False),
    "objects in a text file": ('\n{"text": "a"}\n', "a.txt", Kind.JSONL, None, False),
    "array": ('[\n{"text": "a"}]', "a.csv", Kind.JSONL, None, False),
    "a bracket in prose": ("[laughs] really\n", "a.txt", Kind.LINES, None, False),
    "upper case": ("text,label\na,b\n", "A.CSV", Kind.CSV, ",", True),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_kind_is_found_in_the_bytes_and_the_name(name: str) -> None:
    text, file_name, kind, delimiter, header = KINDS[name]
    assert detect(text.encode(), file_name) == Format(
        kind=kind, encoding="utf-8", delimiter=delimiter, header=header
    )


def table(columns: tuple[str, ...], *rows: tuple[str, ...]) -> Table:
    form = Format(kind=Kind.CSV, encoding="utf-8", delimiter=",", header=True)
    numbers = tuple(range(2, len(rows) + 2))
    return Table(columns=columns, rows=rows, numbers=numbers, bad=(), format=form)


@pytest.mark.parametrize(
    ("columns", "row", "best"),
    [
        (("id", "text", "title"), ("1", "short", "a title that is longer"), "text"),
        (("review_id", "Review"), ("A7", "Solid product"), "Review"),
        (("标签", "文本"), ("正面正面正面正面", "不错"), "文本"),
        (("comment", "body"), ("", "What was written"), "body"),
        (("column 1", "column 2"), ("a longer text", "pos"), "column 1"),
        (("only",), ("x",), "only"),
    ],
)
def test_the_column_with_the_texts_is_found(
    columns: tuple[str, ...], row: tuple[str, ...], best: str
) -> None:
    assert text_column(table(columns, row)) == best


def test_varied_values_are_texts_rather_than_long_ones_that_repeat() -> None:
    rows = [("a category with a long name", word) for word in ("good one", "bad one", "so so")]
    assert text_column(table(("x", "y"), *rows)) == "x"
    assert (
        text_column(table(("x", "y"), *rows, *[(rows[0][0], f"more {n}") for n in range(9)])) == "y"
    )

"""JSON: an object a line, a text a line, or one array of either."""

import json
import re
from collections.abc import Iterator
from itertools import count

from playground.errors import BrokenFileError
from playground.files import names
from playground.files.format import Format
from playground.files.rows import Rows, check_columns, problem
from playground.files.text import opened

_SHOWN = 60  # characters of a parser's message
_NO_SPACE = re.compile(r"\S")
_ONE_A_LINE = "Correct it, or write one object a line: then a broken one costs only itself."
_decoder = json.JSONDecoder()


def read(data: bytes, form: Format, cap: int) -> tuple[list[str], Rows[tuple[str, ...]]]:
    """Return the keys of all objects in the order they appear, and the rows.

    A key that an object lacks, and null, become an empty text; numbers and nested values are
    written as JSON. Texts without an object are a column called "text".

    Raises:
        BrokenFileError: an array cannot be read to its end.
        FileTooLargeError: there are too many different keys.
    """
    objects: Rows[dict[str, str]] = Rows(cap)
    columns: dict[str, None] = {}
    for number, value in _values(data, form.encoding):
        if isinstance(value, ValueError):
            objects.reject(number, f"it is no JSON: {str(value)[:_SHOWN]}")
        elif not isinstance(value, str | dict):
            objects.reject(number, "it is neither a JSON object nor a text in quotes")
        else:
            row = _row(value)
            if reason := problem([*row, *row.values()], form.encoding):
                objects.reject(number, reason)
            else:
                objects.add(number, row)
                columns.update(dict.fromkeys(row))
                check_columns(len(columns))
    rows = [tuple(row.get(name, "") for name in columns) for row in objects.values]
    return list(columns), Rows(cap, rows, objects.numbers, objects.bad, objects.found)


def begins_like_json(head: str) -> bool:
    """Tell whether a text that begins with ``head`` is JSON in one of the forms read here."""
    first = head.lstrip().split("\n", 1)[0].strip()
    if first.startswith("{"):
        return isinstance(_parsed(first), dict)
    return first.startswith("[") and head.lstrip()[1:].lstrip().startswith(("{", '"'))


def _values(data: bytes, encoding: str) -> Iterator[tuple[int, object]]:
    """Yield the number and the value of every row, a ValueError where there is none.

    The number is that of the line; in an array, which may be a single line, that of the element.
    """
    stream = opened(data, encoding)
    is_array = _first_character(stream) == "["
    stream = opened(data, encoding)
    if is_array:
        yield from _elements(stream.read())
        return
    for number, line in enumerate(stream, start=1):
        if line.strip():
            yield number, _parsed(line)


def _first_character(stream: Iterator[str]) -> str:
    return next((line.lstrip()[0] for line in stream if line.strip()), "")


def _elements(text: str) -> Iterator[tuple[int, object]]:
    """Yield the number, from 1, and the value of every element of the array that ``text`` is."""
    place = _after_space(text, text.index("[") + 1)
    for number in count(1):
        if text.startswith("]", place):
            break
        begin = place
        try:
            value, place = _decoder.raw_decode(text, begin)
        except (ValueError, RecursionError):
            raise _broken_array(text, begin) from None
        place = _after_space(text, place)
        if text.startswith(",", place):
            place = _after_space(text, place + 1)
        elif not text.startswith("]", place):
            raise _broken_array(text, begin)
        yield number, value
    behind = _after_space(text, place + 1)
    if behind < len(text):
        line = _line(text, behind)
        raise BrokenFileError(
            f"The JSON array ends before line {line}, and more follows. {_ONE_A_LINE}"
        )


def _broken_array(text: str, place: int) -> BrokenFileError:
    line = _line(text, place)
    return BrokenFileError(
        f"The JSON array is broken in the element that begins in line {line}. {_ONE_A_LINE}"
    )


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _after_space(text: str, place: int) -> int:
    found = _NO_SPACE.search(text, place)
    return found.start() if found else len(text)


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        return error
    except RecursionError:
        return ValueError("nested too deeply")


def _row(value: str | dict[str, object]) -> dict[str, str]:
    if isinstance(value, str):
        return {names.ONLY: value}
    return {name: _text(cell) for name, cell in value.items()}


def _text(cell: object) -> str:
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)

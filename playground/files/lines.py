"""Plain text: a line a text."""

from playground.files import names
from playground.files.format import Format
from playground.files.rows import Rows, problem
from playground.files.text import opened


def read(data: bytes, form: Format, cap: int) -> tuple[list[str], Rows[tuple[str, ...]]]:
    """Return the name of the only column and the lines that are not empty."""
    rows: Rows[tuple[str, ...]] = Rows(cap)
    column = None if form.header else names.ONLY
    for number, line in enumerate(opened(data, form.encoding), start=1):
        text = line.rstrip("\r\n")
        if not text.strip():
            continue
        if column is None:
            column = text
        elif reason := problem([text], form.encoding):
            rows.reject(number, reason)
        else:
            rows.add(number, (text,))
    return [column or names.ONLY], rows

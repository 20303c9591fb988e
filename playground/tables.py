"""Rows of a table as CSV and JSON."""

import csv
import io
import json
from collections.abc import Sequence

# A spreadsheet reads a cell with one of these in front as a formula (OWASP ASVS 5.0, 1.2.10).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\0")

Row = dict[str, object]


def as_csv(rows: Sequence[Row]) -> str:
    """Return ``rows``, all of the same columns, as CSV; lists in cells are written as JSON.

    Text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    table = io.StringIO()
    writer = csv.DictWriter(table, fieldnames=list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows({column: _cell(value) for column, value in row.items()} for row in rows)
    return table.getvalue()


def as_json(rows: Sequence[Row]) -> str:
    """Return ``rows`` as a JSON list of objects."""
    return json.dumps(rows, ensure_ascii=False, indent=2)


def _cell(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value

"""The rows of a file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from playground.files.format import Format
from playground.files.names import holds_texts

_SAMPLE = 1_000  # rows that tell where the texts are


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that cannot be used, and why."""

    number: int  # as in Table
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows that could be read, as text, in the file's order, and those that could not."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]  # the line where each row begins, from 1; of a JSON array the element
    bad: tuple[BadRow, ...]
    format: Format
    notices: tuple[str, ...] = ()  # what was repaired

    def column(self, name: str) -> tuple[str, ...]:
        """Return the values of the column called ``name``.

        Raises:
            ValueError: there is no such column.
        """
        place = self.columns.index(name)
        return tuple(row[place] for row in self.rows)


def text_column(table: Table) -> str:
    """Return the name of the column that most likely holds the texts.

    A name such as "review" decides; among several, or without one, the longest and most varied
    values do, as far as the first rows tell.
    """
    sample = replace(table, rows=table.rows[:_SAMPLE])
    return max(table.columns, key=lambda name: (holds_texts(name), _wealth(sample.column(name))))


def _wealth(values: Sequence[str]) -> float:
    """Return the mean length of ``values`` times the share of them that differ."""
    if not values:
        return 0
    return sum(map(len, values)) / len(values) * len(set(values)) / len(values)

"""Tables for tests: sixteen good rows, and more after them."""

from collections.abc import Sequence

from playground.files import Format, Kind, Table
from playground.fine_tuning import (
    Checked,
    Columns,
    Example,
    Finding,
    Options,
    Part,
    Problem,
    Split,
    Task,
    check,
)
from playground.settings import Settings

# Lines 2 to 17 of a file with a header: eight times yes, eight times no, nothing wrong.
GOOD = [(f"remark {number}", ("yes", "no")[number % 2]) for number in range(16)]
COLUMNS = Columns(text="text", labels=("label",))


def table(rows: Sequence[Sequence[str]], columns: Sequence[str] = ("text", "label")) -> Table:
    form = Format(kind=Kind.CSV, encoding="utf-8", delimiter=",", header=True)
    return Table(
        columns=tuple(columns),
        rows=tuple(map(tuple, rows)),
        numbers=tuple(range(2, len(rows) + 2)),
        bad=(),
        format=form,
    )


def checked(
    rows: Sequence[Sequence[str]],
    task: Task = Task.CLASSIFICATION,
    options: Options | None = None,
    split: Split | None = None,
    settings: Settings | None = None,
) -> Checked:
    """Check rows of a text and a label."""
    return check(table(rows), COLUMNS, task, split, options, settings=settings or Settings())


def found(result: Checked, finding: Finding) -> Problem:
    [problem] = [one for one in result.problems if one.finding is finding]
    return problem


def all_examples(result: Checked) -> list[Example]:
    """Return the examples of all parts in the order of their lines."""
    examples = [one for part in result.dataset.parts.values() for one in part]
    return sorted(examples, key=lambda one: (one.in_own_file, one.number))


def lines(result: Checked, part: Part | None = None) -> list[int]:
    return [one.number for one in all_examples(result) if part in {None, one.part}]

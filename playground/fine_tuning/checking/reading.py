"""A table's rows become examples."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import accumulate

from playground.errors import ColumnsError
from playground.files import Table
from playground.fine_tuning.checking import cells
from playground.fine_tuning.checking.columns import Columns
from playground.fine_tuning.checking.problems import Problems, counted, listed, shortened
from playground.fine_tuning.dataset import Example, Finding, Span
from playground.fine_tuning.tasks import Task
from playground.text.tags import is_tag, to_bio
from playground.text.tags import spans as entities

Read = tuple[str, tuple[str, ...], tuple[Span, ...]]  # text, labels, spans


class _UnknownTagError(ValueError):
    """A tag of no known scheme; the message is that tag."""


@dataclass(slots=True)
class _LeftOut:
    """Rows that cannot be read, and why the first of them cannot."""

    examples: list[Example] = field(default_factory=list)
    reason: str = ""

    def add(self, example: Example, error: ValueError) -> None:
        self.examples.append(example)
        self.reason = self.reason or shortened(str(error), 80)


def examples(
    table: Table, columns: Columns, task: Task, report: Problems, *, training: Table | None = None
) -> list[Example]:
    """Return an example a row; rows whose labels cannot be read are reported and left out.

    Where ``table`` is an own file for validation, ``training`` is the other one: what separates
    labels there separates them here.

    Raises:
        ColumnsError: not one row can be read so.
    """
    read = _reader(training or table, columns, task)
    text = table.column(columns.text)
    seconds = table.column(columns.second) if columns.second else [None] * len(text)
    cells_of = list(zip(*map(table.column, columns.labels), strict=True)) or [()] * len(text)
    found: list[Example] = []
    unreadable, unknown = _LeftOut(), _LeftOut()
    for number, first, second, row in zip(table.numbers, text, seconds, cells_of, strict=True):
        bare = Example(number=number, text=first, second=second, in_own_file=training is not None)
        try:
            shown, labels, spans = read(first, row)
        except _UnknownTagError as error:
            unknown.add(bare, error)
        except ValueError as error:
            unreadable.add(bare, error)
        else:
            found.append(replace(bare, text=shown, labels=labels, spans=spans))
    _say(found, unreadable, unknown, columns, report)
    return found


def _say(
    found: list[Example],
    unreadable: _LeftOut,
    unknown: _LeftOut,
    columns: Columns,
    report: Problems,
) -> None:
    where = listed(columns.labels, 3)
    tag = f"the tag “{unknown.reason}” is of no known scheme (BIO, IOB1, BIOES, BILOU)"
    cell = f"{where} cannot be read: {unreadable.reason}"
    if not found:
        raise ColumnsError(
            f"No row can be used: {tag if unknown.examples else cell}. Choose another column, or "
            "see in the example files how such a column is written."
        )
    for finding, left_out, why in (
        (Finding.UNKNOWN_TAGS, unknown, tag),
        (Finding.UNREADABLE, unreadable, cell),
    ):
        rows = counted(len(left_out.examples), "row")
        report.add(finding, left_out.examples, f"In {rows} {why}.", "They are left out.")


def _reader(table: Table, columns: Columns, task: Task) -> Callable[[str, tuple[str, ...]], Read]:
    """Return a function of a row's text and its cells with labels."""
    if task is Task.ENTITIES:
        return lambda text, row: _with_entities(text, row[0])
    if task is Task.ADAPTATION:
        return lambda text, row: (text, (), ())
    if task is not Task.MULTI_LABEL:
        return lambda text, row: (text, tuple(filter(None, map(cells.label, row))), ())
    if len(columns.labels) > 1:
        titles = [cells.name(title) or title for title in columns.labels]
        return lambda text, row: (
            text,
            tuple(title for title, cell in zip(titles, row, strict=True) if cells.flag(cell)),
            (),
        )
    mark = cells.separator(
        cell for cell in table.column(columns.labels[0]) if not cells.is_list(cell)
    )
    return lambda text, row: (text, cells.names(row[0], mark), ())


def _with_entities(text: str, cell: str) -> Read:
    """Return the text and the entities of a row with spans, or with words and tags."""
    if not text.strip() or not cells.name(cell):
        return text, (), ()
    tags = _tags(cell, len(text.split()))
    if not tags:
        return text, (), cells.spans(cell)
    both_lists = cells.is_list(cell) and cells.is_list(text)
    return _tagged(cells.words(text) if both_lists else text.split(), tags)


def _tags(cell: str, words: int) -> list[str]:
    """Return the tags in ``cell``, none if it holds something else.

    It is a list of texts, or text of which all is tags, or that has a part for each of ``words``.
    """
    if cells.is_list(cell):
        try:
            return cells.words(cell)
        except ValueError:  # a list of entities
            return []
    tags = cell.split()
    is_object = cell.lstrip().startswith("{")
    return tags if all(map(is_tag, tags)) or (len(tags) == words and not is_object) else []


def _tagged(words: list[str], tags: list[str]) -> Read:
    if len(words) != len(tags):
        raise ValueError(f"{counted(len(words), 'word')} and {counted(len(tags), 'tag')}")
    try:
        bio = to_bio(tags)
    except ValueError as error:
        raise _UnknownTagError(str(error)) from None
    starts = list(accumulate((len(word) + 1 for word in words), initial=0))
    spans = tuple(
        Span(starts[first], starts[behind] - 1, cells.label(kind) or kind)
        for kind, first, behind in entities(bio)
    )
    return " ".join(words), (), spans

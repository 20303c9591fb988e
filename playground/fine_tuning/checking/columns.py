"""Which columns hold the texts and the labels."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from playground.errors import ColumnsError, UnknownColumnError
from playground.files import Table, text_column
from playground.fine_tuning.checking import cells
from playground.fine_tuning.checking.problems import counted, listed
from playground.fine_tuning.tasks import Task
from playground.text.tags import is_tag


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LABEL_WORDS = _listed(
    "label labels class classes category categories target topic topics tag tags sentiment intent "
    "polarity emotion stars rating klasse kategorie thema étiquette catégorie etiqueta categoría "
    "标签 类别"
)
_SPAN_WORDS = _listed("spans entities tags ner annotations labels label")
_TOKEN_WORDS = _listed("tokens words text")
_NO_LABEL_WORDS = _listed("id index idx date time url user author split")
_SAMPLE = 200  # rows that tell what a column holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The names of the columns that are used.

    ``labels`` is one column; several of 1 and 0, each named like its label, where the task is
    multi-label; and none for domain adaptation. Of named entities it holds spans or tags.
    """

    text: str
    second: str | None = None
    labels: tuple[str, ...] = ()


def guess(table: Table, task: Task) -> Columns:
    """Return the columns that most likely hold what ``task`` needs.

    Raises:
        ColumnsError: there are too few of them.
    """
    if task is Task.ADAPTATION:
        return Columns(text=text_column(table))
    needed = 3 if task is Task.PAIRS else 2
    if len(table.columns) < needed:
        raise ColumnsError(
            f"The file has {counted(len(table.columns), 'column')}, {listed(table.columns)}, and "
            f"{task} needs {needed}: texts, and what is to be learned about them. "
            "Add it, choose another delimiter, or choose domain adaptation, which needs texts only."
        )
    if task is Task.ENTITIES:
        return _entities(table)
    if task is Task.PAIRS:
        label = _label(table, _NO_LABEL_WORDS)
        first = text_column(_without(table, {label}))
        second = text_column(_without(table, {label, first}))
        in_order = sorted((first, second), key=table.columns.index)
        return Columns(text=in_order[0], second=in_order[1], labels=(label,))
    text = text_column(table)
    rest = _without(table, {text})
    flags = _flags(rest) if task is Task.MULTI_LABEL else ()
    return Columns(text=text, labels=flags or (_label(rest, _NO_LABEL_WORDS),))


def require(table: Table, columns: Columns, task: Task) -> None:
    """Do nothing if ``table`` has ``columns`` and they are what ``task`` needs.

    Raises:
        UnknownColumnError: there is no such column; the message names those that are there.
        ColumnsError: one is missing, not needed, or used twice.
    """
    used = [columns.text, *([columns.second] if columns.second else []), *columns.labels]
    for name in used:
        require_column(table, name)
    if len(set(used)) < len(used):
        twice = next(name for name in used if used.count(name) > 1)
        raise ColumnsError(f"The column “{twice}” is used twice. Choose another one in its place.")
    if (columns.second is not None) != (task is Task.PAIRS):
        raise ColumnsError(
            "Sentence pairs need a second column with texts. Choose it."
            if columns.second is None
            else f"Only sentence pairs have a second text; {task} reads one. Leave it out."
        )
    if task is Task.ADAPTATION and columns.labels:
        raise ColumnsError("Domain adaptation reads texts only. Leave the labels' column out.")
    if task is not Task.ADAPTATION and not columns.labels:
        raise ColumnsError(f"Choose the column that holds the labels: {task} learns from them.")
    if len(columns.labels) > 1 and task is not Task.MULTI_LABEL:
        raise ColumnsError(
            f"The labels are in {len(columns.labels)} columns, and {task} reads one. "
            "Choose one of them, or multi-label classification."
        )


def require_column(table: Table, name: str) -> None:
    """Do nothing if ``table`` has a column called ``name``.

    Raises:
        UnknownColumnError: it has not; the message says which are there and which comes closest.
    """
    if name in table.columns:
        return
    by_small_letters = {column.casefold(): column for column in table.columns}
    close = get_close_matches(name.casefold(), by_small_letters, n=1)
    hint = f" Did you mean “{by_small_letters[close[0]]}”?" if close else ""
    raise UnknownColumnError(
        f"There is no column “{name}”.{hint} The file has {listed(table.columns, most=20)}."
    )


def names_labels(name: str) -> bool:
    """Tell whether a column of this name most likely holds labels."""
    return _has_word(name, _LABEL_WORDS)


def _entities(table: Table) -> Columns:
    likely = [name for name in table.columns if _has_word(name, _TOKEN_WORDS)]
    text = likely[0] if likely else text_column(table)
    rest = _without(table, {text})
    holding = [name for name in rest.columns if _holds_entities(rest.column(name)[:_SAMPLE])]
    named = [name for name in rest.columns if _has_word(name, _SPAN_WORDS)]
    both = [name for name in named if name in holding]
    return Columns(text=text, labels=((both or holding or named or [rest.columns[0]])[0],))


def _holds_entities(column: Iterable[str]) -> bool:
    filled = [cell for cell in column if cell.strip()]
    return bool(filled) and all(
        cells.is_list(cell) or all(map(is_tag, cell.split())) for cell in filled
    )


def _label(table: Table, never: frozenset[str]) -> str:
    """Return the column called like a label, else the one with the fewest values, if several."""
    fitting = [name for name in table.columns if not _has_word(name, never)] or table.columns
    named = [name for name in fitting if names_labels(name)]
    if named:
        return named[0]
    different = {name: len(set(table.column(name))) for name in fitting}
    return min(fitting, key=lambda name: (different[name] < 2, different[name]))


def _flags(table: Table) -> tuple[str, ...]:
    """Return the columns of 1 and 0, if there are several; an empty column is none."""
    found = tuple(
        name
        for name in table.columns
        if all(map(cells.is_flag, table.column(name))) and any(map(cells.flag, table.column(name)))
    )
    return found if len(found) > 1 else ()


def _has_word(name: str, words: frozenset[str]) -> bool:
    return bool(set(re.split(r"[\s_.:/\-]+", name.casefold())) & words)


def _without(table: Table, names: set[str]) -> Table:
    places = [place for place, name in enumerate(table.columns) if name not in names]
    return replace(
        table,
        columns=tuple(table.columns[place] for place in places),
        rows=tuple(tuple(row[place] for place in places) for row in table.rows),
    )

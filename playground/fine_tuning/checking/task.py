"""What a file's columns are most likely there to teach."""

import re
from collections.abc import Sequence
from dataclasses import replace

from playground.errors import ColumnsError
from playground.files import Kind, Table
from playground.fine_tuning.checking import cells
from playground.fine_tuning.checking.columns import guess, names_labels
from playground.fine_tuning.tasks import Task
from playground.text.tags import is_tag

_SAMPLE = 1_000  # rows that tell what a column holds
# What the two columns of pairs are called, without what is no letter or digit.
_PAIRS = (
    {"sentence1", "sentence2"},
    {"sentencea", "sentenceb"},
    {"text1", "text2"},
    {"texta", "textb"},
    {"question1", "question2"},
    {"premise", "hypothesis"},
    {"question", "answer"},
    {"question", "sentence"},
    {"question", "context"},
    {"query", "passage"},
    {"query", "document"},
)


def guess_task(table: Table) -> Task:
    """Return what is most likely to be learned from ``table``.

    CoNLL and cells with spans or tags are for named entities; a single column is for domain
    adaptation; two columns that are called like a pair are one; several labels in a cell, or
    several columns of 1 and 0, are for multi-label classification. All else has one label a text.
    """
    if table.format.kind is Kind.CONLL:
        return Task.ENTITIES
    sample = replace(table, rows=table.rows[:_SAMPLE], numbers=table.numbers[:_SAMPLE])
    try:
        [label] = guess(sample, Task.CLASSIFICATION).labels
    except ColumnsError:
        return Task.ADAPTATION
    if _hold_entities(sample.column(guess(sample, Task.ENTITIES).labels[0])):
        return Task.ENTITIES
    names = {re.sub(r"[\W_]", "", name.casefold()) for name in table.columns}
    if len(table.columns) > 2 and any(pair <= names for pair in _PAIRS):
        return Task.PAIRS
    several_columns = len(guess(sample, Task.MULTI_LABEL).labels) > 1 and not names_labels(label)
    if several_columns or _hold_several(sample.column(label)):
        return Task.MULTI_LABEL
    return Task.CLASSIFICATION


def _hold_entities(column: Sequence[str]) -> bool:
    filled = [cell for cell in column if cell.strip()]
    return bool(filled) and all(map(_is_entities, filled)) and any(map(_has_any, filled))


def _is_entities(cell: str) -> bool:
    try:
        cells.spans(cell)
    except ValueError:
        return _are_tags(cell)
    return True


def _are_tags(cell: str) -> bool:
    try:
        found = cells.words(cell) if cells.is_list(cell) else cell.split()
    except ValueError:
        return False
    return all(map(is_tag, found))


def _has_any(cell: str) -> bool:
    return cell.strip() != "[]"


def _hold_several(column: Sequence[str]) -> bool:
    """Tell whether cells hold several labels: parts that come again in other combinations."""
    filled = {cell.strip() for cell in column if cell.strip()}
    if any(map(cells.is_list, filled)):
        return True
    mark = cells.separator(filled)
    parts = {part.strip() for cell in filled for part in cell.split(mark)} if mark else filled
    return len(parts) < len(filled)

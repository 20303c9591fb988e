"""What is true against what was said, with the examples behind each cell."""

from collections import defaultdict
from collections.abc import Iterable

from playground.fine_tuning.evaluation.report import Cell


def cells(found: Iterable[tuple[int, int, int]]) -> tuple[Cell, ...]:
    """Return the cells of what was ``found``: row, column and example, once an answer."""
    examples: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for row, column, example in found:
        examples[row, column].append(example)
    return tuple(
        Cell(row=row, column=column, count=len(of_it), examples=tuple(dict.fromkeys(of_it)))
        for (row, column), of_it in sorted(examples.items())
    )

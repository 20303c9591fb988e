"""What the model confuses, and the examples behind each cell."""

from collections.abc import Sequence

import streamlit as st

from pages.shared import results
from pages.shared.words import counted
from playground.fine_tuning import Example
from playground.fine_tuning.evaluation import export
from playground.fine_tuning.evaluation.report import Cell, Confusion, PartReport
from playground.plots import evaluation as plots

SHOWN = 200  # examples of a cell


def show(part: PartReport, examples: Sequence[Example], key: str) -> None:
    """Show the confusion matrix; a click on a cell, or the list below it, shows its examples."""
    found = part.confusion
    if not found.cells:
        st.caption("There is nothing to count: no label and no entity, neither true nor said.")
        return
    chart, chosen = f"confusion_{key}", f"cell_{key}"
    cells = sorted(found.cells, key=lambda cell: (_is_right(found, cell), -cell.count))

    def clicked() -> None:
        points = st.session_state[chart]["selection"]["points"]
        if points:
            row, column, *_ = points[0]["customdata"]
            st.session_state[chosen] = (int(row), int(column))

    results.figure(
        plots.confusion(found),
        key=chart,
        alt=f"Confusion matrix of {part.examples:,} examples; the list below it has its cells",
        on_click=clicked,
    )
    if part.entities is not None:
        st.caption("Entities meet where they overlap; their ends are judged among the mistakes.")
    by_place = {(cell.row, cell.column): cell for cell in cells}
    place = st.selectbox(
        "Click a cell, or choose one here, to see its examples",
        list(by_place),
        format_func=lambda one: _named(found, by_place[one]),
        key=chosen,
    )
    cell = by_place[place]
    st.dataframe(
        [export.of_example(examples[one]) for one in cell.examples[:SHOWN]], hide_index=True
    )
    shown = min(len(cell.examples), SHOWN)
    st.caption(
        f"{shown:,} of {counted(len(cell.examples), 'example')}. Lines are those of the file."
    )


def _named(found: Confusion, cell: Cell) -> str:
    count = counted(cell.count, "time")
    return f"True: {found.rows[cell.row]} · said: {found.columns[cell.column]} · {count}"


def _is_right(found: Confusion, cell: Cell) -> bool:
    # With several labels a text, the first column holds what was found.
    return cell.row == cell.column if found.rows == found.columns else cell.column == 0

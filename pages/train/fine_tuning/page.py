"""Fine-tuning: a file of examples becomes a run that trains in the background."""

import streamlit as st

from pages.shared import frame, link
from pages.train.fine_tuning import check, data, model, split, start, task
from pages.train.fine_tuning.inputs import FIELDS
from pages.train.fine_tuning.start import Order
from pages.train.fine_tuning.step import step

PAGE = "fine_tuning"


def steps() -> None:
    """Show the steps up to the first that a visitor has not done."""
    file = learned = parts = found = chosen = None
    with step(1, "Data"):
        file = data.ask()
    if file is None:
        return
    with step(2, "Task"):
        learned = task.ask(file)
    if learned is None:
        return
    with step(3, "Split"):
        parts = split.ask(file)
    if parts is None:
        return
    with step(4, "Check"):
        found = check.show(file, *learned, *parts)
    if found is None:
        return
    checked, question = found
    with step(5, "Model and method"):
        chosen = model.ask(question.task)
    if chosen is None or checked.lengths is None:
        return
    base, options = chosen
    with step(6, "Name and start"):
        start.ask(
            Order(
                dataset=checked.dataset,
                question=question.name,
                file_name=file.name,
                base=base,
                options=options,
            )
        )


frame.header(
    "Fine-tuning",
    "Teach a BERT your own task: upload examples, see whether they make sense, and let it learn in "
    "the background while you close the tab.",
)
link.restore(PAGE, FIELDS)
steps()
link.write(PAGE, FIELDS)

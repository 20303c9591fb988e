"""Fine-tuning: a file of examples becomes a run that trains in the background."""

from functools import partial

import streamlit as st

from pages.shared import frame, kept, link
from pages.train.fine_tuning import check, data, inputs, model, split, start, task
from pages.train.fine_tuning.start import Order
from pages.train.fine_tuning.step import step

PAGE = "fine_tuning"


def steps() -> None:
    """Show the steps up to the first that a visitor has not done."""
    file = step(1, "Data", data.ask)
    if file is None:
        return
    learned = step(2, "Task", partial(task.ask, file))
    if learned is None:
        return
    parts = step(3, "Split", partial(split.ask, file))
    if parts is None:
        return
    found = step(4, "Check", partial(check.show, file, *learned, *parts))
    if found is None:
        return
    checked, question = found
    chosen = step(5, "Model and method", partial(model.ask, question, checked.dataset))
    if chosen is None or checked.lengths is None:  # the model could not count the tokens
        return
    base, options = chosen
    order = Order(
        dataset=checked.dataset,
        question=question.name,
        file_name=file.name,
        base=base,
        options=options,
    )
    step(6, "Name and start", partial(start.ask, order))


frame.header(
    "Fine-tuning",
    "Teach a BERT your own task: upload examples, see whether they make sense, and let it learn in "
    "the background while you close the tab.",
)
kept.show()  # before a visitor has gone through all steps
link.restore(PAGE, inputs.FIELDS)
steps()
# Without a file there is nothing on the screen that an address could carry.
link.write(PAGE, inputs.FIELDS if st.session_state[inputs.TASK.name] else ())

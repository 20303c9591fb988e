"""Step 2: what is to be learned, and which columns hold it."""

import streamlit as st

from pages.shared.uploads import File
from pages.train.fine_tuning.inputs import TASK
from playground.fine_tuning import WHEN, Columns, Task, guess, guess_task

GUESSED_FOR = "fine_tuning_guessed_for"  # session key: the columns for which the task was guessed
LABELS = {
    Task.CLASSIFICATION: "Column with the label",
    Task.PAIRS: "Column with the label",
    Task.ENTITIES: "Column with the entities: spans or tags",
}


def ask(file: File) -> tuple[Task, Columns]:
    """Ask for the task and the columns, with a guess for each.

    Raises:
        ColumnsError: the file has too few columns for the task.
    """
    task = _task(file)
    st.caption(WHEN[task])
    return task, _columns(file, task)


def _task(file: File) -> Task:
    """Ask for the task; guess it for another file, not for the first one behind a link."""
    state, before = st.session_state, st.session_state.get(GUESSED_FOR)
    if before != file.columns_key:
        if before or file.is_sample or not state[TASK.name]:
            state[TASK.name] = guess_task(file.table).value
        state[GUESSED_FOR] = file.columns_key
    chosen = st.segmented_control(
        "What is to be learned",
        [task.value for task in Task],
        format_func=lambda name: name[0].upper() + name[1:],
        key=TASK.name,
        required=True,
        persist_state="session",
        help="\n".join(f"- **{task}**: {said}" for task, said in WHEN.items()),
    )
    return Task(chosen or Task.CLASSIFICATION)


def _columns(file: File, task: Task) -> Columns:
    guessed = guess(file.table, task)
    count = {Task.ADAPTATION: 1, Task.PAIRS: 3}.get(task, 2)
    places = iter(st.columns(count))

    def one(label: str, likely: str) -> str:
        return next(places).selectbox(
            label,
            file.table.columns,
            index=file.table.columns.index(likely),
            key=f"{file.columns_key}_{task}_{label}",
            persist_state="session",
        )

    text = one("Column with the texts", guessed.text)
    second = one("Column with the second texts", guessed.second) if guessed.second else None
    if task is Task.MULTI_LABEL:
        several = next(places).multiselect(
            "Columns with the labels",
            file.table.columns,
            default=guessed.labels,
            key=f"{file.columns_key}_{task}_labels",
            persist_state="session",
            help="One column with all labels of a text, or one of 1 and 0 for each label.",
        )
        return Columns(text=text, labels=tuple(several))
    labels = tuple(one(LABELS[task], name) for name in guessed.labels)
    return Columns(text=text, second=second, labels=labels)

"""Step 4: what is wrong with the examples, what is done about it, and what is left."""

from collections.abc import Sequence

import streamlit as st

from pages.shared import cache, frame
from pages.shared import results as shared
from pages.shared.escape import literal
from pages.shared.uploads import File
from pages.shared.words import counted
from pages.train.fine_tuning import checked, inputs
from pages.train.fine_tuning.checked import Question
from playground.errors import PlaygroundError
from playground.fine_tuning import (
    Checked,
    Columns,
    Dataset,
    Lengths,
    Options,
    Problem,
    Split,
    Switch,
    Task,
)
from playground.fine_tuning.checking.problems import SHOWN
from playground.plots import fine_tuning as plots

CHARTS_HEIGHT = 420  # pixels; more labels than fit scroll


def show(
    file: File, task: Task, columns: Columns, split: Split, split_name: str
) -> tuple[Checked, Question]:
    """Show what is found in a file, with a switch where something else may be wanted.

    Raises:
        DatasetError: the file cannot be used as asked.
    """
    off = frozenset(switch for switch in Switch if not _is_on(file, switch))
    question = Question(
        file=file,
        columns=columns,
        task=task,
        split=split,
        split_name=split_name,
        options=Options(max_tokens=inputs.max_tokens(), off=off),
        base=str(st.session_state[inputs.base(task).name]),
    )
    count = None
    with frame.errors_shown():
        count = checked.counter(question)
    try:
        found = checked.check(question, count)
    except PlaygroundError:
        # The message may be about what a switch brought about: it has to be there to be turned on.
        for switch in sorted(off):
            _switch(file, switch)
        raise
    _counts(found.dataset)
    _problems(file, found.problems)
    labels, lengths = st.columns(2, gap="large") if task is not Task.ADAPTATION else (None, st)
    if labels is not None:
        with labels:
            _labels(found.dataset)
    with lengths.container():
        _lengths(found)
    st.caption(literal(" ".join(found.dataset.notices)))
    return found, question


def _counts(dataset: Dataset) -> None:
    """Show how many examples each part has."""
    with st.container(horizontal=True):
        for part, examples in dataset.parts.items():
            st.metric(f"For {part}", f"{len(examples):,}", border=True)
        if dataset.labels:
            st.metric("Labels", f"{len(dataset.labels):,}", border=True)


def _problems(file: File, problems: Sequence[Problem]) -> None:
    if not problems:
        st.success("Nothing wrong was found.", icon=":material/check_circle:")
        return
    st.markdown(f"**{counted(len(problems), 'thing')} to know**")
    for problem in problems:
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{problem.finding}.** {literal(problem.found)}")
            st.caption(f"{literal(problem.action)} {_lines(problem)}")
            if problem.switch is not None:
                _switch(file, problem.switch)


def _lines(problem: Problem) -> str:
    """Return where a problem is."""
    shown = len(problem.lines) + len(problem.own_file_lines)
    more = " and more" if SHOWN in (len(problem.lines), len(problem.own_file_lines)) else ""
    where = []
    if problem.lines:
        where.append(", ".join(f"{number:,}" for number in problem.lines))
    if problem.own_file_lines:
        numbers = ", ".join(f"{number:,}" for number in problem.own_file_lines)
        where.append(f"{numbers} of the file for validation")
    return f"{'Line' if shown == 1 else 'Lines'} {'; '.join(where)}{more}." if where else ""


def _switch(file: File, switch: Switch) -> None:
    st.toggle(switch.value, value=True, key=_key(file, switch), persist_state="session")


def _is_on(file: File, switch: Switch) -> bool:
    return bool(st.session_state.get(_key(file, switch), True))


def _key(file: File, switch: Switch) -> str:
    return f"{file.key}_{switch.name}"


def _labels(dataset: Dataset) -> None:
    st.markdown("**How often each label occurs**")
    figure = plots.label_counts(dataset)
    counts = dataset.label_counts
    said = ", ".join(f"{name} {sum(c[name] for c in counts.values())}" for name in dataset.labels)
    with st.container(height=min(CHARTS_HEIGHT, int(figure.layout.height) + 16), border=False):
        shared.figure(figure, key="label_counts", alt=f"Examples of each label: {said}")


def _lengths(found: Checked) -> None:
    st.markdown("**How long the texts are**")
    if found.lengths is not None:
        longest = max(found.lengths.tokens)
        shared.figure(
            plots.lengths(found.lengths),
            key="lengths",
            alt=f"Lengths of the texts in tokens; the longest has {longest:,}, and "
            f"{found.lengths.texts_cut:,} are over the limit",
        )
        st.caption(_beyond(found.lengths))
    st.number_input(
        "Tokens that are read of a text",
        min_value=inputs.SHORTEST,
        max_value=cache.settings().max_training_tokens,
        step=8,
        key=inputs.MAX_TOKENS.name,
        persist_state="session",
        help="Training takes longer with more. Special tokens count, and both texts of a pair.",
    )


def _beyond(lengths: Lengths) -> str:
    if not lengths.texts_cut:
        return f"The longest has {max(lengths.tokens):,} tokens; the limit cuts none."
    return (
        f"{lengths.texts_cut:,} of {counted(len(lengths.tokens), 'text')} are longer than the "
        f"limit; {100 * lengths.share_cut:.1f} % of all tokens lie beyond it."
    )

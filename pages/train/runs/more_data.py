"""Would more data help?"""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from pages.shared import results
from pages.shared.runs import store
from pages.train.runs import places, words
from playground.fine_tuning import Task, dataset_file
from playground.fine_tuning.evaluation.learning_curve import LearningCurve, Trend, outlook
from playground.fine_tuning.runs.store import Run
from playground.fine_tuning.runs.trainers import FINE_TUNING, LEARNING_CURVE
from playground.plots import evaluation as plots


def show(curve: LearningCurve) -> None:
    """Show a learning curve and what it says of twice the examples."""
    found = outlook(curve)
    show, icon = {
        Trend.RISING: (st.success, ":material/trending_up:"),
        Trend.FLAT: (st.info, ":material/trending_flat:"),
        Trend.UNCLEAR: (st.info, ":material/help:"),
    }[found.trend]
    show(found.sentence, icon=icon)
    results.figure(plots.learning_curve(curve, found), key="learning_curve", alt=found.sentence)
    st.dataframe(
        {
            "Examples": [point.examples for point in curve.points],
            "Seed": [point.seed for point in curve.points],
            curve.score_name.capitalize(): [point.score for point in curve.points],
        },
        column_config={
            curve.score_name.capitalize(): st.column_config.NumberColumn(format="percent")
        },
        hide_index=True,
    )
    st.caption(
        "Each point is a training of the quick method on a part of the examples, drawn by its "
        "seed. The line is fitted from half of the examples on, over the logarithm of their number "
        "(Viering and Loog, 2022, [arXiv:2103.10948](https://arxiv.org/abs/2103.10948))."
    )


def ask(owner: str, run: Run, inputs: Path) -> None:
    """Offer a run that tells whether more examples would have made the model of ``run`` better.

    Raises:
        RunLimitError: too many runs wait, or too much disk is taken.
    """
    if run.settings.task != FINE_TUNING or words.learned(run) == Task.ADAPTATION:
        return
    st.subheader("Would more data help?", anchor=False)
    st.write("A run of its own finds out: it trains the linear probe on a quarter to all examples.")
    if st.button("Find out", icon=":material/trending_up:"):
        options = run.settings.options | {"task": f"learning curve, {words.learned(run)}"}
        options.pop("method", None)
        made = store().submit(
            owner,
            replace(run.settings, task=LEARNING_CURVE, options=options),
            f"{run.name}: would more data help?",
            {dataset_file.NAME: (inputs / dataset_file.NAME).read_bytes()},
        )
        places.to_run(made.id)
        st.rerun()

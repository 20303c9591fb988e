"""Would more data help?"""

import streamlit as st

from pages.shared import results
from playground.fine_tuning.evaluation.learning_curve import LearningCurve, Trend, outlook
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

"""The mistakes that the model was surest of."""

from collections.abc import Sequence

import streamlit as st

from playground.fine_tuning import Example
from playground.fine_tuning.evaluation import export
from playground.fine_tuning.evaluation.report import PartReport


def show(part: PartReport, examples: Sequence[Example], key: str) -> None:
    """Show mistakes as a table, the surest first."""
    if not part.mistakes:
        st.caption("None on these examples.")
        return
    st.caption(
        "Look here first: a wrong label in the file shows as a mistake that the model is sure of."
    )
    st.dataframe(
        export.mistakes(examples, part.mistakes),
        column_config={"probability": st.column_config.NumberColumn(format="percent")},
        hide_index=True,
        key=f"mistakes_{key}",
    )

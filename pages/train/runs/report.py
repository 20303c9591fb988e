"""What came of a finished run."""

from pathlib import Path

import streamlit as st

from playground.fine_tuning.runs.store import Run


def show(run: Run, outputs: Path, inputs: Path) -> None:
    """Show the report of a finished run."""
    st.dataframe(
        {"": list(run.values), "Value": [str(value) for value in run.values.values()]},
        hide_index=True,
    )

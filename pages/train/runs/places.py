"""Where a visitor is on the page: at all runs, at one, or comparing; the address says it.

There is no second copy in the session, so the browser's way back works by itself.
"""

from collections.abc import Sequence

import streamlit as st

RUN, COMPARE = "run", "compare"  # in the address


def run() -> str | None:
    """Return the id of the run that the address asks for."""
    return st.query_params.get(RUN)


def compared() -> list[str] | None:
    """Return the ids of the runs to compare that the address asks for, None where it does not."""
    return st.query_params.get_all(COMPARE) if COMPARE in st.query_params else None


def to_list() -> None:
    """Go to all runs."""
    st.query_params.clear()


def to_run(run_id: str) -> None:
    """Go to one run."""
    st.query_params.from_dict({RUN: run_id})


def to_comparison(run_ids: Sequence[str]) -> None:
    """Go to the comparison of runs; of none it asks which."""
    st.query_params.from_dict({COMPARE: list(run_ids) or [""]})

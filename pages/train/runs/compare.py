"""Two to five runs over each other: their curves, and a table of scores and settings."""

from collections.abc import Sequence

import streamlit as st

from pages.shared import results
from pages.shared.runs import store
from pages.train.runs import options, places, words
from playground.fine_tuning.runs.progress import follow
from playground.fine_tuning.runs.store import Run
from playground.plots import runs as plots

MOST = len(plots.STYLES)
PICKED = "runs_compared"  # session key


def show(owner: str, run_ids: Sequence[str]) -> None:
    """Show the runs ``run_ids`` beside each other, as far as they are the visitor's.

    Raises:
        RunError: the visitor's id is none.
    """
    if st.button("All runs", icon=":material/arrow_back:", type="tertiary"):
        places.to_list()
        st.rerun()
    own = {run.id: run for run in store().runs(owner)}
    st.session_state[PICKED] = [run_id for run_id in dict.fromkeys(run_ids) if run_id in own][:MOST]
    picked = st.multiselect(
        "Runs to compare",
        list(own),
        format_func=lambda run_id: _label(own[run_id]) if run_id in own else "",
        key=PICKED,
        max_selections=MOST,
        on_change=lambda: places.to_comparison(st.session_state[PICKED]),
        placeholder="Choose two to five",
    )
    if len(picked) < 2:
        st.info("Choose two to five of your runs.", icon=":material/info:")
        return
    runs = [own[run_id] for run_id in picked]
    names = _names(runs)
    _curves(owner, runs, names)
    options.compared(runs, names)
    st.caption(f"{options.DIFFERS} marks what differs.")


def _curves(owner: str, runs: Sequence[Run], names: Sequence[str]) -> None:
    followed = [
        (name, follow(store().events(owner, run.id))) for name, run in zip(names, runs, strict=True)
    ]
    kinds = dict.fromkeys(
        point.score_name for _, progress in followed for point in progress.validations
    )
    if not kinds:
        st.caption("None of these runs has been validated yet.")
        return
    left, right = st.columns(2)
    with left:
        alt = f"Validation loss of {len(runs)} runs over their epochs"
        results.figure(plots.losses_compared(followed), key="runs-loss", alt=alt)
    for kind in kinds:
        with right:
            made = plots.scores_compared(followed, kind)
            alt = f"Validation {kind} of {len(runs)} runs over their epochs"
            results.figure(made, key=f"runs-{kind}", alt=alt)


def _names(runs: Sequence[Run]) -> list[str]:
    """Return the runs' names, with a number where several have the same."""
    names = [run.name for run in runs]
    return [
        name if names.count(name) == 1 else f"{name} ({names[: place + 1].count(name)})"
        for place, name in enumerate(names)
    ]


def _label(run: Run) -> str:
    return f"{run.name} · {words.moment(run.submitted)}"

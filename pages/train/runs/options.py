"""The settings of runs as rows of a table."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.words import duration
from pages.train.runs import words
from playground.fine_tuning.runs.settings import JSON
from playground.fine_tuning.runs.store import Run

DIFFERS = "≠"
MARK_WIDTH = 40  # pixels


def table(run: Run) -> None:
    """Show all settings of a run."""
    rows = settings(run)
    st.dataframe(
        {"Setting": list(rows), "Value": list(rows.values())}, hide_index=True, height="content"
    )


def compared(runs: Sequence[Run], names: Sequence[str]) -> None:
    """Show scores and settings of runs, one a column; rows that differ are marked."""
    columns = [scores(run) | settings(run) for run in runs]
    rows = list(dict.fromkeys(row for column in columns for row in column))
    values = [[column.get(row, words.NONE) for row in rows] for column in columns]
    differs = [DIFFERS if len(set(found)) > 1 else "" for found in zip(*values, strict=True)]
    st.dataframe(
        {DIFFERS: differs, "Setting": rows} | dict(zip(names, values, strict=True)),
        hide_index=True,
        height="content",
        column_config={DIFFERS: st.column_config.Column(width=MARK_WIDTH)},
    )


def settings(run: Run) -> dict[str, str]:
    """Return the settings by their names as people read them."""
    options = {_name(key): _value(value) for key, value in run.settings.options.items()}
    first = {
        "Task": words.learned(run),
        "Base model": words.base(run),
        "Seed": str(run.settings.seed),
    }
    return first | options


def scores(run: Run) -> dict[str, str]:
    """Return what a finished run came to; nothing of another."""
    values = run.values
    if "score" not in values:
        return {}
    kind = values.get("score_name")
    found = {
        _name(str(kind)): words.score(kind, values["score"]),
        "95 % interval": f"{words.score(kind, values.get('low'))} to "
        f"{words.score(kind, values.get('high'))}",
        "Baseline": words.score(kind, values.get("baseline")),
    }
    if isinstance(seconds := values.get("seconds"), int | float):
        found["Training took"] = duration(seconds)
    return found


def _name(key: str) -> str:
    words_of_key = key.replace("_", " ")
    return words_of_key[:1].upper() + words_of_key[1:]


def _value(value: JSON) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)

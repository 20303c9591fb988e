"""A model's scores beside simpler ones, and label by label."""

import streamlit as st

from pages.shared import results
from pages.shared.escape import literal
from playground.fine_tuning.evaluation.report import (
    Adaptation,
    Comparison,
    Outcome,
    PartReport,
    Score,
)
from playground.plots import evaluation as plots

MODEL = "your model"
_NONE = "–"


def show(part: PartReport, key: str) -> None:
    """Show the verdict, every system's scores with intervals, and every label's."""
    verdict(part.strongest.comparison)
    systems = plots.systems(part, MODEL)
    results.figure(
        plots.scores(systems),
        key=f"scores_{key}",
        alt="; ".join(f"{name}: {_interval(found[0])}" for name, found in systems.items()),
    )
    st.dataframe(
        {"On the same examples": list(systems)}
        | {
            score.name: [_interval(found[place]) for found in systems.values()]
            for place, score in enumerate(part.scores)
        },
        hide_index=True,
    )
    _explained(part)
    if part.entities is not None:
        _entities(part)
    st.subheader("Label by label", anchor=False)
    results.figure(
        plots.labels(part.labels),
        key=f"labels_{key}",
        alt="F1, precision and recall of each label; the table has the numbers",
    )
    _labels(part)


def adaptation(found: Adaptation) -> None:
    """Show a masked LM's scores before and after it read the visitor's texts."""
    verdict(found.comparison)
    st.dataframe(
        {"": ["Before", "After"]}
        | {
            after.name: [_interval(before), _interval(after)]
            for before, after in zip(found.before, found.after, strict=True)
        },
        hide_index=True,
    )
    st.caption(
        f"On {found.tokens:,} masked tokens, the same for both. The perplexity is the exponential "
        "of the mean loss: about the number of words that the model hesitates between. Top-1 and "
        "top-5: how often the right word is the likeliest, or among the five likeliest. Behind "
        "each figure stands its 95 % interval."
    )


def verdict(found: Comparison) -> None:
    """Show the honest sentence of a comparison."""
    show, icon = {
        Outcome.BETTER: (st.success, ":material/check_circle:"),
        Outcome.MAYBE_BETTER: (st.info, ":material/help:"),
        Outcome.NOT_BETTER: (st.warning, ":material/balance:"),
        Outcome.WORSE: (st.warning, ":material/trending_down:"),
    }[found.outcome]
    show(literal(found.sentence), icon=icon)


def _explained(part: PartReport) -> None:
    with st.expander("What is compared, and how", icon=":material/info:"):
        for one in part.baselines:
            st.markdown(f"**{literal(one.name.capitalize())}.** {literal(one.about)}")
            test = one.comparison
            p_value = _NONE if test.p_value is None else f"{max(test.p_value, 0.001):.3f}"
            st.markdown(
                literal(f"{test.sentence} {test.test[:1].upper()}{test.test[1:]}: p = {p_value}.")
            )
        for score in part.scores:
            st.markdown(literal(f"95 % interval of {score.name}: {score.method}."))


def _entities(part: PartReport) -> None:
    counts = part.entities
    if counts is None:
        return
    st.dataframe(
        {
            "Entities": ["Right", "Wrong type", "Wrong ends", "Missed", "Of nothing"],
            "Count": [
                counts.correct,
                counts.wrong_type,
                counts.wrong_ends,
                counts.missed,
                counts.spurious,
            ],
        },
        hide_index=True,
    )
    st.caption(
        "Strict: type and both ends are right. Partial: an entity that overlaps a true one counts "
        "half. As nervaluate counts them, after SemEval-2013, task 9.1."
    )


def _labels(part: PartReport) -> None:
    percent = st.column_config.NumberColumn(format="percent")
    columns = {
        "Precision": [one.precision for one in part.labels],
        "Recall": [one.recall for one in part.labels],
        "F1": [one.f1 for one in part.labels],
    }
    if part.entities is not None:
        columns["Partial F1"] = [one.partial_f1 or 0.0 for one in part.labels]
    st.dataframe(
        {"Label": [one.label for one in part.labels]}
        | columns
        | {"True examples": [one.support for one in part.labels]},
        column_config=dict.fromkeys(columns, percent),
        hide_index=True,
    )


def _interval(score: Score) -> str:
    shown = _number if score.name == "perplexity" else _percent
    if score.low is None or score.high is None:
        return shown(score.value)
    return f"{shown(score.value)} ({shown(score.low)} to {shown(score.high)})"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _number(value: float) -> str:
    return f"{value:.2f}"

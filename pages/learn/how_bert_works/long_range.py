"""A limit: how far back the model still uses a word."""

from math import exp

import streamlit as st

from pages.learn.how_bert_works import parts
from pages.learn.how_bert_works.measured import measured
from pages.shared import cache, results
from playground.how_bert_works import export, long_range, scripts
from playground.how_bert_works.long_range import LongRange
from playground.models.catalog import Task
from playground.plots import how_bert_works as plots


def show(model_id: str) -> None:
    """Show what a cue is worth at growing distances from the mask."""
    st.markdown(
        "A word at the start says what fits a mask at the end: *Anna likes **tea** more than any "
        "other drink. … Anna made herself a cup of [MASK].* How much does it help when more and "
        "more neutral sentences stand in between? As a control, the story is read with another cue "
        "(**coffee**), too."
    )
    model = cache.model(model_id, Task.FILL_MASK)
    found = measured(
        "long range",
        model,
        lambda progress: long_range.measure(model=model, on_progress=progress),
        doing="Reading stories of up to 500 tokens",
    )
    if found is None:
        return
    st.markdown(_said(found))
    results.figure(
        plots.reach(found), key="reach", alt="Probability of a word over the distance of its cue"
    )
    st.dataframe(
        {
            "Tokens between": [round(one.distance) for one in found.reaches],
            "With its cue": [one.with_cue for one in found.reaches],
            "With another": [one.with_other for one in found.reaches],
            "Mean ln ratio": [
                f"{one.log_ratio:.2f} ± {one.log_ratio_error:.2f}" for one in found.reaches
            ],
        },
        column_config={
            "With its cue": st.column_config.NumberColumn(format="percent"),
            "With another": st.column_config.NumberColumn(format="percent"),
        },
        hide_index=True,
    )
    st.caption(
        f"Means over {found.cues} cues in {len(found.stories)} stories written for this page, "
        "± one standard error, by which chance alone moves such a mean. The mean ln ratio is the "
        "logarithm of how many times as probable the cue makes its word: 0 is no help, 0.7 is "
        "twice. Few and simple stories: read the shape, not the last digit. Where "
        "both lines fall, the text is longer than those that the model learned from, and all of "
        "its guesses get worse."
    )
    parts.deeper(parts.ATTENTION, "Attention over long texts")
    results.take_away(
        export.long_range(found),
        scripts.measured_reach(found),
        spec=model.spec,
        file_name="long-range",
    )


def _said(found: LongRange) -> str:
    near, far = found.reaches[0], found.reaches[-1]
    return (
        f"In the sentence before, {near.distance:.0f} tokens away, a cue makes its word "
        f"**{_times(near.log_ratio)} times** as probable as another cue does; "
        f"{far.distance:.0f} tokens away **{_times(far.log_ratio)} times**. At 1.0 times it would "
        "say nothing."
    )


def _times(log_ratio: float) -> str:
    return f"{exp(log_ratio):.1f}"

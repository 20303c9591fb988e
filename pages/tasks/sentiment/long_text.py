"""A long text in overlapping windows."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, frame
from pages.shared import results as shared
from pages.shared.escape import literal
from pages.shared.views import View
from pages.tasks.sentiment import inputs, results
from playground import sentiment
from playground.models.catalog import Task
from playground.plots import sentiment as plots
from playground.plots.template import percent
from playground.sentiment import export, scripts


def show(place: DeltaGenerator, side: DeltaGenerator, model_id: str) -> None:
    """Show a label's probability over the text, and what the text as a whole gets."""
    with place:
        text = inputs.long_passage()
    with side:
        size, overlap = _windows()
    with frame.errors_shown():
        model = cache.model(model_id, Task.TEXT_CLASSIFICATION)
        with side:
            label = inputs.label(model.labels.names, likeliest=results.POSITIVE)
        found = sentiment.classify(text, model=model, size=size, overlap=overlap / 100)
        results.notices(found)
        label = found.focus if label is None else label
        name = model.labels.names[label]
        st.header(literal(results.verdict(found)), anchor=False)
        st.caption(
            f"{len(found.read.ids):,} tokens in {len(found.parts)} windows of at most "
            f"{min(size, model.max_tokens)}, which begin with words. The probabilities of the "
            "whole are the mean over the windows, each weighing as much as it has tokens: nothing "
            "is cut, but no window knows of what the others hold."
        )
        values = [part.probabilities[label] for part in found.parts]
        shared.figure(
            plots.curve(found, label),
            key="curve",
            alt=f"Probability of {name} over the text, between {min(values):.1%} and "
            f"{max(values):.1%}; the table has the numbers",
        )
        st.caption(
            f"Blue: the probability of {literal(name)} in each window, at its middle; the thin "
            "lines reach from its beginning to its end. Dashed: the whole text."
        )
        st.dataframe(
            {
                "From": [part.start + 1 for part in found.parts],
                "To": [part.end for part in found.parts],
                "Tokens": [part.window.end - part.window.begin for part in found.parts],
                f"Probability of {name}": [percent(value) for value in values],
                "Text": [found.read.text[part.start : part.end] for part in found.parts],
            },
            hide_index=True,
        )
        shared.take_away(
            export.long_text(found),
            scripts.long_text(found),
            spec=model.spec,
            file_name="sentiment-windows",
        )


def _windows() -> tuple[int, int]:
    """Ask for the size of a window in tokens and the overlap of neighbours in percent."""
    size = st.slider(
        "Tokens a window", 16, 512, key=inputs.SIZE.name, step=8, persist_state="session"
    )
    overlap = st.slider(
        "Overlap (%)", 0, 90, key=inputs.OVERLAP.name, step=5, persist_state="session"
    )
    return int(size), int(overlap)


VIEW = View(
    title="Long text",
    about="The probability over a text of any length, in overlapping windows.",
    fields=(inputs.MODEL, inputs.LONG, inputs.SIZE, inputs.OVERLAP, inputs.LABEL),
    show=show,
)

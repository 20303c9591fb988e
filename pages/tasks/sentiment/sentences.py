"""A text sentence by sentence."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, frame
from pages.shared import results as shared
from pages.shared.escape import literal
from pages.shared.shaded import Shade, shaded
from pages.shared.views import View
from pages.tasks.sentiment import inputs, results
from playground import sentiment
from playground.models.catalog import Task
from playground.models.queries import Labels
from playground.plots.template import percent
from playground.sentiment import export, scripts


def show(place: DeltaGenerator, side: DeltaGenerator, model_id: str) -> None:
    """Show each sentence's label, and the text shaded by them."""
    with place:
        text = inputs.long_passage()
    with frame.errors_shown():
        model = cache.model(model_id, Task.TEXT_CLASSIFICATION)
        with side:
            label = inputs.label(model.labels.names, likeliest=results.POSITIVE)
        found = sentiment.by_sentence(text, model=model)
        results.notices(found.whole)
        label = found.whole.focus if label is None else label
        name = model.labels.names[label]
        st.markdown(f"The text as a whole: **{literal(results.verdict(found.whole))}**")
        values = [sentence.found.probabilities[label] for sentence in found.sentences]
        shaded(
            text,
            [
                Shade(
                    start=sentence.start,
                    end=sentence.end,
                    weight=_weight(value, model.labels),
                    title=f"{name}: {percent(value)}",
                )
                for sentence, value in zip(found.sentences, values, strict=True)
            ],
            alt=f"The text, shaded by each sentence's probability of {name}; the table has them",
        )
        st.caption(_legend(name, model.labels))
        st.dataframe(
            {
                "Sentence": [text[one.start : one.end] for one in found.sentences],
                "Label": [one.found.verdict for one in found.sentences],
                f"Probability of {name}": [percent(value) for value in values],
            },
            hide_index=True,
        )
        st.caption(
            "Each sentence is read by itself, without its neighbours: what “it” or “but” refers to "
            "may be lost. A sentence ends with its line, or behind “.”, “!”, “?” or “…” unless a "
            "small letter follows or the stop belongs to an abbreviation or an initial."
        )
        shared.take_away(
            export.sentences(found),
            scripts.labels([found.whole, *(one.found for one in found.sentences)]),
            spec=model.spec,
            file_name="sentiment-sentences",
            has_figure=False,
        )


def _weight(probability: float, labels: Labels) -> float:
    """Return how to shade a probability: of two labels one half is neutral."""
    return 2 * probability - 1 if len(labels.names) == 2 and not labels.several else probability


def _legend(name: str, labels: Labels) -> str:
    if len(labels.names) == 2 and not labels.several:
        return (
            f"Blue with a solid line: more {literal(name)} than not. Orange with a dashed line: "
            "less. The paler, the less sure."
        )
    return f"The stronger the blue, the more probable {literal(name)} is."


VIEW = View(
    title="Sentence by sentence",
    about="Where in a text the label comes from: each sentence on its own.",
    fields=(inputs.MODEL, inputs.LONG, inputs.LABEL),
    show=show,
)

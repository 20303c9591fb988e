"""Two sentences, and how probably one follows the other."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.attention.inputs import MODEL as ATTENTION_MODEL
from pages.explore.attention.inputs import PAIR as ATTENTION_PAIR
from pages.explore.attention.inputs import TEXT as ATTENTION_TEXT
from pages.shared import cache, frame, link
from pages.shared import results as shared
from pages.shared.views import View
from pages.tasks.next_sentence import inputs, results
from playground import next_sentence
from playground.models.catalog import Task
from playground.next_sentence import export, scripts
from playground.plots import next_sentence as plots
from playground.plots.template import percent

ATTENTION = "../explore/attention/page.py"  # from pages/shared/navigation.py
SURE, UNSURE = 0.8, 0.2  # from here on the verdict is worded without doubt


def show(place: DeltaGenerator, _side: DeltaGenerator, model_id: str) -> None:
    """Show how probably B follows A, and A follows B."""
    with place:
        first, second = inputs.two_sentences()
    with frame.errors_shown():
        model = cache.model(model_id, Task.NEXT_SENTENCE)
        found = next_sentence.both_ways(first, second, model=model)
        results.notices(found.notices)
        probability = found.forward.probability
        st.header(f"{verdict(probability)}: {percent(probability)}", anchor=False)
        chart, meaning = st.columns([3, 2], gap="large")
        with chart:
            shared.figure(
                plots.both_ways(found),
                key="both_ways",
                alt=f"Probability that the second sentence follows: A, then B "
                f"{percent(probability)}; B, then A {percent(found.backward.probability)}",
            )
            st.caption("The dashed line is one half: to its right the head says “is next”.")
        with meaning:
            results.calibration(found.labels)
        st.page_link(
            ATTENTION,
            label="How A and B attend to each other",
            icon=":material/grid_on:",
            query_params=_attention(model_id, first, second),
        )
        results.measured(model_id)
        results.why_dropped()
        shared.take_away(
            export.two_sentences(found),
            scripts.two_sentences(found),
            spec=model.spec,
            file_name="next-sentence",
        )


def verdict(probability: float) -> str:
    """Return in words whether B follows A."""
    if probability >= SURE:
        return "B follows A"
    if probability >= 0.5:
        return "B may follow A"
    return "B probably does not follow A" if probability > UNSURE else "B does not follow A"


def _attention(model_id: str, first: str, second: str) -> dict[str, str] | None:
    if len(first) + len(second) > link.MAX_LENGTH // 3:
        return None
    return {
        ATTENTION_MODEL.name: model_id,
        ATTENTION_TEXT.name: first,
        ATTENTION_PAIR.name: second,
    }


VIEW = View(
    title="Two sentences",
    about="How probably B follows A, and A follows B.",
    fields=(inputs.MODEL, inputs.FIRST, inputs.SECOND),
    show=show,
)

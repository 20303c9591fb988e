"""A text before and after an edit."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, frame
from pages.shared import results as shared
from pages.shared.escape import literal
from pages.shared.shaded import Shade, shaded
from pages.shared.views import View
from pages.tasks.sentiment import inputs, results
from pages.tasks.sentiment.one_text import AT_ONCE
from playground import sentiment
from playground.models.catalog import Task
from playground.plots import sentiment as plots
from playground.plots.template import percent
from playground.sentiment import Classified, Explanation, export, scripts

SIDES = ("Before", "After")


def show(place: DeltaGenerator, side: DeltaGenerator, model_id: str) -> None:
    """Show what an edit does to a label, and to the words behind it."""
    with place:
        before, after = inputs.edit()
    with frame.errors_shown():
        model = cache.model(model_id, Task.TEXT_CLASSIFICATION)
        with side:
            label = inputs.label(model.labels.names, likeliest=results.POSITIVE)
        found = sentiment.compare(before, after, model=model, label=label)
        name = model.labels.names[found.label]
        results.notices(found.before, found.after)
        values = [one.probabilities[found.label] for one in (found.before, found.after)]
        first, second = st.columns(2)
        first.metric(f"{literal(name)} before", percent(values[0]))
        points = f"{100 * found.difference:+.1f} percentage points"
        second.metric(f"{literal(name)} after", percent(values[1]), points, delta_color="off")
        shared.figure(
            plots.edit(found),
            key="edit",
            alt=f"{name} before {values[0]:.1%}, after {values[1]:.1%}",
        )
        explained: list[Explanation] = []
        for column, title, one, changed in zip(
            st.columns(2, gap="large"),
            SIDES,
            (found.before, found.after),
            (found.changed_before, found.changed_after),
            strict=True,
        ):
            with column:
                st.header(title, anchor=False)
                if _is_long(one):
                    _marked(one, changed)
                    continue
                explanation = sentiment.shared_explanation(one, model=model, label=found.label)
                results.words(explanation, name=name, changed=changed)
                results.words_table(explanation.strongest(results.TOP))
                explained.append(explanation)
        st.caption(
            "Outlined words are in one version only. The shares of all others change, too: a model "
            f"reads each word in the light of the rest. What speaks for {literal(name)} is blue "
            "with a solid line, what speaks against it orange with a dashed line. Shares are found "
            "by integrated gradients, as explained under One text."
        )
        shared.take_away(
            export.edit(found),
            scripts.labels([found.before, found.after]),
            spec=model.spec,
            file_name="sentiment-edit",
        )


def _is_long(classified: Classified) -> bool:
    return len(classified.parts) > 1 or len(classified.read.ids) > AT_ONCE


def _marked(classified: Classified, changed: tuple[tuple[int, int], ...]) -> None:
    shaded(
        classified.read.text,
        [Shade(start=start, end=end, weight=0, outlined=True) for start, end in changed],
        alt="The text, changed words outlined",
    )
    st.caption(
        f"Texts of more than {AT_ONCE} tokens are explained under One text, a window at a time."
    )


VIEW = View(
    title="Compare an edit",
    about="Change a word and see what that does.",
    fields=(inputs.MODEL, inputs.BEFORE, inputs.AFTER, inputs.LABEL),
    show=show,
)

"""Each token of a text with the probability of each label."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, frame
from pages.shared import results as shared
from pages.shared.views import View
from pages.tasks.named_entities import inputs, results
from playground.models.catalog import Task
from playground.named_entities import Found, export, scripts
from playground.plots import named_entities as plots
from playground.plots.template import percent

SHOWN_AT_ONCE = 40  # rows of the figure


def show(place: DeltaGenerator, _side: DeltaGenerator, model_id: str) -> None:
    """Show a figure of tokens and labels, and the same numbers as a table."""
    with place:
        text = inputs.passage()
    with frame.errors_shown():
        model = cache.model(model_id, Task.TOKEN_CLASSIFICATION)
        found = results.found_in(text, model)
        results.notices(found.notices, model.spec)
        count = len(found.tokens.ids)
        first = _first(count)
        last = min(first + SHOWN_AT_ONCE, count)
        shared.figure(
            plots.every_token(found, first, last),
            key="every_token",
            alt=f"Tokens {first + 1} to {last} with their labels' probabilities; the table below "
            "has all numbers",
        )
        st.caption(
            "Probabilities in percent. B- begins an entity and I- goes on with it, O is none: the "
            "BIO scheme. A dot in front marks a piece that continues a word. The model in the box "
            "learned to label the first piece of a word only, so later pieces may differ; “first” "
            "on the view Mark leaves them aside."
        )
        _table(found)
        shared.take_away(
            export.every_token(found),
            scripts.every_token(found, model=model),
            spec=model.spec,
            file_name="every-token",
        )


def _first(count: int) -> int:
    """Ask with which token the figure begins, if not all fit; return its place from 0."""
    if count <= SHOWN_AT_ONCE:
        return 0
    last = count - SHOWN_AT_ONCE + 1
    st.session_state[inputs.FROM.name] = min(int(st.session_state[inputs.FROM.name]), last)
    chosen = st.slider(
        f"From token, of {count:,}", 1, last, key=inputs.FROM.name, persist_state="session"
    )
    return int(chosen) - 1


def _table(found: Found) -> None:
    labels = found.tokens.probabilities.argmax(axis=1)
    names = found.scheme.names
    st.dataframe(
        {
            "Token": [plots.token_text(found, place) for place in range(len(labels))],
            "Label": [names[label] for label in labels],
            **{
                f"P({name})": [percent(value) for value in column]
                for name, column in zip(names, found.tokens.probabilities.T.tolist(), strict=True)
            },
        },
        hide_index=True,
    )


VIEW = View(
    title="Every token",
    about="What the model says of each token, before tokens become entities.",
    fields=(inputs.TEXT, inputs.FROM),
    show=show,
)

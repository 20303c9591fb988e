"""The entities of one text, marked in it."""

from collections.abc import Sequence
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, frame
from pages.shared import results as shared
from pages.shared.views import View
from pages.tasks.named_entities import inputs, results
from playground.models.catalog import Task
from playground.named_entities import Entity, Found, export, marked, scripts
from playground.tables import as_csv, as_json


def show(place: DeltaGenerator, side: DeltaGenerator, model_id: str) -> None:
    """Show the visitor's text with its entities, and a table of them."""
    with place:
        text = inputs.passage()
    with side:
        aggregation, threshold = inputs.aggregation(), inputs.threshold()
    with frame.errors_shown():
        model = cache.model(model_id, Task.TOKEN_CLASSIFICATION)
        found = results.found_in(text, model).by(aggregation)
        shown = found.at_least(threshold)
        with place:
            _text(found, shown, threshold)
            results.notices(found.notices, model.spec)
        if shown:
            results.table(shown)
            st.caption(
                "Score: the probability of the label, a mean over the entity's words. Second best "
                "is the type that came next there, its B- and I- labels added up; O stands for no "
                "entity. Start and end count characters from 0."
            )
        frame.downloads([*_files(found, shown), *shared.adapter(model.spec)])
        shared.code(
            scripts.mark(found, model=model, aggregation=aggregation, threshold=threshold),
            spec=model.spec,
            file_name="named-entities",
        )


def _text(found: Found, shown: Sequence[Entity], threshold: float) -> None:
    st.html(marked.marked(found.text, shown))
    if not found.entities:
        st.info("No entities found in this text.", icon=":material/search_off:")
    elif not shown:
        st.info("No entity has a score this high.", icon=":material/search_off:")
    results.hidden(len(found.entities) - len(shown), threshold)


def _files(found: Found, shown: Sequence[Entity]) -> list[frame.Download]:
    rows, name = export.entities(shown), "named-entities"
    conll = partial(export.conll, found, shown)
    page = partial(marked.document, found.text, shown)
    return [
        frame.Download("CSV", partial(as_csv, rows), f"{name}.csv", "text/csv"),
        frame.Download("JSON", partial(as_json, rows), f"{name}.json", "application/json"),
        frame.Download("CoNLL", conll, f"{name}.conll", "text/plain"),
        frame.Download("HTML", page, f"{name}.html", "text/html"),
    ]


VIEW = View(
    title="Mark",
    about="People, places, organisations and other names, marked in your own text.",
    fields=(inputs.TEXT, inputs.AGGREGATION, inputs.THRESHOLD),
    show=show,
)

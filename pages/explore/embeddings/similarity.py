"""Lines against each other, and a query against them."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.embeddings import inputs
from pages.shared import cache, frame, results
from pages.shared.escape import literal
from pages.shared.views import View
from playground import embeddings
from playground.embeddings import Similarity, export, scripts
from playground.models.catalog import Task
from playground.plots import embeddings as plots

NEAREST = 3  # neighbours in the table


def show(place: DeltaGenerator, side: DeltaGenerator, model_id: str) -> None:
    """Show the cosine of every two lines, each line's neighbours, and those of a query."""
    with place:
        texts, query = inputs.lines_and_query()
    with side:
        pooling = inputs.pooling()
    with frame.errors_shown():
        model = cache.model(model_id, Task.FEATURE_EXTRACTION)
        found = embeddings.compare(texts, query, model=model, pooling=pooling)
        for notice in found.notices:
            st.info(literal(notice), icon=":material/info:")
        _says_little(found)
        if found.query_cosines is not None:
            _query(found)
        _matrix(found)
        results.take_away(
            export.similarity(found),
            scripts.similarity(found),
            spec=model.spec,
            file_name="embeddings-similarity",
        )


def _query(found: Similarity) -> None:
    st.header("Nearest to what you look for", anchor=False)
    nearest = found.nearest_to_query[0]
    results.figure(
        plots.query(found),
        key="query",
        alt=f"Cosine of each line with the query; the nearest is line {nearest.line + 1}, "
        f"{plots.signed(nearest.cosine)}",
    )


def _matrix(found: Similarity) -> None:
    st.header("Every two lines", anchor=False)
    results.figure(
        plots.matrix(found),
        key="matrix",
        alt=f"Cosine of every two of {len(found.texts)} lines; the table below names neighbours",
    )
    st.caption(
        "The **cosine** of the angle between two vectors: 1 if they point the same way, 0 if they "
        "have nothing in common. It tells what lines are about better than whether they agree: "
        "a sentence and its denial are close."
    )
    neighbours = [found.neighbours(line)[:NEAREST] for line in range(len(found.texts))]
    st.dataframe(
        {
            "Line": [f"{n + 1}  {text}" for n, text in enumerate(found.texts)],
            "Nearest": [found.texts[row[0].line] for row in neighbours],
            "Cosine": [plots.signed(row[0].cosine) for row in neighbours],
            "Then": [
                " · ".join(f"{one.line + 1} ({plots.signed(one.cosine)})" for one in row[1:])
                for row in neighbours
            ],
        },
        hide_index=True,
    )


def _says_little(found: Similarity) -> None:
    if found.says_little:
        st.info(
            f"All lines come out alike: no two have a cosine below {plots.signed(found.lowest)}. "
            "That is usual for models that were not trained to compare sentences. Look at the "
            "order, or choose the trunk in the box.",
            icon=":material/info:",
        )


VIEW = View(
    title="Similarity",
    about="How alike are these lines, and which of them fits best to what you look for?",
    fields=(inputs.TEXTS, inputs.QUERY, inputs.POOLING),
    show=show,
)

"""The entities of all texts of a file, and how often each occurs."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, files, frame
from pages.shared import results as shared
from pages.tasks.named_entities import inputs, results
from pages.tasks.named_entities.view import View
from playground import named_entities
from playground.errors import PlaygroundError
from playground.models.catalog import ASSETS, Task
from playground.named_entities import Aggregation, Entity, export, frequencies
from playground.plots import named_entities as plots
from playground.tables import as_csv, as_json

if TYPE_CHECKING:
    from playground.models.engine import Model

KEY = "entities_file"
SAMPLES = {"Job postings": ASSETS / "samples/job_postings_entities.jsonl"}
Entities = tuple[Entity, ...]


def show(place: DeltaGenerator, side: DeltaGenerator, model_id: str) -> None:
    """Show what a file's texts name, as counts and as files to take along."""
    with side:
        aggregation, threshold = inputs.aggregation(), inputs.threshold()
    with place:
        upload = files.upload(KEY, SAMPLES)
    with frame.errors_shown():
        model = cache.model(model_id, Task.TOKEN_CLASSIFICATION)
        results.terms(model.spec)
        if upload is None:
            return
        job = files.job(
            KEY,
            upload,
            partial(_entities, model=model, aggregation=aggregation),
            label="Find entities",
            of=(model.spec.id, aggregation),
        )
        if job is None:
            return
        files.progress(job, KEY)
        if job.finished:
            _outcome(job.results, threshold)


def _entities(
    texts: Sequence[str], *, model: "Model", aggregation: Aggregation
) -> list[Entities | PlaygroundError]:
    """Return each text's entities only: tokens with all probabilities would fill the memory."""
    found = named_entities.find_all(texts, model=model, aggregation=aggregation)
    return [one if isinstance(one, PlaygroundError) else one.entities for one in found]


def _outcome(found: Sequence[tuple[int, Entities]], threshold: float) -> None:
    shown = [(line, [e for e in row if e.score >= threshold]) for line, row in found]
    results.hidden(sum(len(row) for _, row in found) - sum(len(row) for _, row in shown), threshold)
    counted = frequencies(row for _, row in shown)
    if not counted:
        st.info("No entities found in this file.", icon=":material/search_off:")
        return
    shared.figure(
        plots.frequencies(counted),
        key="frequencies",
        alt=f"Most frequent entities; first {counted[0].text}, {counted[0].count} times",
    )
    st.dataframe(
        {
            "Entity": [row.text for row in counted],
            "Type": [row.type for row in counted],
            "Count": [row.count for row in counted],
            "Texts": [row.texts for row in counted],
        },
        hide_index=True,
    )
    rows, counts = export.of_file(shown), export.frequencies(counted)
    frame.downloads(
        [
            frame.Download("Entities, CSV", partial(as_csv, rows), "entities.csv", "text/csv"),
            frame.Download(
                "Entities, JSON", partial(as_json, rows), "entities.json", "application/json"
            ),
            frame.Download("Counts, CSV", partial(as_csv, counts), "counts.csv", "text/csv"),
            frame.Download(
                "Counts, JSON", partial(as_json, counts), "counts.json", "application/json"
            ),
        ]
    )
    shared.picture_format()


VIEW = View(
    title="A file",
    about="Entities in every row of a file, and how often each occurs.",
    fields=(inputs.AGGREGATION, inputs.THRESHOLD),
    show=show,
)

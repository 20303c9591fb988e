"""The entities of all texts of a file, and how often each occurs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, files, frame
from pages.shared import results as shared
from pages.shared.views import View
from pages.tasks.named_entities import inputs, results
from playground import named_entities
from playground.errors import PlaygroundError
from playground.models.catalog import ASSETS, Task
from playground.named_entities import Aggregation, Entity, export, frequencies, scripts
from playground.named_entities.tokens import Stretch
from playground.plots import named_entities as plots
from playground.tables import as_csv, as_json

if TYPE_CHECKING:
    from playground.models.engine import Model

KEY = "entities_file"
SAMPLES = {"Job postings": ASSETS / "samples/job_postings_entities.jsonl"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is kept of one row: tokens with all probabilities would fill the memory."""

    text: str
    words: np.ndarray  # as export.words has them
    entities: tuple[Entity, ...]
    windows: tuple[Stretch, ...]  # only where there are several


Found = Sequence[tuple[int, Answer]]


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
            partial(_answers, model=model, aggregation=aggregation),
            label="Find entities",
            of=(model.spec.id, aggregation),
        )
        if job is None:
            return
        files.progress(job, KEY)
        if job.finished:
            _outcome(job.results, threshold)
            snippet = scripts.file(
                upload.reading,
                {upload.place(line): one.windows for line, one in job.results if one.windows},
                model=model,
                aggregation=aggregation,
                threshold=threshold,
            )
            frame.downloads(shared.adapter(model.spec))
            shared.code(snippet, spec=model.spec, file_name="entities")


def _answers(
    texts: Sequence[str], *, model: "Model", aggregation: Aggregation
) -> list[Answer | PlaygroundError]:
    return [
        one if isinstance(one, PlaygroundError) else _answer(one)
        for one in named_entities.find_all(texts, model=model, aggregation=aggregation)
    ]


def _answer(found: named_entities.Found) -> Answer:
    windows = found.tokens.stretches
    several = windows if len(windows) > 1 else ()
    return Answer(found.text, export.words(found), found.entities, several)


def _outcome(found: Found, threshold: float) -> None:
    kept = [(line, one, [e for e in one.entities if e.score >= threshold]) for line, one in found]
    shown = [(line, entities) for line, _, entities in kept]
    hidden = sum(len(one.entities) - len(entities) for _, one, entities in kept)
    results.hidden(hidden, threshold)
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
    tagged = [(one.text, one.words, entities) for _, one, entities in kept]
    frame.downloads(
        [
            frame.Download("Entities, CSV", partial(as_csv, rows), "entities.csv", "text/csv"),
            frame.Download(
                "Entities, JSON", partial(as_json, rows), "entities.json", "application/json"
            ),
            frame.Download(
                "Entities, CoNLL",
                partial(export.conll_of_file, tagged),
                "entities.conll",
                "text/plain",
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

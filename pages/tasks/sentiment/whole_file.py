"""The labels of all texts of a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, files, frame
from pages.shared import results as shared
from pages.shared.views import View
from pages.tasks.sentiment import inputs, results
from playground import sentiment
from playground.errors import PlaygroundError
from playground.models.catalog import ASSETS, Task
from playground.models.queries import Labels
from playground.plots import sentiment as plots
from playground.sentiment import Classified, export, scripts
from playground.tables import as_csv, as_json

if TYPE_CHECKING:
    from playground.models.engine import Model

KEY = "sentiment_file"
SAMPLES = {"Product reviews": ASSETS / "samples/product_reviews_topics.csv"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is kept of one row: tokens and windows of a large file would fill the memory."""

    text: str
    verdict: str
    found: tuple[int, ...]  # labels
    probabilities: tuple[float, ...]
    windows: tuple[tuple[int, int], ...]  # of tokens, only where there are several


Found = Sequence[tuple[int, Answer]]


def show(place: DeltaGenerator, _side: DeltaGenerator, model_id: str) -> None:
    """Show the labels of a file's texts: shares, a table to sort and filter, files."""
    with place:
        upload = files.upload(KEY, SAMPLES)
    with frame.errors_shown():
        model = cache.model(model_id, Task.TEXT_CLASSIFICATION)
        results.calibration(model.labels)
        if upload is None:
            return
        job = files.job(
            KEY, upload, partial(_answers, model=model), label="Label all rows", of=model.spec.id
        )
        if job is None:
            return
        files.progress(job, KEY)
        if job.finished and job.results:
            _outcome(job.results, model.labels)
            snippet = scripts.file(
                upload.reading,
                {upload.place(line): one.windows for line, one in job.results if one.windows},
                model.labels,
            )
            frame.downloads(shared.adapter(model.spec))
            shared.code(snippet, spec=model.spec, file_name="labels")


def _answers(texts: Sequence[str], *, model: "Model") -> list[Answer | PlaygroundError]:
    return [
        one if isinstance(one, PlaygroundError) else _answer(one)
        for one in sentiment.classify_all(texts, model=model)
    ]


def _answer(one: Classified) -> Answer:
    windows = tuple(scripts.windows(one)) if len(one.parts) > 1 else ()
    return Answer(one.read.text, one.verdict, one.found, one.probabilities, windows)


def _outcome(found: Found, labels: Labels) -> None:
    counts = {
        name: sum(index in answer.found for _, answer in found)
        for index, name in enumerate(labels.names)
    }
    shared.figure(
        plots.shares(counts, total=len(found)),
        key="shares",
        alt="Share of each label: " + ", ".join(f"{name} {n}" for name, n in counts.items()),
    )
    shown = _filtered(found, labels)
    st.caption(f"{len(shown):,} of {len(found):,} rows. Click a column's name to sort by it.")
    st.dataframe(
        {
            "Line": [line for line, _ in shown],
            "Text": [answer.text for _, answer in shown],
            "Label": [answer.verdict for _, answer in shown],
        }
        | {
            f"% {name}": [round(100 * answer.probabilities[index], 1) for _, answer in shown]
            for index, name in enumerate(labels.names)
        },
        hide_index=True,
    )
    rows = export.file(
        labels.names,
        ((line, one.text, one.verdict, one.probabilities) for line, one in shown),
    )
    frame.downloads(
        [
            frame.Download("CSV", partial(as_csv, rows), "labels.csv", "text/csv"),
            frame.Download("JSON", partial(as_json, rows), "labels.json", "application/json"),
        ]
    )


def _filtered(found: Found, labels: Labels) -> Found:
    """Ask which rows to show, and return them."""
    one, other, third = st.columns(3)
    names = one.multiselect("Labels to show", labels.names, key=f"{KEY}_labels")
    words = other.text_input("Only with these letters", key=f"{KEY}_letters")
    lowest = third.slider("Lowest probability of its label (%)", 0, 100, 0, key=f"{KEY}_lowest")
    wanted = {labels.names.index(name) for name in names} or set(range(len(labels.names)))
    return [
        (line, answer)
        for line, answer in found
        if (wanted & set(answer.found) or not names)
        and words.casefold() in answer.text.casefold()
        and 100 * max(answer.probabilities) >= lowest
    ]


VIEW = View(
    title="A file",
    about="The label of every row of a file.",
    fields=(inputs.MODEL,),
    show=show,
)

"""Many lines searched for contexts like that of a token in a sentence."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.embeddings import inputs, lines
from pages.shared import cache, files, frame, results
from pages.shared.escape import literal
from pages.shared.shaded import Shade, shaded
from pages.shared.views import View
from playground import embeddings
from playground.embeddings import Hit, LineReader, Token, export, scripts
from playground.models.catalog import Task
from playground.plots import embeddings as plots
from playground.tables import as_csv, as_json

if TYPE_CHECKING:
    from playground.models.engine import Model

KEY = "search"
MOST = 20  # contexts


def show(place: DeltaGenerator, side: DeltaGenerator, model_id: str) -> None:
    """Show the tokens of many lines that are used most like a chosen one."""
    with place:
        sentence = _sentence()
    with frame.errors_shown():
        model = cache.model(model_id, Task.FEATURE_EXTRACTION)
        with side:
            layer = _layer(model)
        found = embeddings.tokens(sentence, model=model, layer=layer)
        with place:
            token = _token(found)
            upload = lines.ask(KEY)
        if upload is None:
            return
        job = files.job(
            KEY,
            upload,
            partial(embeddings.shared_states, model=model, layer=layer)
            if lines.are_ours(upload)
            else LineReader(model=model, layer=layer).read,
            label="Read the lines",
            of=(model.spec.id, layer),
            at_once=lines.AT_ONCE,
            chunk=lines.CHUNK,
            what="these lines",
        )
        if job is None:
            return
        files.progress(job, KEY)
        if job.finished and job.results:
            for notice in embeddings.search_notices(sentence, job.results, model=model):
                st.info(literal(notice), icon=":material/info:")
            hits = embeddings.search(job.results, token, most=MOST)
            _hits(hits, token, layer)
            texts = [line.text for _, line in job.results]
            _take_away(hits, texts)
            snippet = scripts.search(texts, sentence, token, layer=layer, most=MOST)
            results.code(snippet, spec=model.spec, file_name="embeddings-contexts")


def _sentence() -> str:
    sentence = st.text_input("Sentence", key=inputs.SENTENCE.name, persist_state="session")
    frame.examples(
        "context_example",
        {
            name: {inputs.SENTENCE.name: one, inputs.PLACE.name: one.index(word)}
            for name, (one, word) in inputs.CONTEXTS.items()
        },
    )
    return sentence or ""


def _layer(model: "Model") -> int:
    st.session_state[inputs.LAYER.name] = min(st.session_state[inputs.LAYER.name], model.layers)
    layer = st.slider(
        "Layer",
        0,
        model.layers,
        key=inputs.LAYER.name,
        persist_state="session",
        help="0 is the input, where only the word itself counts. For seven words with several "
        "meanings among our sentences, such as bank and match, the nearest other place of the word "
        "has the same meaning in 34 of 56 cases at the input of the trunk in the box, in 43 at "
        "layer 4 and in 48 at layer 6, the last.",
    )
    return int(layer)


def _token(found: Sequence[Token]) -> Token:
    """Ask for a token of the sentence, the one at the place that the address says at first."""
    asked = int(st.session_state[inputs.PLACE.name])
    at_start = {token.start: token for token in found}
    st.session_state[inputs.PLACE.name] = max(
        (start for start in at_start if start <= asked), default=found[0].start
    )
    chosen = st.selectbox(
        "Token",
        list(at_start),
        format_func=lambda start: f"{at_start[start].place + 1}  {at_start[start].text}",
        key=inputs.PLACE.name,
        persist_state="session",
    )
    return at_start[int(chosen)]


def _hits(hits: Sequence[Hit], token: Token, layer: int) -> None:
    st.header(f"Where a token is used like “{literal(token.text)}”", anchor=False)
    starts = [0]
    for hit in hits:
        starts.append(starts[-1] + len(hit.text) + 1)
    shaded(
        "\n".join(" ".join(hit.text.split("\n")) for hit in hits),
        [
            Shade(
                start=start + hit.start,
                end=start + hit.end,
                weight=max(hit.cosine, 0),
                title=f"line {hit.line}: {plots.signed(hit.cosine)}",
            )
            for start, hit in zip(starts, hits, strict=False)
        ],
        alt="The lines with the nearest tokens, the nearest first; the table has their cosines",
    )
    st.caption(
        f"The lines whose tokens have states at layer {layer} nearest to that of "
        f"“{literal(token.text)}”, by cosine, the nearest first. A line is shown once, by its "
        "nearest token."
    )
    st.dataframe(
        {
            "Cosine": [plots.signed(hit.cosine) for hit in hits],
            "Token": [hit.text[hit.start : hit.end] for hit in hits],
            "Line": [hit.line for hit in hits],
            "Text": [hit.text for hit in hits],
        },
        hide_index=True,
    )


def _take_away(hits: Sequence[Hit], texts: Sequence[str]) -> None:
    rows = export.hits(hits)
    frame.downloads(
        [
            frame.Download("CSV", partial(as_csv, rows), "contexts.csv", "text/csv"),
            frame.Download("JSON", partial(as_json, rows), "contexts.json", "application/json"),
            *([lines.for_code(texts)] if len(texts) > scripts.MOST_WRITTEN else []),
        ]
    )


VIEW = View(
    title="Search contexts",
    about="Choose a token in a sentence and find the lines of a file where one is used like it.",
    fields=(inputs.SENTENCE, inputs.PLACE, inputs.LAYER, *lines.FIELDS),
    show=show,
)

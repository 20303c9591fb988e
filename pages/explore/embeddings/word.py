"""One word in several sentences, layer by layer."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.embeddings import inputs
from pages.shared import cache, frame, results
from pages.shared.escape import literal
from pages.shared.shaded import Shade, shaded
from pages.shared.views import View
from playground import embeddings
from playground.embeddings import WordInContext, export, scripts
from playground.models.catalog import Task
from playground.plots import embeddings as plots
from playground.plots.template import percent


def show(place: DeltaGenerator, side: DeltaGenerator, model_id: str) -> None:
    """Show how near a word's vectors are in each layer, and how they move apart."""
    with place:
        word, sentences = inputs.word_and_sentences()
    with frame.errors_shown():
        model = cache.model(model_id, Task.FEATURE_EXTRACTION)
        found = embeddings.follow(word, sentences, model=model)
        for notice in found.notices:
            st.info(literal(notice), icon=":material/info:")
        with side:
            reference = _reference(found)
        _places(found)
        _layers(found, reference)
        _paths(found)
        results.take_away(
            export.word(found),
            scripts.word(found),
            spec=model.spec,
            file_name="embeddings-word",
        )


def _reference(found: WordInContext) -> int:
    last = len(found.occurrences)
    st.session_state[inputs.REFERENCE.name] = min(st.session_state[inputs.REFERENCE.name], last)
    chosen = st.selectbox(
        "Compare all places with",
        range(1, last + 1),
        format_func=lambda number: plots.described(found, found.occurrences[number - 1]),
        key=inputs.REFERENCE.name,
        persist_state="session",
    )
    return int(chosen) - 1


def _places(found: WordInContext) -> None:
    """Show the sentences with the word marked."""
    text = "\n".join(found.sentences)
    starts = [sum(len(one) + 1 for one in found.sentences[:n]) for n in range(len(found.sentences))]
    shaded(
        text,
        [
            Shade(
                start=starts[one.sentence] + one.start,
                end=starts[one.sentence] + one.end,
                weight=0.6,
                title=f"place {number}",
            )
            for number, one in enumerate(found.occurrences, start=1)
        ],
        alt="The sentences, the word marked",
    )


def _layers(found: WordInContext, reference: int) -> None:
    st.header("How near the others are, layer by layer", anchor=False)
    results.figure(
        plots.layers(found, reference),
        key="word_layers",
        alt=f"Cosine of each place of {found.word} with place {reference + 1}; the files have all",
    )
    last = found.cosines[-1]
    st.dataframe(
        {
            "Place": list(range(1, len(found.occurrences) + 1)),
            "Sentence": [found.sentences[one.sentence] for one in found.occurrences],
            "Pieces": [len(one.tokens) for one in found.occurrences],
            "Cosine, input": [plots.signed(v) for v in found.cosines[0, reference].tolist()],
            "Cosine, last layer": [plots.signed(v) for v in last[reference].tolist()],
        },
        hide_index=True,
    )
    st.caption(
        "At the input the same word has nearly the same vector everywhere: only its position "
        "differs. Each layer mixes in what stands around it, so places with the same meaning stay "
        "together and others move apart. If a word has several pieces, their vectors are averaged."
    )


def _paths(found: WordInContext) -> None:
    st.header("How its vector moves", anchor=False)
    results.figure(
        plots.paths(found),
        key="word_paths",
        alt=f"The way of each place of {found.word} from the input to the last layer",
    )
    st.caption(
        "Each line is a place of the word, on its way from the input (0) to the last layer; marks "
        "grow with the layers. The plane is the one that shows most of all these vectors (PCA): "
        f"{percent(sum(found.explained))} of their variance."
    )


VIEW = View(
    title="A word in context",
    about="The same word gets another vector in each sentence. See where its meanings part.",
    fields=(inputs.WORD, inputs.SENTENCES, inputs.REFERENCE),
    show=show,
)

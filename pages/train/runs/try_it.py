"""A box to try a finished run's model in, as its task wants it."""

import streamlit as st

from pages.explore.mask_filling import results as masks
from pages.shared import cache, frame, results
from pages.shared.escape import literal
from pages.tasks.sentiment import results as labels
from playground import mask_filling, named_entities, sentiment
from playground.fine_tuning.dataset import Example
from playground.fine_tuning.own_models import example
from playground.fine_tuning.pairs import classify_pair
from playground.fine_tuning.runs.store import Finished
from playground.fine_tuning.tasks import Task
from playground.mask_filling import Filling
from playground.models import catalog
from playground.models.catalog import ModelSpec
from playground.named_entities import marked
from playground.plots import mask_filling as mask_plots
from playground.plots import sentiment as plots
from playground.plots.template import percent
from playground.text.cleaning import MASK

TOP_K = 5
WORDS = 25  # of a text of the visitor's, in the box for masks


def show(made: Finished, spec: ModelSpec) -> str:
    """Ask for a text, or two, and show what the model says; at first one that it never learned.

    Returns:
        The text, or the first of two.
    """
    given = _example(made)
    text = _text(made, _masked(given.text) if made.task is Task.ADAPTATION else given.text)
    with frame.errors_shown():
        match made.task:
            case Task.CLASSIFICATION | Task.MULTI_LABEL:
                _labels(text, spec)
            case Task.PAIRS:
                _pair(text, _second(made, given.second or ""), spec)
            case Task.ENTITIES:
                _entities(text, spec)
            case Task.ADAPTATION:
                _masks(text, spec, made.settings.base_model)
    return text


def _example(made: Finished) -> Example:
    key = f"use_example_{made.id}"
    if key not in st.session_state:
        st.session_state[key] = example(made) or Example(number=0, text="")
    found: Example = st.session_state[key]
    return found


def _text(made: Finished, given: str) -> str:
    return st.text_area("Text", given, key=f"use_text_{made.id}") or ""


def _second(made: Finished, given: str) -> str:
    return st.text_area("Second text", given, key=f"use_second_{made.id}") or ""


def _labels(text: str, spec: ModelSpec) -> None:
    model = cache.model(spec.id, spec.task)
    found = sentiment.classify(text, model=model)
    labels.notices(found)
    labels.answer(found, key="use_labels")
    labels.calibration(model.labels)


def _pair(first: str, second: str, spec: ModelSpec) -> None:
    model = cache.model(spec.id, spec.task)
    found = classify_pair(first, second, model=model)
    for notice in found.notices:
        st.info(literal(notice), icon=":material/info:")
    likeliest = found.labels.names[found.best], percent(found.probabilities[found.best])
    st.subheader(literal(", ".join(likeliest)), anchor=False)
    results.figure(
        plots.label_bars(found.labels.names, found.probabilities),
        key="use_pair",
        alt=f"Probability of each label; {', '.join(likeliest)}",
    )
    labels.calibration(model.labels)


def _entities(text: str, spec: ModelSpec) -> None:
    found = named_entities.find(text, model=cache.model(spec.id, spec.task))
    for notice in found.notices:
        st.info(literal(notice), icon=":material/info:")
    st.html(marked.marked(found.text, found.entities))
    if not found.entities:
        st.info("No entities found in this text.", icon=":material/search_off:")


def _masks(text: str, spec: ModelSpec, base: str) -> None:
    """Show what the model and its base put in the place of the masks."""
    for column, title, model_id in zip(
        st.columns(2, gap="large"), ("Your model", "Its base"), (spec.id, base), strict=True
    ):
        with column, frame.errors_shown():
            st.markdown(f"**{title}**")
            model = cache.model(model_id, catalog.Task.FILL_MASK)
            _guesses(mask_filling.fill(text, model=model, top_k=TOP_K), title)


def _guesses(filling: Filling, title: str) -> None:
    for index, guesses in enumerate(filling.guesses):
        results.figure(
            mask_plots.bars(guesses),
            key=f"use_{title}_{index}",
            alt=f"{title}: mask {index + 1}, first {masks.best(guesses)}",
        )


def _masked(text: str) -> str:
    """Return the beginning of ``text`` with its longest word, likely one of content, masked."""
    words = text.split()[:WORDS]
    if not words:
        return ""
    longest = max(range(len(words)), key=lambda place: len(words[place]))
    words[longest] = MASK
    return " ".join(words)

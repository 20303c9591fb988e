"""Pieces of results that several views show."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared.escape import literal
from pages.tasks.named_entities import inputs
from playground import named_entities
from playground.models.catalog import ModelSpec
from playground.named_entities import Entity, Found
from playground.plots.template import percent

if TYPE_CHECKING:
    from playground.models.engine import Model

KEPT = "entities_kept"  # session key
CONLL_TERMS = (
    "The model in the box learned from CoNLL-2003, whose text is Reuters news, licensed for "
    "research use only: use what it finds for research and teaching, and ask Reuters or NIST "
    "before other uses."
)


def found_in(text: str, model: "Model") -> Found:
    """Return what ``model`` finds in ``text``; asked once while a visitor moves the settings.

    Raises:
        PlaygroundError: the text cannot be read, or too many requests are waiting.
    """
    asked = model.spec.id, text
    kept = st.session_state.get(KEPT)
    if kept is None or kept[0] != asked:
        with st.spinner("Reading the text", show_time=True):
            kept = asked, named_entities.find(text, model=model)
        st.session_state[KEPT] = kept
    found: Found = kept[1]
    return found


def notices(said: Sequence[str], spec: ModelSpec) -> None:
    """Show what the visitor should know about the text and the model."""
    for notice in said:
        st.info(literal(notice), icon=":material/info:")
    terms(spec)


def terms(spec: ModelSpec) -> None:
    """Repeat the terms of the bundled model's training data, if that is the model."""
    if spec.id == inputs.MODEL.default:
        st.caption(CONLL_TERMS)


def hidden(count: int, threshold: float) -> None:
    """Say how many entities the threshold hides."""
    if count:
        entities = "1 entity" if count == 1 else f"{count:,} entities"
        st.caption(f"Hidden, with a score below {threshold:.0%}: {entities}.")


def table(entities: Sequence[Entity]) -> None:
    """Show entities with score, place and what the model considered second best."""
    st.dataframe(
        {
            "Entity": [entity.text for entity in entities],
            "Type": [entity.label for entity in entities],
            "Score": [percent(entity.score) for entity in entities],
            "Second best": [
                second.type if (second := entity.second) else "" for entity in entities
            ],
            "Its probability": [
                percent(second.probability) if (second := entity.second) else ""
                for entity in entities
            ],
            "Start": [entity.start for entity in entities],
            "End": [entity.end for entity in entities],
        },
        hide_index=True,
    )

"""Which models a view shows: all that the visitor may choose, each with its own task."""

from dataclasses import replace

import streamlit as st

from pages.shared import cache, frame
from pages.shared.link import Field, names
from playground import model_guide
from playground.models import weight_files
from playground.models.catalog import TRAINED, TRUNK, ModelSpec, Task

MOST_MODELS = 4
MODEL = Field(name="guide_model", default="bundled/masked_lm")
TIMED = Field(
    name="timed_models",
    default=["bundled/masked_lm", "bundled/sentiment", "bundled/named_entities"],
    read=names(MOST_MODELS),
)
COMPARED = Field(
    name="compared_models",
    default=["bundled/masked_lm", "bert-base-uncased"],
    read=names(MOST_MODELS),
)
CHILD = Field(name="child_model", default="bundled/sentiment")
TEXT = Field(name="child_text", default="The plot is predictable, but the two leads are wonderful.")


def offered() -> dict[str, ModelSpec]:
    """Return all models that the visitor may choose, by id, each with the task of its head."""
    trunk = cache.spec(TRUNK, Task.FEATURE_EXTRACTION)
    specs = [spec for task in TRAINED for spec in cache.offered(task)]
    return {spec.id: spec for spec in model_guide.own([*specs, trunk])}


def find(model_id: str) -> ModelSpec:
    """Return the entry of an id with the task of its head; one of the Hub may not be here yet.

    Raises:
        ModelError: there is no such model.
    """
    known = offered().get(model_id)
    return known or model_guide.with_own_task(cache.spec(model_id, Task.FEATURE_EXTRACTION))


def brought(model_id: str) -> ModelSpec:
    """Return the same, its files on this machine: a model of the Hub is fetched if they are not.

    Raises:
        ModelError: there is no such model, or it cannot be fetched.
    """
    spec = find(model_id)
    if weight_files.folder(spec) is None:
        cache.model(model_id, Task.FEATURE_EXTRACTION)
        spec = model_guide.with_own_task(replace(spec, task=Task.FEATURE_EXTRACTION))
    return spec


def models(field: Field) -> list[str]:
    """Ask for up to four models, offered ones or any of the Hub; return their ids."""
    specs = offered()
    chosen = st.multiselect(
        "Models",
        list(specs),
        format_func=lambda model_id: (
            frame.short_label(specs[model_id]) if model_id in specs else model_id
        ),
        key=field.name,
        max_selections=MOST_MODELS,
        accept_new_options=True,
        persist_state="session",
        help="Up to four. Choose, or type the id of any BERT-family model on the Hub.",
    )
    return [str(model_id) for model_id in chosen]

"""Embeddings: texts and words as vectors, and what their distances mean."""

import streamlit as st

from pages.explore.embeddings import inputs
from pages.explore.embeddings.views import VIEW_FIELD, VIEWS
from pages.shared import frame, link, views
from playground.models.catalog import TRUNK, Task

PAGE = "embeddings"

frame.header(
    "Embeddings",
    "A model turns a text into a list of numbers, a vector. Texts with a similar meaning get "
    "vectors that point in a similar direction.",
)
view = views.choose(PAGE, VIEWS, VIEW_FIELD, common=(inputs.MODEL,))
fields = (VIEW_FIELD, inputs.MODEL, *view.fields)
fits = link.write(PAGE, fields)
left, right = st.columns([5, 3], gap="large")
with right:
    model_id = frame.model_picker(Task.FEATURE_EXTRACTION, key=inputs.MODEL.name)
    if inputs.POOLING in view.fields and model_id != TRUNK:
        st.caption(
            "Only some models are trained so that whole sentences can be compared; the trunk in "
            "the box is one of them. With others, such as bert-base, nearly all sentences come out "
            "alike: compare the order of their cosines, not the numbers."
        )
    side = st.container()
    with st.container(horizontal=True):
        frame.models_table(Task.FEATURE_EXTRACTION)
        link.share(fields, fits=fits)
view.show(left, side, model_id)

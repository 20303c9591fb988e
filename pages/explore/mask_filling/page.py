"""Mask filling: what a BERT puts where words are missing, and why."""

import streamlit as st

from pages.explore.mask_filling import inputs
from pages.explore.mask_filling.views import VIEW_FIELD, VIEWS
from pages.shared import frame, link, views
from playground.models.catalog import Task

PAGE = "mask_filling"

frame.header(
    "Mask filling",
    "Hide a word and the model says which words fit, and how sure it is: the task BERT learned "
    "language from.",
)
COMMON = (VIEW_FIELD, inputs.MODEL)
view = views.choose(PAGE, VIEWS, VIEW_FIELD, common=COMMON)
fields = (*COMMON, *view.fields)
fits = link.write(PAGE, fields)
left, right = st.columns([5, 3], gap="large")
with right:
    model_id = frame.model_picker(Task.FILL_MASK, key=inputs.MODEL.name)
    top_k = inputs.words_to_show() if inputs.TOP_K in view.fields else 0
    with st.container(horizontal=True):
        frame.models_table(Task.FILL_MASK)
        link.share(fields, fits=fits)
view.show(left, model_id, top_k)

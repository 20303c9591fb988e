"""Named entities: who and what a text names."""

import streamlit as st

from pages.shared import frame, link, views
from pages.tasks.named_entities import inputs
from pages.tasks.named_entities.views import VIEW_FIELD, VIEWS
from playground.models.catalog import Task

PAGE = "named_entities"

frame.header(
    "Named entities",
    "A BERT with a linear layer on top gives each token a label; together they say which words "
    "name people, organisations, places and more.",
)
COMMON = (VIEW_FIELD, inputs.MODEL)
view = views.choose(PAGE, VIEWS, VIEW_FIELD, common=COMMON)
fields = (*COMMON, *view.fields)
fits = link.write(PAGE, fields)
left, right = st.columns([5, 3], gap="large")
with right:
    model_id = frame.model_picker(Task.TOKEN_CLASSIFICATION, key=inputs.MODEL.name)
    settings = st.container()
    with st.container(horizontal=True):
        frame.models_table(Task.TOKEN_CLASSIFICATION)
        link.share(fields, fits=fits)
view.show(left, settings, model_id)

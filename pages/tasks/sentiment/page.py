"""Sentiment, or any other labels of texts: what a classifier says, how sure it is, and why."""

import streamlit as st

from pages.shared import frame, link, views
from pages.tasks.sentiment import inputs
from pages.tasks.sentiment.views import VIEW_FIELD, VIEWS
from playground.models.catalog import Task

PAGE = "sentiment"

frame.header(
    "Sentiment",
    "Is a text positive or negative, how sure is the model, and which words pushed it? Any "
    "classifier of texts will do: topics, emotions, stars.",
)
view = views.choose(PAGE, VIEWS, VIEW_FIELD)
fields = (VIEW_FIELD, *view.fields)
fits = link.write(PAGE, fields)
left, right = st.columns([5, 3], gap="large")
with right:
    model_id = str(inputs.MODEL.default)
    if inputs.MODEL in view.fields:
        model_id = frame.model_picker(Task.TEXT_CLASSIFICATION, key=inputs.MODEL.name)
    side = st.container()
    with st.container(horizontal=True):
        frame.models_table(Task.TEXT_CLASSIFICATION)
        link.share(fields, fits=fits)
view.show(left, side, model_id)

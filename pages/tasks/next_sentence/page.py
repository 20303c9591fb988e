"""Next sentence: does B follow A, what the head for it learned, and what it is good for."""

import streamlit as st

from pages.shared import frame, link, views
from pages.tasks.next_sentence import inputs
from pages.tasks.next_sentence.views import VIEW_FIELD, VIEWS
from playground.models.catalog import Task

PAGE = "next_sentence"

frame.header(
    "Next sentence",
    "BERT was trained to fill masks and to tell whether one sentence follows another. This is the "
    "second task: see what it learns, and what it does not.",
)
view = views.choose(PAGE, VIEWS, VIEW_FIELD)
fields = (VIEW_FIELD, *view.fields)
fits = link.write(PAGE, fields)
left, right = st.columns([5, 3], gap="large")
with right:
    model_id = frame.model_picker(Task.NEXT_SENTENCE, key=inputs.MODEL.name)
    side = st.container()
    with st.container(horizontal=True):
        frame.models_table(Task.NEXT_SENTENCE)
        link.share(fields, fits=fits)
view.show(left, side, model_id)

"""How BERT works: from text to prediction in eight steps, where it is used, and its limits."""

import streamlit as st

from pages.learn.how_bert_works import inputs
from pages.learn.how_bert_works.views import VIEW_FIELD, VIEWS
from pages.shared import frame, link, views
from playground.models.catalog import Task

PAGE = "how_bert_works"

frame.header(
    "How BERT works",
    "Follow one sentence of yours through a BERT, from its letters to a prediction. Every number "
    "you see is the running model's own.",
)
COMMON = (VIEW_FIELD, inputs.MODEL)
view = views.choose(PAGE, VIEWS, VIEW_FIELD, common=COMMON)
fields = (*COMMON, *view.fields)
fits = link.write(PAGE, fields)
with st.container(horizontal=True):
    with st.popover("Model", icon=":material/deployed_code:"):
        model_id = frame.model_picker(Task.FILL_MASK, key=inputs.MODEL.name)
    link.share(fields, fits=fits)
view.show(model_id)

"""Tokenizer: from a text to pieces, from pieces to numbers, from numbers to vectors."""

import streamlit as st

from pages.explore.tokenizer.views import VIEW_FIELD, VIEWS
from pages.shared import frame, link, views

PAGE = "tokenizer"

frame.header(
    "Tokenizer",
    "A model reads no letters. A tokenizer cuts a text into pieces of a fixed vocabulary, and each "
    "piece has a number and a vector.",
)
view = views.choose(PAGE, VIEWS, VIEW_FIELD)
fields = (VIEW_FIELD, *view.fields)
fits = link.write(PAGE, fields)
left, right = st.columns([5, 3], gap="large")
with right:
    side = st.container()
    link.share(fields, fits=fits)
view.show(left, side)

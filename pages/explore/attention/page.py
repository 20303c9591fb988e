"""Attention: which tokens every head looks at, from one head to all of them at once."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.attention import inputs
from pages.explore.attention.views import VIEW_FIELD, VIEWS, Show
from pages.shared import cache, frame, link, views
from pages.shared.escape import literal
from pages.shared.views import View
from pages.tasks.sentiment.inputs import TEXT as SENTIMENT_TEXT
from playground import attention
from playground.attention import Switches
from playground.models.catalog import Task

PAGE = "attention"
SENTIMENT = "../tasks/sentiment/page.py"  # from pages/shared/navigation.py
COMMON = (VIEW_FIELD, inputs.MODEL, inputs.TEXT, inputs.PAIR, *inputs.SWITCHES)


@st.fragment
def shown(
    view: View[Show],
    model_id: str,
    texts: tuple[str, str],
    switches: Switches,
    share: DeltaGenerator,
) -> None:
    """Show a view and its link in ``share``; a change inside of it runs this part alone."""
    if VIEWS[st.session_state[VIEW_FIELD.name]] is not view:  # a click on a head opens another one
        st.rerun()
    with frame.errors_shown():
        model = cache.model(model_id, Task.FEATURE_EXTRACTION)
        attended = attention.shared_maps().attend(*texts, model=model)
        for notice in attended.notices:
            st.info(literal(notice), icon=":material/info:")
        view.show(attended, switches)
    fields = (*COMMON, *view.fields)
    fits = link.write(PAGE, fields)
    with share:
        link.share(fields, fits=fits)


frame.header(
    "Attention",
    "Each token gathers what it needs from the others, by weights that sum to 1. See them for "
    "every layer and head.",
)
view = views.choose(PAGE, VIEWS, VIEW_FIELD, common=COMMON)
left, right = st.columns([5, 3], gap="large")
with left:
    text, pair = inputs.texts()
with right:
    model_id = frame.model_picker(Task.FEATURE_EXTRACTION, key=inputs.MODEL.name)
    with st.container(horizontal=True):
        frame.models_table(Task.FEATURE_EXTRACTION)
        share = st.empty()
with st.container(horizontal=True, gap="medium"):
    switches = inputs.switches()
shown(view, model_id, (text, pair), switches, share)
st.caption(
    "Attention shows where a model looks, not why it decides: different weights can lead to "
    "the same output (Jain and Wallace, 2019, "
    "[arXiv:1902.10186](https://arxiv.org/abs/1902.10186))."
)
st.page_link(
    SENTIMENT,
    label="Which words push an answer",
    icon=":material/water_drop:",
    query_params={SENTIMENT_TEXT.name: text} if len(text) <= link.MAX_LENGTH // 3 else None,
)

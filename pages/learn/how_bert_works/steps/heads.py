"""Step 4: all heads of a layer."""

from typing import TYPE_CHECKING

import streamlit as st

from pages.explore.attention import inputs as attention_inputs
from pages.explore.attention.views import VIEW_FIELD as ATTENTION_VIEW
from pages.learn.how_bert_works import inputs, parts
from pages.learn.how_bert_works.step import Shown
from pages.shared import results
from playground.how_bert_works import Tour, export, scripts
from playground.plots import how_bert_works as plots

if TYPE_CHECKING:
    from playground.models.engine import Model


def show(tour: Tour, model: "Model", text: str) -> Shown:
    """Show where every head looks from one token."""
    count = len(tour.trace.weights)
    st.markdown(
        f"One such attention is a **head**. This layer has {count}, each with its own matrices, so "
        "each can look for something else. Their results are put side by side, mixed by one more "
        "matrix, and added to what the token was before."
    )
    parts.formula(
        rf"a = \mathrm{{LayerNorm}}(x + [h_1, \ldots, h_{{{count}}}]\, W + b)",
        {
            "x": "what entered the layer at this token",
            "h_i": f"what head $i$ gathered, {tour.trace.value.shape[-1]} numbers",
            "W, b": "a learned matrix and vector",
            "a": "what attention makes of the token",
        },
    )
    left, right = st.columns(2)
    with left:
        token = inputs.token(tour, "Token that gathers")
    with right:
        inputs.layer(tour.layers)
    results.figure(
        plots.heads(tour, token=token),
        key="heads",
        alt=f"Weights of {count} heads from one token to all tokens",
    )
    parts.agreement(tour.differences.heads)
    parts.to_try("Find a head that looks at the word that matters. Try other layers.")
    parts.deeper(
        parts.ATTENTION,
        "All heads of all layers",
        {
            ATTENTION_VIEW.name: "all-heads",
            attention_inputs.MODEL.name: model.spec.id,
            attention_inputs.TEXT.name: text,
        },
    )
    return Shown(
        rows=export.heads(tour, token=token),
        snippet=scripts.heads(text, layer=tour.layer, token=token),
    )

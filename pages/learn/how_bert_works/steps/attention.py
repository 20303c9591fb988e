"""Step 3: one head's attention from one token."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from pages.explore.attention import inputs as attention_inputs
from pages.explore.attention import step_by_step
from pages.explore.attention.views import VIEW_FIELD as ATTENTION_VIEW
from pages.learn.how_bert_works import inputs, parts
from pages.learn.how_bert_works.step import Shown
from pages.shared import results
from pages.shared.escape import literal
from playground.how_bert_works import Tour, export, scripts
from playground.plots import how_bert_works as plots
from playground.plots.template import percent

if TYPE_CHECKING:
    from playground.models.engine import Model


def show(tour: Tour, model: "Model", text: str) -> Shown:
    """Show how one token gathers from all, with the formula and its numbers."""
    trace = tour.trace
    size = trace.key.shape[-1]
    st.markdown(
        "So far no token knows the others. In **attention** each gathers from all. Its **query** "
        "is multiplied with every token's **key**, number by number, and added up; the better they "
        "match, the larger the **weight**. The token receives the sum of all **values**, each "
        "times its weight. Query, key and value are a token's vector times three **matrices**: "
        "tables of learned numbers."
    )
    parts.formula(
        r"\mathrm{softmax}\!\left(\frac{Q K^\top}{\sqrt{d_k}}\right) V",
        {
            "Q, K, V": "queries, keys and values, a row for each token",
            r"QK^\top": "every query times every key: the scores",
            "d_k": f"the length of a key, here {size}",
            r"\mathrm{softmax}": "turns scores into positive weights that sum to 1",
        },
    )
    columns = st.columns(3)
    with columns[0]:
        token = inputs.token(tour, "Token that gathers")
    with columns[1]:
        inputs.layer(tour.layers)
    with columns[2]:
        head = inputs.head(len(trace.weights))
    st.markdown(_worked(tour, head, token, size))
    results.figure(
        plots.attention(tour, head=head, token=token),
        key="attention",
        alt="Weights of one token to all tokens of the sentence",
    )
    parts.agreement(tour.differences.attention)
    rows = export.attention(tour, head=head, token=token)
    parts.numbers(rows)
    parts.to_try("Choose another token, or another head: they look elsewhere.")
    parts.deeper(
        parts.ATTENTION,
        "One head step by step",
        {
            ATTENTION_VIEW.name: "step-by-step",
            attention_inputs.MODEL.name: model.spec.id,
            attention_inputs.TEXT.name: text,
            attention_inputs.LAYERS.name: [tour.layer + 1],
            attention_inputs.HEADS.name: [head + 1],
            step_by_step.TOKEN.name: token,
        },
    )
    return Shown(
        rows=rows, snippet=scripts.attention(text, layer=tour.layer, head=head, token=token)
    )


def _worked(tour: Tour, head: int, token: int, size: int) -> str:
    """Return the formula's numbers for the token that is attended to most."""
    trace, tokens = tour.trace, tour.masked.tokens
    most = int(trace.weights[head, token].argmax())
    score = float(trace.scores[head, token, most])
    product = float(trace.query[head, token] @ trace.key[head, most])
    return (
        f"From {literal(tokens[token].text)} to {literal(tokens[most].text)}: query times key is "
        f"{product:.2f}; divided by √{size} = {np.sqrt(size):.2f} that is {score:.2f}; softmax "
        f"makes it **{percent(float(trace.weights[head, token, most]))}**."
    )

"""Step 5: the feed-forward part of a layer."""

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

SHOWN = 10  # units that the code prints


def show(tour: Tour, model: "Model", text: str) -> Shown:
    """Show the numbers of one token before and after GELU."""
    narrow, wide = parts.hidden_size(tour), tour.trace.inner.shape[-1]
    st.markdown(
        f"Now each token works alone. The **feed-forward** part stretches its vector from {narrow} "
        f"to {wide:,} numbers, passes each through **GELU**, which keeps large numbers and "
        f"silences negative ones, and shrinks them back to {narrow}. Much of what BERT knows is "
        "thought to sit in these matrices."
    )
    parts.formula(
        # Two lines: one would be too wide for a phone.
        r"u = \mathrm{GELU}(a W_1 + b_1) \\ y = \mathrm{LayerNorm}(a + u\, W_2 + b_2)",
        {
            "a": "what attention made of the token",
            "W_1, b_1, W_2, b_2": "learned matrices and vectors",
            r"\mathrm{GELU}(z) = z\,\Phi(z)": "of each number $z$; $\\Phi$ grows with it, 0 to 1",
            "u, y": "the stretched vector; what leaves the layer",
        },
    )
    left, right = st.columns(2)
    with left:
        token = inputs.token(tour)
    with right:
        inputs.layer(tour.layers)
    before, after = tour.trace.inner[token], tour.trace.activated[token]
    active = int((before > 0).sum())
    results.figure(
        plots.units(before, after),
        key="feed_forward",
        alt=f"{wide} numbers before and after GELU; {active} are above zero",
    )
    st.caption(f"{active:,} of {wide:,} numbers are above zero. Hover a dot to read it.")
    parts.agreement(tour.differences.feed_forward)
    parts.to_try("Compare layers: how many numbers pass?")
    parts.deeper(
        parts.ATTENTION,
        "How much of each token flows through the layers",
        {
            ATTENTION_VIEW.name: "through-the-layers",
            attention_inputs.MODEL.name: model.spec.id,
            attention_inputs.TEXT.name: text,
        },
    )
    return Shown(
        rows=export.feed_forward(tour, token=token),
        snippet=scripts.feed_forward(text, layer=tour.layer, token=token, shown=SHOWN),
    )

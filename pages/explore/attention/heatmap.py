"""Chosen layers and heads as one heatmap."""

import streamlit as st

from pages.explore.attention import downloads, inputs
from pages.shared import results
from pages.shared.views import View
from playground import attention
from playground.attention import AttentionMap, Switches, scripts
from playground.plots import attention as plots


def show(attended: AttentionMap, switches: Switches) -> None:
    """Show who attends to whom, averaged over the chosen layers and heads."""
    layers, heads = inputs.layers_and_heads(attended.layers, attended.heads)
    weights = attended.weights[layers][:, heads].mean(axis=(0, 1))
    shown = attention.view(attended, weights, switches)
    made = plots.heatmap(shown)
    results.figure(
        made,
        key="heatmap",
        alt=f"Attention from {len(shown.rows)} rows to {len(shown.columns)} columns",
    )
    st.caption(
        "A whole row sums to 1; what the switches leave out is missing from it. The colours end "
        "with the strongest links between words; special tokens often get more."
    )
    downloads.matrix(shown, made, "heatmap")
    downloads.code(scripts.heatmap(attended.texts, layers=layers, heads=heads, switches=switches))


VIEW = View(
    title="Heatmap",
    about="Rows attend, columns are attended to. Drag to zoom in, double-click to zoom out.",
    fields=(inputs.LAYERS, inputs.HEADS),
    show=show,
)

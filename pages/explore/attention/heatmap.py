"""Chosen layers and heads as one heatmap."""

import streamlit as st

from pages.explore.attention import inputs, results
from pages.explore.attention.view import AttentionView
from playground import attention
from playground.attention import AttentionMap, Switches
from playground.plots import attention as plots


def show(attended: AttentionMap, switches: Switches) -> None:
    """Show who attends to whom, averaged over the chosen layers and heads."""
    layers, heads = inputs.layers_and_heads(attended.layers, attended.heads)
    weights = attended.weights[layers][:, heads].mean(axis=(0, 1))
    shown = attention.view(attended, weights, switches)
    results.picture(
        plots.heatmap(shown),
        key="heatmap",
        alt=f"Attention from {len(shown.rows)} rows to {len(shown.columns)} columns",
    )
    st.caption("Each row sums to 1 unless a switch leaves something out.")
    results.matrix_downloads(shown, "attention")


VIEW = AttentionView(
    title="Heatmap",
    about="Rows attend, columns are attended to. Drag to zoom in, double-click to zoom out.",
    fields=(inputs.LAYERS, inputs.HEADS),
    show=show,
)

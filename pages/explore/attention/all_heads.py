"""Every layer and head at once, with the figures of each."""

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from pages.explore.attention import downloads, inputs
from pages.shared import cache, results
from pages.shared.views import View
from playground import attention
from playground.attention import AttentionMap, HeadFigures, Switches, arrays, export, scripts
from playground.plots import attention as plots
from playground.plots import offline

VIEW_NAME = "attention_view"
CHART, TABLE = "all_heads_chart", "all_heads_table"


def show(attended: AttentionMap, switches: Switches) -> None:
    """Show all heads as one picture; a click on one, or on its row in the table, opens it."""
    figures = attention.head_figures(attended)
    shown = attention.view(attended, attended.weights, switches)
    made = plots.all_heads(shown.weights, figures)
    results.figure(
        made,
        key=CHART,
        alt=f"{attended.layers} layers of {attended.heads} heads; the table has their figures",
        on_click=_chart_clicked,
    )
    st.caption(
        "Each head is scaled to its own strongest link. The figures are means over all tokens of "
        "the text, special ones included, whatever the switches say. Compare Clark et al., 2019, "
        "[arXiv:1906.04341](https://arxiv.org/abs/1906.04341)."
    )
    _table(attended, figures)
    downloads.offer(
        "all-heads",
        rows=partial(export.heads, figures),
        named=_weights(switches),
        html=partial(offline.page, "Attention: all heads", {"": made}),
    )
    downloads.code(scripts.all_heads(attended.texts, switches=switches))


def open_head(layer: int, head: int) -> None:
    """Show one head, counted from 1, as a heatmap."""
    st.session_state[inputs.LAYERS.name] = [layer]
    st.session_state[inputs.HEADS.name] = [head]
    st.session_state[VIEW_NAME] = "heatmap"


def _chart_clicked() -> None:
    points = st.session_state[CHART]["selection"]["points"]
    if points:
        layer, head, *_ = points[0]["customdata"]
        open_head(int(layer), int(head))


def _weights(switches: Switches) -> Callable[[], arrays.Arrays]:
    """Return what a click on NPZ calls.

    It asks for the map again: kept with the button, the weights of a long text would take some 80
    MB for each visitor, whatever the cache of maps may take.
    """
    spec = downloads.chosen_model()
    text, pair = (str(st.session_state[field.name]) for field in (inputs.TEXT, inputs.PAIR))

    def make() -> arrays.Arrays:
        model = cache.engine().model(spec)
        attended = attention.shared_maps().attend(text, pair, model=model)
        shown = attention.view(attended, attended.weights, switches)
        return arrays.all_heads(shown, attention.head_figures(attended), attended.texts)

    return make


def _table(attended: AttentionMap, figures: HeadFigures) -> None:
    layer, head = (index.ravel() for index in np.indices(figures.entropy.shape))

    def clicked() -> None:
        rows = st.session_state[TABLE]["selection"]["rows"]
        if rows:
            open_head(int(layer[rows[0]]) + 1, int(head[rows[0]]) + 1)

    percent = st.column_config.NumberColumn(format="percent")
    st.dataframe(
        {
            "Layer": layer + 1,
            "Head": head + 1,
            "Entropy (nats)": figures.entropy.ravel().round(3),
            "Mean distance (tokens)": figures.distance.ravel().round(2),
            "To special": figures.special.ravel(),
            "To previous": figures.previous.ravel(),
            "To next": figures.next.ravel(),
            "To itself": figures.same.ravel(),
        },
        column_config=dict.fromkeys(("To special", "To previous", "To next", "To itself"), percent),
        hide_index=True,
        key=TABLE,
        on_select=clicked,
        selection_mode="single-row",
    )
    st.caption(f"Click a head's row to open it. {attended.layers * attended.heads} heads.")


VIEW = View(
    title="All heads",
    about="Every layer and head of the model on this text; click one to open it.",
    fields=(),
    show=show,
)

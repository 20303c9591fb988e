"""Two models on one text, or two texts in one model, and how their attention differs."""

from collections.abc import Mapping
from functools import partial

import plotly.graph_objects as go
import streamlit as st

from pages.explore.attention import downloads, inputs
from pages.shared import cache, frame, results
from pages.shared.link import Field, one_of
from pages.shared.views import View
from playground import attention
from playground.attention import AttentionMap, Switches, arrays, compare_script, export
from playground.errors import UnsupportedModelError
from playground.models.catalog import Task
from playground.plots import attention as plots
from playground.plots import offline

HALF_WIDTH_LABELS = 16  # of two heatmaps side by side
MODELS, TEXTS = "another model", "another text"
DIFFERENCE = "First less second"
WITH = Field(name="compare_with", default=TEXTS, read=one_of((MODELS, TEXTS)))
OTHER_MODEL = Field(name="other_model", default="bert-base-uncased")
OTHER_TEXT = Field(
    name="other_text", default="The animal did not cross the street because it was too wide."
)


def show(attended: AttentionMap, switches: Switches) -> None:
    """Show both attention maps and, where they have the same tokens, their difference."""
    what = st.segmented_control(
        "Compare with", [TEXTS, MODELS], key=WITH.name, required=True, persist_state="session"
    )
    layers, heads = inputs.layers_and_heads(attended.layers, attended.heads)
    model_id = str(st.session_state[inputs.MODEL.name])
    text, pair = (str(st.session_state[field.name]) for field in (inputs.TEXT, inputs.PAIR))
    if what == MODELS:
        model_id = frame.model_picker(Task.FEATURE_EXTRACTION, key=OTHER_MODEL.name)
    else:
        text = st.text_input("Other text", key=OTHER_TEXT.name, persist_state="session") or ""
    with frame.errors_shown():
        model = cache.model(model_id, Task.FEATURE_EXTRACTION)
        other = attention.shared_maps().attend(text, pair, model=model)
        first, second = (_side(one, layers, heads, switches) for one in (attended, other))
        figures = {
            name: plots.heatmap(side, labels=HALF_WIDTH_LABELS)
            for name, side in (("First", first), ("Second", second))
        }
        for column, (name, made) in zip(st.columns(2), figures.items(), strict=True):
            with column:
                st.header(name, anchor=False)
                results.figure(made, key=f"compare_{name}", alt=f"{name} attention")
        if first.weights.shape == second.weights.shape:
            figures[DIFFERENCE] = plots.difference(first, second)
        _show_difference(figures)
        _take_along(first, second, figures)
        downloads.code(
            compare_script.compare(
                attended.texts,
                other.texts,
                layers=layers,
                heads=heads,
                switches=switches,
                other_model=downloads.spec(model_id) if what == MODELS else None,
            )
        )


def _show_difference(figures: Mapping[str, go.Figure]) -> None:
    st.header(DIFFERENCE, anchor=False)
    if DIFFERENCE in figures:
        results.figure(figures[DIFFERENCE], key="difference", alt="Difference of attention")
    else:
        st.warning(
            "The two are cut into different numbers of tokens, so no cell stands for the same "
            "pair in both. Compare texts that differ in single words, or merge into words.",
            icon=":material/info:",
        )


def _take_along(
    first: attention.View, second: attention.View, figures: Mapping[str, go.Figure]
) -> None:
    comparable = DIFFERENCE in figures
    downloads.offer(
        "compare",
        rows=partial(export.differences, first, second) if comparable else None,
        named=partial(arrays.comparison, first, second),
        html=partial(offline.page, "Attention: compare", figures),
    )
    if comparable:
        downloads.table(partial(export.differences, first, second, export.TABLE_ROWS), "compare")


def _side(
    attended: AttentionMap, layers: list[int], heads: list[int], switches: Switches
) -> attention.View:
    own_layers = [layer for layer in layers if layer < attended.layers]
    own_heads = [head for head in heads if head < attended.heads]
    if not own_layers or not own_heads:
        raise UnsupportedModelError(
            f"This model has {attended.layers} layers of {attended.heads} heads, and none of the "
            "chosen ones is among them. Choose lower numbers."
        )
    weights = attended.weights[own_layers][:, own_heads].mean(axis=(0, 1))
    return attention.view(attended, weights, switches)


VIEW = View(
    title="Compare",
    about="What another word, or another model, does to attention.",
    fields=(inputs.LAYERS, inputs.HEADS, WITH, OTHER_MODEL, OTHER_TEXT),
    show=show,
)

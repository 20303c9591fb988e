"""Two models on one text, or two texts in one model, and how their attention differs."""

import streamlit as st

from pages.explore.attention import inputs
from pages.explore.attention.view import AttentionView
from pages.shared import cache, frame, results
from pages.shared.link import Field, one_of
from playground import attention
from playground.attention import AttentionMap, Switches
from playground.errors import TextError
from playground.models.catalog import Task
from playground.plots import attention as plots

HALF_WIDTH_LABELS = 16  # of two heatmaps side by side
MODELS, TEXTS = "another model", "another text"
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
        sides = [_side(one, layers, heads, switches) for one in (attended, other)]
        for column, name, side in zip(st.columns(2), ("First", "Second"), sides, strict=True):
            with column:
                st.subheader(name, anchor=False)
                results.figure(
                    plots.heatmap(side, labels=HALF_WIDTH_LABELS),
                    key=f"compare_{name}",
                    alt=f"{name} attention",
                )
        st.subheader("First less second", anchor=False)
        shapes = {side.weights.shape for side in sides}
        if len(shapes) > 1:
            raise TextError(
                "The two are cut into different numbers of tokens, so no cell stands for the same "
                "pair in both. Compare texts that differ in single words, or merge into words."
            )
        results.figure(plots.difference(*sides), key="difference", alt="Difference of attention")


def _side(
    attended: AttentionMap, layers: list[int], heads: list[int], switches: Switches
) -> attention.View:
    own_layers = [layer for layer in layers if layer < attended.layers]
    own_heads = [head for head in heads if head < attended.heads]
    weights = attended.weights[own_layers][:, own_heads].mean(axis=(0, 1))
    return attention.view(attended, weights, switches)


VIEW = AttentionView(
    title="Compare",
    about="What another word, or another model, does to attention.",
    fields=(inputs.LAYERS, inputs.HEADS, WITH, OTHER_MODEL, OTHER_TEXT),
    show=show,
)

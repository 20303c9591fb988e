"""Step 6: layer upon layer."""

from typing import TYPE_CHECKING

import streamlit as st

from pages.explore.mask_filling import inputs as mask_filling_inputs
from pages.explore.mask_filling.views import VIEW_FIELD as MASK_FILLING_VIEW
from pages.learn.how_bert_works import parts
from pages.learn.how_bert_works.step import Shown
from pages.shared import results
from playground import how_bert_works
from playground.how_bert_works import Tour, export, scripts
from playground.plots import mask_filling as plots

if TYPE_CHECKING:
    from playground.models.engine import Model

TOP_K = 3


def show(tour: Tour, model: "Model", text: str) -> Shown:
    """Show what the model would predict after each layer."""
    lens = how_bert_works.through_layers(tour, model=model, top_k=TOP_K)
    st.markdown(
        "Attention and feed-forward part together are a **layer**. BERT stacks them, here "
        f"{tour.layers}: what leaves one enters the next. Below, the vector of the hidden word is "
        "read after each layer, as if it were the last."
    )
    final = lens.layers[-1].guesses[0].token
    results.figure(
        plots.layers(lens),
        key="layers",
        alt=f"Guesses after each of {tour.layers} layers; the last one puts {final} first",
    )
    st.caption("The right column follows the final word through the layers.")
    parts.to_try("Choose the example *Grammar*: is an easy word found earlier?")
    parts.deeper(
        parts.MASK_FILLING,
        "Layer by layer",
        {
            MASK_FILLING_VIEW.name: "layers",
            mask_filling_inputs.MODEL.name: model.spec.id,
            mask_filling_inputs.TEXT.name: text,
        },
    )
    return Shown(rows=export.layers(lens), snippet=scripts.layers(text, top_k=TOP_K))

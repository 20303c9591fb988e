"""Step 2: from tokens to vectors."""

from typing import TYPE_CHECKING

import streamlit as st

from pages.explore.tokenizer import inputs as tokenizer_inputs
from pages.explore.tokenizer.views import VIEW_FIELD as TOKENIZER_VIEW
from pages.learn.how_bert_works import inputs, parts
from pages.learn.how_bert_works.step import Shown
from pages.shared import results
from playground.how_bert_works import Tour, export, scripts
from playground.plots import how_bert_works as plots

if TYPE_CHECKING:
    from playground.models.engine import Model


def show(tour: Tour, model: "Model", text: str) -> Shown:
    """Show the three vectors of a token, and what becomes of their sum."""
    st.markdown(
        "A **vector** is a list of numbers; BERT turns every token into one of "
        f"{parts.hidden_size(tour)}. Three vectors, learned from text, are added: for the token, "
        "for its place, and for the sentence it is in (its **segment**). **LayerNorm** then brings "
        "the sum to a common scale."
    )
    parts.formula(
        r"x = \mathrm{LayerNorm}(t + p + s)",
        {
            "t": "the token's vector",
            "p": "the vector of its place in the text",
            "s": "the vector of its segment: first or second sentence",
            "x": "what enters the first layer",
        },
    )
    token = inputs.token(tour)
    found = tour.trace.inputs
    assert found.segment is not None  # BERT has
    assert found.position is not None
    results.figure(
        plots.vectors(
            {
                "t": found.token[token],
                "p": found.position[token],
                "s": found.segment[token],
                "x": found.output[token],
            }
        ),
        key="vectors",
        alt="The first numbers of token, position and segment vector and of the input vector",
    )
    st.caption(f"The first {plots.NUMBERS_SHOWN} numbers: blue above zero, orange below.")
    parts.agreement(tour.differences.inputs)
    parts.to_try("Use a word twice. Its tokens share $t$; $p$ differs, and so does $x$.")
    parts.deeper(
        parts.TOKENIZER,
        "The input layer, with all of its numbers",
        {
            TOKENIZER_VIEW.name: "input-layer",
            tokenizer_inputs.MODEL.name: model.spec.id,
            tokenizer_inputs.TEXT.name: text,
            tokenizer_inputs.TOKEN.name: token,
        },
    )
    parts.deeper(parts.EMBEDDINGS, "Vectors of whole sentences, and of a word in several")
    return Shown(
        rows=export.vectors(tour),
        snippet=scripts.vectors(text, token=token, shown=plots.NUMBERS_SHOWN),
    )

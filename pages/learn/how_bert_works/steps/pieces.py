"""Step 1: from letters to tokens."""

from typing import TYPE_CHECKING

import streamlit as st

from pages.explore.tokenizer import inputs as tokenizer_inputs
from pages.explore.tokenizer.views import VIEW_FIELD as TOKENIZER_VIEW
from pages.learn.how_bert_works import parts
from pages.learn.how_bert_works.step import Shown
from pages.shared import results
from pages.shared.escape import literal
from playground.how_bert_works import Tour, export, scripts
from playground.plots import how_bert_works as plots

if TYPE_CHECKING:
    from playground.models.engine import Model


def show(tour: Tour, model: "Model", text: str) -> Shown:
    """Show the tokens of the sentence."""
    known = model.tokenizer
    st.markdown(
        "BERT reads no letters. It reads **tokens**: words, or pieces of words, from a fixed list "
        f"of {len(tour.trace.probabilities):,}, its **vocabulary**. Each has a number, its **id**. "
        f"{literal(known.cls_token)} opens the text, {literal(known.sep_token)} ends it, and "
        f"{literal(known.mask_token)} stands for a word to guess."
    )
    names = ", ".join(token.text for token in tour.masked.tokens)
    results.figure(plots.pieces(tour), key="pieces", alt=f"Tokens with their ids: {names}")
    parts.to_try("Choose *A rare word*, or write one. It falls into pieces; ·dots mark them.")
    parts.deeper(
        parts.TOKENIZER,
        "How tokenizers split, and others side by side",
        {TOKENIZER_VIEW.name: "pieces", tokenizer_inputs.TEXT.name: text},
    )
    return Shown(rows=export.pieces(tour), snippet=scripts.pieces(text))

"""Step 8: where all these numbers come from, and how they are put to other use."""

from typing import TYPE_CHECKING

import streamlit as st

from pages.explore.mask_filling.views import VIEW_FIELD as MASK_FILLING_VIEW
from pages.learn.how_bert_works import parts
from pages.learn.how_bert_works.step import Shown
from pages.shared import results
from playground import how_bert_works
from playground.how_bert_works import Tour, export, scripts
from playground.plots import how_bert_works as plots
from playground.plots.mask_filling import guess_name

if TYPE_CHECKING:
    from playground.models.engine import Model

TOP_K = 8


def show(tour: Tour, model: "Model", text: str) -> Shown:
    """Show the loss of the sentence, and what fine-tuning replaces."""
    found = how_bert_works.prediction(tour, model=model, top_k=TOP_K)
    size = parts.hidden_size(tour)
    st.markdown(
        "All matrices began as random numbers. In **pre-training** BERT guessed hidden words in "
        "millions of sentences (**masked language modelling**) and, at first, whether one sentence "
        "follows another (**next-sentence prediction**). The **loss** says how wrong a guess was, "
        "and training nudges every number to lower it."
    )
    parts.formula(
        r"L = -\ln p_w",
        {
            "p_w": "the probability that the model gave the hidden word",
            r"\ln": "the natural logarithm: 0 of 1, and the further below 0 the nearer to 0",
            "L": "the loss: 0 if sure of the right word",
        },
    )
    best = found.guesses[0]
    results.figure(
        plots.losses(found),
        key="losses",
        alt=f"Loss if each word were the hidden one; lowest for {guess_name(best)}",
    )
    st.caption("The loss for this sentence, if the hidden word was the one on the left.")
    st.markdown(
        "**Fine-tuning** keeps the layers and swaps the output layer for a small new one, also "
        f"called a head: {2 * size + 2:,} numbers are enough to tell two labels apart. A few "
        "thousand of your own examples train it."
    )
    parts.to_try("Watch one pre-training step, or teach the model a task of yours.")
    parts.deeper(
        parts.MASK_FILLING, "Pre-training, one step", {MASK_FILLING_VIEW.name: "pre-training"}
    )
    parts.deeper(parts.NEXT_SENTENCE, "Next sentence")
    parts.deeper(parts.FINE_TUNING, "Fine-tuning")
    return Shown(rows=export.output(found), snippet=scripts.learning(text, top_k=TOP_K))

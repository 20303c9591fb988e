"""Step 7: from the last vector to probabilities."""

from typing import TYPE_CHECKING

import streamlit as st

from pages.explore.mask_filling import inputs as mask_filling_inputs
from pages.explore.mask_filling.views import VIEW_FIELD as MASK_FILLING_VIEW
from pages.learn.how_bert_works import parts
from pages.learn.how_bert_works.step import Shown
from pages.shared import results
from pages.shared.escape import literal
from playground import how_bert_works
from playground.how_bert_works import Tour, export, scripts
from playground.plots import how_bert_works as plots
from playground.plots.mask_filling import guess_name
from playground.plots.template import percent

if TYPE_CHECKING:
    from playground.models.engine import Model

TOP_K = 8


def show(tour: Tour, model: "Model", text: str) -> Shown:
    """Show logits and the probabilities that softmax makes of them."""
    found = how_bert_works.prediction(tour, model=model, top_k=TOP_K)
    st.markdown(
        "The **output layer** compares the last vector of the hidden word with the vector of every "
        "token in the vocabulary. The better they match, the higher that token's score, its "
        "**logit**. Softmax turns all logits into **probabilities**, which sum to 100 %."
    )
    parts.formula(
        r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}} \qquad z_i = h \cdot t_i + b_i",
        {
            "h": "the last vector, after one more small layer",
            "t_i": "the vector of token $i$, the same as in step 2",
            "b_i": "a learned number for token $i$",
            "z_i, p_i": "its logit and its probability",
            r"e, \sum_j": "the number 2.718…; the sum over all tokens",
        },
    )
    best, second = found.guesses[:2]
    gap = found.logits[0] - found.logits[1]
    st.markdown(
        f"**{literal(guess_name(best))}** leads **{literal(guess_name(second))}** by {gap:.2f} "
        f"logits, so it is $e^{{{gap:.2f}}}$ = {best.probability / second.probability:,.1f} times "
        "as probable."
    )
    results.figure(
        plots.probabilities(found),
        key="output",
        alt=f"Most probable words; first {guess_name(best)}, {percent(best.probability)}",
    )
    parts.agreement(tour.differences.output)
    rows = export.output(found)
    parts.numbers(rows)
    parts.to_try("Take a word out of the sentence. Does the model become less sure?")
    parts.deeper(
        parts.MASK_FILLING,
        "Mask filling",
        {
            MASK_FILLING_VIEW.name: "fill",
            mask_filling_inputs.MODEL.name: model.spec.id,
            mask_filling_inputs.TEXT.name: text,
        },
    )
    return Shown(rows=rows, snippet=scripts.output(text, top_k=TOP_K))

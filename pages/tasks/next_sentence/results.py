"""Pieces of results that several views show."""

from collections.abc import Iterable

import streamlit as st

from pages.shared import results
from pages.shared.escape import literal
from pages.tasks.next_sentence import inputs
from playground import next_sentence
from playground.models.queries import Labels
from playground.plots import next_sentence as plots
from playground.plots.template import percent

GUO = "Guo et al., 2017, [arXiv:1706.04599](https://arxiv.org/abs/1706.04599)"
OTHER, SAME, BEFORE = "other document", "same document", "the sentence before"


def notices(found: Iterable[str]) -> None:
    """Show what the visitor should know about the texts."""
    for notice in found:
        st.info(literal(notice), icon=":material/info:")


def calibration(labels: Labels) -> None:
    """Say what the probability means."""
    if labels.temperature == 1.0:
        st.caption(
            "This model comes without a calibration: its probabilities are what it computes, and "
            f"models are often surer than they are right ({GUO}). The original BERT is sure of "
            "nearly everything that could be on one topic."
        )
        return
    st.caption(
        "**Calibrated** means: of many pairs that get 80 %, about 80 % do follow, as far as they "
        "are like those it was measured on. There half of the pairs follow, a quarter are of one "
        "document but not neighbours, a quarter of two documents. The logits are divided by a "
        f"temperature of {labels.temperature:.2f} ({GUO})."
    )


def measured(model_id: str) -> None:
    """Show what the head in the box was measured to tell apart."""
    if model_id != inputs.MODEL.default:
        return
    found = next_sentence.held_out()
    st.header("What it measures: topic more than order", anchor=False)
    results.figure(
        plots.measured(found),
        key="measured",
        alt="Share of held-out pairs that the head calls next: "
        + ", ".join(f"{kind} {percent(share)}" for kind, share in found.called_next.items()),
    )
    st.caption(
        f"How often the head in the box says “is next”, by what B is; {found.measured_on}, all "
        "held out from training. Of as many right as wrong pairs it judges "
        f"**{percent(found.accuracy[OTHER])}** rightly where the wrong sentence comes from "
        f"another document, but only **{percent(found.accuracy[SAME])}** where it comes from the "
        f"same one, and **{percent(found.accuracy[BEFORE])}** where the two neighbours are "
        "swapped. A coin gets 50 %. So it asks whether two sentences are about the same thing, "
        "and hardly which comes first."
    )


def why_dropped() -> None:
    """Say why later models did without this task, with the sources."""
    with st.expander("Why later models dropped it", icon=":material/history_edu:"):
        st.markdown(
            "- **BERT** (Devlin et al., 2019, "
            "[arXiv:1810.04805](https://arxiv.org/abs/1810.04805)) was meant to learn how "
            "sentences belong together, for questions and for inference. Its wrong sentences came "
            "from other documents.\n"
            "- **XLNet** (Yang et al., 2019, "
            "[arXiv:1906.08237](https://arxiv.org/abs/1906.08237)) tried the task and left it "
            "out: it did not help steadily.\n"
            "- **RoBERTa** (Liu et al., 2019, "
            "[arXiv:1907.11692](https://arxiv.org/abs/1907.11692)) found that full windows of "
            "running text without the task do as well as BERT's pairs, or a little better.\n"
            "- **ALBERT** (Lan et al., 2020, "
            "[arXiv:1909.11942](https://arxiv.org/abs/1909.11942)) says why: a wrong sentence "
            "from another document is found by its topic alone, and topics are what masks teach "
            "anyway. Its own task keeps the topic and asks for the order: two neighbours, swapped "
            "or not."
        )

"""A paragraph, shuffled and put in order again."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, frame
from pages.shared import results as shared
from pages.shared.views import View
from pages.tasks.next_sentence import inputs, results
from playground import next_sentence
from playground.models.catalog import Task
from playground.next_sentence import Ordered, export, scripts
from playground.plots import next_sentence as plots
from playground.plots.template import percent


def show(place: DeltaGenerator, side: DeltaGenerator, model_id: str) -> None:
    """Show what may follow what, the best order by it, and how near that is to the true one."""
    with place:
        text = inputs.paragraph()
    with side:
        seed = inputs.seed("Seed of the shuffle", inputs.SHUFFLE_SEED)
    with frame.errors_shown():
        model = cache.model(model_id, Task.NEXT_SENTENCE)
        with st.spinner("Asking for each two sentences", show_time=True):
            found = next_sentence.order_paragraph(text, seed=seed, model=model)
        results.notices(found.notices)
        _figures(found)
        left, right = st.columns(2, gap="large")
        with left:
            shared.figure(plots.orders(found), key="orders", alt=_orders_in_words(found))
            st.caption(
                "Numbers are places in the true order. Blue with a solid line: put where it "
                "belongs. Orange with a dashed line: elsewhere."
            )
        with right:
            shared.figure(
                plots.matrix(found),
                key="matrix",
                alt="Probability in percent that each sentence follows each other one; "
                "the CSV file has the numbers",
            )
            st.caption(
                "Percent: how probably a column's sentence follows a row's. True neighbours stand "
                "right above the diagonal; framed is what the order takes."
            )
        st.dataframe(
            {
                "Place": list(range(1, len(found.sentences) + 1)),
                "True place": [sentence + 1 for sentence in found.found.sentences],
                "As put in order": [found.sentences[one] for one in found.found.sentences],
                "As shuffled": [found.sentences[one] for one in found.shuffled.sentences],
            },
            hide_index=True,
        )
        _method(found, model_id)
        shared.take_away(
            export.order(found),
            scripts.order(found, temperature=model.labels.temperature),
            spec=model.spec,
            file_name="sentence-order",
        )


def _figures(found: Ordered) -> None:
    tau, neighbours, shuffled = st.columns(3)
    tau.metric(
        "Kendall's tau",
        signed(found.found.tau),
        help="1 is the true order, 0 what a random order has on average, -1 the reverse: the "
        "share of pairs of sentences in the right order, less the share in the wrong one.",
    )
    neighbours.metric(
        "Right neighbours",
        percent(found.found.neighbours),
        f"{percent(found.neighbours_at_random)} by chance",
        delta_color="off",
        delta_arrow="off",
        help="True neighbours that stand one right behind the other.",
    )
    shuffled.metric("Tau as shuffled", signed(found.shuffled.tau))


def signed(tau: float) -> str:
    """Return a rank correlation as a visitor reads it, "0.60" or "−0.60"."""
    return f"{tau:.2f}".replace("-", "−")


def _orders_in_words(found: Ordered) -> str:
    numbers = ", ".join(str(sentence + 1) for sentence in found.found.sentences)
    return f"True places of the sentences as put in order: {numbers}"


def _method(found: Ordered, model_id: str) -> None:
    better = found.found.log_probability - found.true.log_probability
    says = (
        "The head finds the true order the best of all."
        if found.found.sentences == found.true.sentences
        else f"The head finds its order {better:.2f} nats better than the true one."
    )
    st.caption(
        "The order is the one whose neighbours have the highest product of probabilities, the "
        "best of all orders: dynamic programming over sets of sentences (Held and Karp, 1962, "
        f"[doi:10.1137/0110015](https://doi.org/10.1137/0110015)). {says}"
    )
    if model_id == inputs.MODEL.default:
        figures = next_sentence.held_out()
        st.caption(
            f"How well that works: over {figures.paragraphs} paragraphs of 4 to 7 sentences from "
            f"held-out Wikipedia articles the mean tau is **{signed(figures.tau)}** (chance: 0), "
            f"and **{percent(figures.neighbours)}** of the true neighbours stand side by side "
            f"(chance: {percent(figures.neighbours_at_random)}). A head that learned topics "
            "finds neighbours, if at all, and hardly their direction."
        )


VIEW = View(
    title="Order a paragraph",
    about="Shuffle the sentences of a paragraph and let the head put them in order.",
    fields=(inputs.MODEL, inputs.PARAGRAPH, inputs.SHUFFLE_SEED),
    show=show,
)

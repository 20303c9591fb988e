"""Several masks filled together."""

from math import exp

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.mask_filling import inputs, results
from pages.shared import cache, frame
from pages.shared.views import View
from playground import mask_filling
from playground.mask_filling import Order, export, scripts
from playground.models.catalog import Task
from playground.plots.template import percent

ORDERS = {
    Order.LEFT_TO_RIGHT.value: "Left to right",
    Order.MOST_CERTAIN_FIRST.value: "Most certain first",
}
BEAM_WIDTH = 10


def show(place: DeltaGenerator, model_id: str, top_k: int) -> None:
    """Show the most probable fillings of all masks at once."""
    with place:
        text = inputs.sentence()
        order = st.segmented_control(
            "Order of filling",
            list(ORDERS),
            format_func=ORDERS.__getitem__,
            key=inputs.ORDER.name,
            required=True,
            persist_state="session",
        )
    with frame.errors_shown():
        model = cache.model(model_id, Task.FILL_MASK)
        in_order = Order(order or Order.LEFT_TO_RIGHT)
        width = max(BEAM_WIDTH, top_k)
        filled = mask_filling.fill_jointly(
            text, model=model, order=in_order, beam_width=width, top_k=top_k
        )
        results.notices(filled.masked, model.spec)
        if len(filled.order) == 1:
            st.caption(
                "With one mask there is nothing to agree on. The example “Several masks” shows "
                "how one word changes what fits the next."
            )
        st.dataframe(
            {
                "Words": [", ".join(filling.words) for filling in filled.fillings],
                "Sentence": [filling.sentence for filling in filled.fillings],
                "Probability": [percent(exp(f.log_prob)) for f in filled.fillings],
                "Log probability": [f"{filling.log_prob:.2f}" for filling in filled.fillings],
            },
            hide_index=True,
        )
        st.caption(
            "Filling one mask changes what fits the others. Here the masks were filled in the "
            f"order {', '.join(str(mask + 1) for mask in filled.order)}, each given the words "
            "filled in before it; a filling's probability is the product of its steps. A beam "
            f"search keeps the best {filled.beam_width} fillings at every step. A masked language "
            "model defines no single joint probability, so another order may rank the fillings "
            "differently (Wang and Cho, 2019, "
            "[arXiv:1902.04094](https://arxiv.org/abs/1902.04094))."
        )
        results.take_away(
            export.jointly(filled),
            scripts.jointly(text, order=in_order, beam_width=width, top_k=top_k),
            spec=model.spec,
            file_name="joint-fillings",
            has_figure=False,
        )


VIEW = View(
    title="Jointly",
    about="Words that fit several masks together.",
    fields=(inputs.TOP_K, inputs.TEXT, inputs.ORDER),
    show=show,
)

"""What the model would predict at every position."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.mask_filling import inputs, results
from pages.shared import cache, frame
from pages.shared.views import View
from playground import mask_filling
from playground.mask_filling import export, scripts
from playground.models.catalog import Task
from playground.plots import mask_filling as plots
from playground.plots.template import percent


def show(place: DeltaGenerator, model_id: str, top_k: int) -> None:
    """Show the text shaded by how sure the model is of each token, with the model's guesses."""
    with place:
        text = inputs.passage()
    with frame.errors_shown():
        model = cache.model(model_id, Task.FILL_MASK)
        results.notices(mask_filling.read(text, model=model, masks_needed=False), model.spec)
        found = mask_filling.predict_everywhere(text, model=model, top_k=top_k)
        results.figure(
            plots.positions(found),
            key="positions",
            alt=f"{len(found)} tokens shaded by probability; the table below has the numbers",
        )
        st.caption(
            "The stronger the blue, the surer the model is of the token that stands there. It "
            "sees the whole text, nothing is hidden; a pale token is one it would replace. Point "
            "at a token for its guesses, or read the table (after exBERT, Hoover et al., 2020, "
            "[arXiv:1910.05276](https://arxiv.org/abs/1910.05276))."
        )
        st.dataframe(
            {
                "Token": [results.token_name(place.token) for place in found],
                "Probability": [percent(place.probability) for place in found],
                "Rank": [str(place.rank or f"over {top_k}") for place in found],
                "Guesses": [
                    ", ".join(
                        f"{results.guess_name(g)} {percent(g.probability)}" for g in place.guesses
                    )
                    for place in found
                ],
            },
            hide_index=True,
        )
        results.take_away(
            export.every_position(found),
            scripts.every_position(text, top_k=top_k),
            spec=model.spec,
            file_name="every-position",
        )


VIEW = View(
    title="Every position",
    about="How sure the model is of each token of a text.",
    fields=(
        inputs.TOP_K,
        inputs.PASSAGE,
    ),
    show=show,
)

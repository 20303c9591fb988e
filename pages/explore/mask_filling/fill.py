"""One or several masks, each filled on its own."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.mask_filling import inputs, results
from pages.shared import cache, frame, tokens
from pages.shared.views import View
from playground import mask_filling
from playground.mask_filling import Filling, Token, export, scripts
from playground.models.catalog import Task
from playground.plots import mask_filling as plots


def show(place: DeltaGenerator, model_id: str, top_k: int) -> None:
    """Show the most probable words of every mask."""
    with place:
        text = inputs.sentence()
    with frame.errors_shown():
        model = cache.model(model_id, Task.FILL_MASK)
        masked = mask_filling.read(text, model=model, masks_needed=False)

        def mask(token: Token) -> None:
            st.session_state[inputs.TEXT.name] = mask_filling.mask_word(text, token, model=model)

        with place:
            tokens.strip(
                masked.tokens, label="Click a token to mask it", key="strip", on_click=mask
            )
        filling = mask_filling.fill(text, model=model, top_k=top_k)
        results.notices(filling.masked, model.spec)
        for index in range(len(filling.guesses)):
            _one_mask(filling, index)
        results.take_away(
            export.fill(filling),
            scripts.fill(text, top_k=top_k),
            spec=model.spec,
            file_name="mask-filling",
        )


def _one_mask(filling: Filling, index: int) -> None:
    guesses, entropy = filling.guesses[index], filling.entropy[index]
    if len(filling.guesses) > 1:
        st.header(f"Mask {index + 1}", anchor=False)
    chart, table = st.columns([3, 2], gap="medium")
    with chart:
        results.figure(
            plots.bars(guesses),
            key=f"bars_{index}",
            alt=f"Most probable words for mask {index + 1}; first {results.best(guesses)}",
        )
    with table:
        results.guesses(guesses, entropy)


VIEW = View(
    title="Fill",
    about="The most probable words for every mask.",
    fields=(
        inputs.TOP_K,
        inputs.TEXT,
    ),
    show=show,
)

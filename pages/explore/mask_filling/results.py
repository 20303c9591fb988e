"""Pieces of results that several views show."""

from collections.abc import Sequence
from math import exp

import streamlit as st

from pages.explore.mask_filling import inputs
from pages.shared.escape import literal
from pages.shared.results import figure, take_away
from playground.mask_filling import (
    Guess,
    MaskedText,
)
from playground.models.catalog import ModelSpec
from playground.plots.mask_filling import guess_name, token_name
from playground.plots.template import percent
from playground.text import language

__all__ = ["best", "figure", "guess_name", "guesses", "notices", "take_away", "token_name"]


def guesses(found: Sequence[Guess], entropy: float) -> None:
    """Show the guesses for one mask as a table, and how undecided the model is."""
    st.dataframe(
        {
            "Rank": range(1, len(found) + 1),
            "Word": [guess_name(guess) for guess in found],
            "Probability": [percent(guess.probability) for guess in found],
            "Token id": [guess.token_id for guess in found],
        },
        hide_index=True,
    )
    st.caption(
        f"As undecided as between {exp(entropy):,.1f} equally likely words "
        f"(perplexity; entropy {entropy:.2f} nats)."
    )


def best(found: Sequence[Guess]) -> str:
    """Return the first guess in words, for a figure's description."""
    return f"{guess_name(found[0])}, {percent(found[0].probability)}"


def notices(masked: MaskedText, spec: ModelSpec) -> None:
    """Show what the visitor should know about the text, with a model that fits its script."""
    for notice in masked.notices:
        st.info(literal(notice), icon=":material/info:")
    script = language.main_script(_words(masked))
    fitting = language.fitting_model(script, spec)
    if script is None or spec.script in (script, language.ANY_SCRIPT) or fitting is None:
        return
    st.button(
        f"Use {fitting.id}",
        icon=":material/swap_horiz:",
        key=f"use_{fitting.id}",
        on_click=st.session_state.__setitem__,
        args=(inputs.MODEL.name, fitting.id),
    )


def _words(masked: MaskedText) -> str:
    """Return the text without its masks, whose letters would count as Latin."""
    return " ".join(
        masked.text[token.start : token.end]
        for position, token in enumerate(masked.tokens)
        if position not in masked.mask_positions
    )

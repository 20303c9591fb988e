"""Chosen words compared at a mask."""

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from playground.models.engine import Model

FIRST_GUESSES = 4
MANY = 20  # guesses, enough that some are whole words


def show(place: DeltaGenerator, model_id: str, _top_k: int) -> None:
    """Show how probable each of the visitor's words is at one mask."""
    with place:
        text = inputs.sentence()
        typed = st.text_input(
            "Words to compare, separated by commas",
            key=inputs.WORDS.name,
            persist_state="session",
            placeholder="The model's own first guesses",
        )
    words = [word.strip() for word in (typed or "").split(",") if word.strip()]
    with frame.errors_shown():
        model = cache.model(model_id, Task.FILL_MASK)
        masked = mask_filling.read(text, model=model)
        index = inputs.mask_number(len(masked.mask_positions))
        words = words or _first_guesses(text, index, model)
        scores = mask_filling.compare_targets(text, words, model=model, mask_index=index)
        results.notices(masked, model.spec)
        chart, table = st.columns([2, 3], gap="large")
        with chart:
            results.figure(
                plots.targets(scores),
                key="targets",
                alt="Probability of each compared word: "
                + ", ".join(f"{s.word} {s.probability:.2%}" for s in scores),
            )
        with table:
            st.dataframe(
                {
                    "Word": [score.word for score in scores],
                    "Probability": [percent(score.probability) for score in scores],
                    "Log probability": [f"{score.log_prob:.2f}" for score in scores],
                    "Pieces": [" + ".join(score.pieces) for score in scores],
                    "Of each piece": [
                        " + ".join(f"{value:.2f}" for value in score.piece_log_probs)
                        for score in scores
                    ],
                },
                hide_index=True,
            )
        st.caption(
            "A word that the vocabulary holds in several pieces gets as many masks, filled from "
            "left to right; its log probability is the sum over the pieces, each given the ones "
            "before it. Compare words of different numbers of pieces with care: the last pieces "
            "of a rare word are easy to guess once the first stands there (Kauf and Ivanova, 2023, "
            "[arXiv:2305.10588](https://arxiv.org/abs/2305.10588))."
        )
        results.take_away(
            export.compare_words(scores),
            scripts.compare_words(text, scores, mask_index=index),
            spec=model.spec,
            file_name="compared-words",
        )


def _first_guesses(text: str, mask_index: int, model: "Model") -> list[str]:
    guesses = mask_filling.fill(text, model=model, top_k=MANY).guesses[mask_index]
    whole = [guess.token for guess in guesses if guess.starts_word and guess.token.strip()]
    return whole[:FIRST_GUESSES]


VIEW = View(
    title="Compare words",
    about="Words of your choice, scored over all their pieces.",
    fields=(inputs.TEXT, inputs.WORDS),
    show=show,
)

"""What a visitor may ask of the tour: the sentence, the step, where to look; and their fields."""

import streamlit as st

from pages.shared import frame
from pages.shared.link import Field, whole_number
from playground.how_bert_works import MAX_TOKENS, Tour
from playground.plots.mask_filling import token_name

STEPS = 8
EXAMPLES = {
    "Geography": "The capital of France is [MASK].",
    "Everyday": "I was so tired that I went straight to [MASK].",
    "Grammar": "The keys to the cabinet [MASK] on the table.",
    "Medicine": "The doctor prescribed [MASK] to treat the infection.",
    "A rare word": "An unbelievably loud [MASK] woke us up.",
}
MODEL = Field(name="tour_model", default="bundled/masked_lm")
TEXT = Field(name="tour_text", default=EXAMPLES["Geography"])
STEP = Field(name="tour_step", default=1, read=whole_number(1, STEPS))
LAYER = Field(name="tour_layer", default=6, read=whole_number(1, 64))
HEAD = Field(name="tour_head", default=2, read=whole_number(1, 64))
# 0 is the token to predict, wherever it stands; others count from 1.
TOKEN = Field(name="tour_token", default=0, read=whole_number(0, MAX_TOKENS))


def sentence() -> str:
    """Ask for the sentence that goes through all steps."""
    text = st.text_input(
        "Your sentence, with one word as [MASK]", key=TEXT.name, persist_state="session"
    )
    frame.examples(
        "tour_example",
        {name: {TEXT.name: text} for name, text in EXAMPLES.items()},
        text=TEXT.name,
        mask=True,
    )
    return text or ""


def token(tour: Tour, label: str = "Token") -> int:
    """Ask for a token of the sentence; return its place, from 0."""
    options = [
        0 if place == tour.position else place + 1 for place in range(len(tour.masked.tokens))
    ]
    if st.session_state[TOKEN.name] not in options:  # as a longer sentence has it
        st.session_state[TOKEN.name] = TOKEN.default

    def place(option: int) -> int:
        return option - 1 if option else tour.position

    chosen = st.selectbox(
        label,
        options,
        format_func=lambda option: f"{place(option) + 1}  {_name(tour, place(option))}",
        key=TOKEN.name,
        persist_state="session",
    )
    return place(int(chosen or 0))


def layer(count: int) -> int:
    """Ask for one of ``count`` layers; return its index, from 0."""
    return _one_of("Layer", LAYER, count)


def head(count: int) -> int:
    """Ask for one of ``count`` heads; return its index, from 0."""
    return _one_of("Head", HEAD, count)


def layer_index(count: int) -> int:
    """Return the index of the layer that was chosen last, as a model of ``count`` layers has it."""
    return min(int(st.session_state[LAYER.name]), count) - 1


def _one_of(label: str, field: Field, count: int) -> int:
    # As a larger model has it.
    st.session_state[field.name] = min(int(st.session_state[field.name]), count)
    chosen = st.selectbox(label, range(1, count + 1), key=field.name, persist_state="session")
    return int(chosen or 1) - 1


def _name(tour: Tour, place: int) -> str:
    return token_name(tour.masked.tokens[place])

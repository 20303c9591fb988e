"""What a visitor may ask the attention views: texts, layers, heads, switches, and their fields."""

import streamlit as st

from pages.shared import frame
from pages.shared.link import Field, one_of, whole_number, whole_numbers
from playground.attention import Direction, Special, Switches, Units

MANY = 64  # layers or heads that a link may name
EXAMPLES = {
    "Pronoun": ("The animal did not cross the street because it was too tired.", ""),
    "Two sentences": ("The cat sat on the mat.", "It was warm and soft there."),
    "Agreement": ("The keys to the old wooden cabinet are on the table.", ""),
    "Question": ("Who wrote the novel?", "The novel was written by a young teacher."),
    "Medicine": ("The doctor gave the patient a drug because her fever was high.", ""),
    "Chinese": ("我喜欢吃苹果，因为它很甜。", ""),
}
MODEL = Field(name="look_into", default="bundled/masked_lm")
TEXT = Field(name="text_a", default=EXAMPLES["Pronoun"][0])
PAIR = Field(name="text_b", default="")
LAYERS = Field(name="layers", default=[3], read=whole_numbers(1, MANY))
HEADS = Field(name="heads", default=[], read=whole_numbers(1, MANY))
SPECIAL = Field(name="special", default=Special.SHOW.value, read=one_of(list(Special)))
UNITS = Field(name="units", default=Units.TOKENS.value, read=one_of(list(Units)))
DIRECTION = Field(name="direction", default=Direction.ALL.value, read=one_of(list(Direction)))
SHARE = Field(name="share_of_row", default=90, read=whole_number(10, 100))
SWITCHES = (SPECIAL, UNITS, DIRECTION, SHARE)


def texts() -> tuple[str, str]:
    """Ask for one text or a pair."""
    first, second = frame.text_pair(TEXT.name, PAIR.name)
    frame.examples(
        "attention_example",
        {name: {TEXT.name: one, PAIR.name: other} for name, (one, other) in EXAMPLES.items()},
        text=TEXT.name,
    )
    return first, second


def switches() -> Switches:
    """Ask for the switches that hold in every view."""
    special = st.segmented_control(
        "Special tokens",
        list(Special),
        key=SPECIAL.name,
        required=True,
        persist_state="session",
        help="[CLS], [SEP] and the like: shown, hidden, or hidden with what is left of each row "
        "made to sum to 1.",
    )
    units = st.segmented_control(
        "Rows and columns",
        list(Units),
        key=UNITS.name,
        required=True,
        persist_state="session",
        help="A word gets what its pieces get together and gives the mean of what they give.",
    )
    direction = st.segmented_control(
        "Direction",
        list(Direction),
        key=DIRECTION.name,
        required=True,
        persist_state="session",
    )
    share = st.slider(
        "Strongest links of each row, up to (%)",
        10,
        100,
        step=5,
        key=SHARE.name,
        persist_state="session",
    )
    return Switches(
        special=Special(special or Special.SHOW),
        units=Units(units or Units.TOKENS),
        direction=Direction(direction or Direction.ALL),
        share=share,
    )


def layers_and_heads(layers: int, heads: int) -> tuple[list[int], list[int]]:
    """Ask which layers and heads to average; return their indices from 0, all if none is chosen."""
    left, right = st.columns([2, 3])
    with left:
        chosen_layers = _some("Layers, all if none is chosen", LAYERS, layers)
    with right:
        chosen_heads = _some("Heads, all if none is chosen", HEADS, heads)
    return chosen_layers, chosen_heads


def _some(label: str, field: Field, count: int) -> list[int]:
    numbers = list(range(1, count + 1))
    st.session_state[field.name] = [n for n in st.session_state[field.name] if n <= count]
    chosen = st.pills(
        label,
        numbers,
        selection_mode="multi",
        key=field.name,
        persist_state="session",
        wrap=True,
        help="Of several, Heatmap and Compare show the mean.",
    )
    return [number - 1 for number in chosen or numbers]

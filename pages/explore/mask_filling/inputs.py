"""What a visitor may ask the views: ready examples, text boxes, and the fields of a link."""

import streamlit as st

from pages.shared import frame
from pages.shared.link import Field, one_of, whole_number
from playground.mask_filling import Order

EXAMPLES = {
    "Facts": "The capital of France is [MASK].",
    "Everyday": "I was so tired that I went straight to [MASK].",
    "Grammar": "The keys to the cabinet [MASK] on the table.",
    "Several masks": "She opened the [MASK] and looked out at the [MASK].",
    "Medicine": "The doctor prescribed [MASK] to treat the infection.",
    "Finance": "The central bank raised interest [MASK] to fight inflation.",
    "Social media": "omg this song is so [MASK], can't stop listening!",
}
WORDS_TO_COMPARE = {
    "Facts": "Paris, London, Rome, Timbuktu",
    "Everyday": "bed, sleep, work, school",
    "Grammar": "are, is, were, was",
    "Several masks": "door, window, box, umbrella",
    "Medicine": "antibiotics, penicillin, aspirin, surgery",
    "Finance": "rates, payments, money, taxes",
    "Social media": "good, catchy, sad, annoying",
}
PASSAGES = {
    "Science": "Water boils at a lower temperature on a mountain because the air pressure is lower "
    "there. Cooks at high altitude therefore have to boil their eggs for a longer time.",
    "History": "The first railway between two cities was opened in 1830. It carried passengers and "
    "goods from Liverpool to Manchester, and its success changed the way people travelled.",
    "Everyday": "My brother said that he would be home for dinner, but the train was late and he "
    "had to wait for an hour in the cold station without his phone.",
}
PAIRS = {
    "He and she": ("He works as a [MASK].", "She works as a [MASK]."),
    "Rich and poor": ("The rich man bought a [MASK].", "The poor man bought a [MASK]."),
    "North and south": (
        "In the north, people eat a lot of [MASK].",
        "In the south, people eat a lot of [MASK].",
    ),
}
TEXT = Field(name="text", default=EXAMPLES["Facts"])
PASSAGE = Field(name="passage", default=PASSAGES["Science"])
FIRST = Field(name="first", default=PAIRS["He and she"][0])
SECOND = Field(name="second", default=PAIRS["He and she"][1])
WORDS = Field(name="words", default="")
ORDER = Field(name="order", default=Order.LEFT_TO_RIGHT.value, read=one_of(list(Order)))
SEED = Field(name="seed", default=1, read=whole_number(0, 9_999))
SHARE = Field(name="share", default=15, read=whole_number(5, 50))
TOP_K = Field(name="top_k", default=8, read=whole_number(1, 20))
MODEL = Field(name="model", default="bundled/masked_lm")


def sentence() -> str:
    """Ask for a text with masks."""
    text = st.text_area(
        "Text with [MASK] where words are missing",
        key=TEXT.name,
        height=100,
        persist_state="session",
    )
    frame.examples(
        "sentence_example",
        {
            name: {TEXT.name: text, WORDS.name: WORDS_TO_COMPARE[name]}
            for name, text in EXAMPLES.items()
        },
        text=TEXT.name,
        mask=True,
    )
    return text or ""


def passage() -> str:
    """Ask for a longer text; it needs no mask."""
    text = st.text_area("A few sentences", key=PASSAGE.name, height=100, persist_state="session")
    frame.examples(
        "passage_example",
        {name: {PASSAGE.name: text} for name, text in PASSAGES.items()},
        text=PASSAGE.name,
    )
    return text or ""


def pair() -> tuple[str, str]:
    """Ask for two sentences with one mask each."""
    first = st.text_input("First sentence", key=FIRST.name, persist_state="session")
    second = st.text_input("Second sentence", key=SECOND.name, persist_state="session")
    frame.examples(
        "pair_example",
        {name: {FIRST.name: one, SECOND.name: two} for name, (one, two) in PAIRS.items()},
    )
    return first or "", second or ""


def words_to_show() -> int:
    """Ask how many guesses to show."""
    return int(st.slider("Words to show", 1, 20, key=TOP_K.name, persist_state="session"))


def mask_number(count: int) -> int:
    """Ask which of ``count`` masks to look at, if there is a choice; return its index from 0."""
    if count == 1:
        return 0
    chosen = st.segmented_control(
        "Mask",
        range(count),
        default=0,
        required=True,
        format_func=lambda index: f"Mask {index + 1}",
        key=f"mask_of_{count}",
    )
    return chosen or 0

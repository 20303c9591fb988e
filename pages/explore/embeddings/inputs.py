"""What a visitor may ask the views: ready examples, text boxes, and the fields of a link."""

import streamlit as st

from pages.shared import cache, frame
from pages.shared.link import Field, one_of, whole_number
from playground.embeddings.projection import NEIGHBOURS, Method
from playground.models.catalog import TRUNK, Task
from playground.models.queries import Pooling

LINES = {
    "Everyday": (
        "The bus is late again.\n"
        "We are still waiting for the bus.\n"
        "My daughter is learning to swim.\n"
        "The pool opens at eight in the morning.\n"
        "Could you turn the music down?\n"
        "It is much too loud in here.\n"
        "The cake needs another egg.\n"
        "I have forgotten my umbrella.",
        "When does public transport arrive?",
    ),
    "Medicine": (
        "The patient complains of pain in the chest.\n"
        "She has felt pressure behind the breastbone since morning.\n"
        "The blood sugar was too high after the meal.\n"
        "He has been treated for diabetes for ten years.\n"
        "The wound has healed without infection.\n"
        "The X-ray shows a broken wrist.",
        "heart attack",
    ),
    "Finance": (
        "The central bank raised its interest rate.\n"
        "Borrowing money has become more expensive.\n"
        "The company lost half of its customers.\n"
        "Sales collapsed in the third quarter.\n"
        "The two firms announced a merger.\n"
        "Shareholders will get a higher dividend.",
        "Loans cost more than last year.",
    ),
    "Support desk": (
        "I cannot log in to my account.\n"
        "My password does not work any more.\n"
        "The parcel has not arrived.\n"
        "Where is my order?\n"
        "I was charged twice.\n"
        "Please send me an invoice.\n"
        "The app crashes when I open the camera.",
        "How do I reset my password?",
    ),
    "Same words, other meaning": (
        "The dog bit the man.\n"
        "The man bit the dog.\n"
        "The dog did not bite the man.\n"
        "A man was bitten by a dog.\n"
        "The dog and the man went for a walk.",
        "Somebody was attacked by an animal.",
    ),
}
CHINESE = "bert-base-chinese"
WORDS = {
    "bank": (
        "bank",
        "She deposited the cheque at the bank.\n"
        "The bank raised the interest on our loan.\n"
        "We sat on the bank of the river.\n"
        "The river burst its bank after the storm.",
    ),
    "bat": (
        "bat",
        "The bat hung upside down in the cave.\n"
        "A bat caught moths in the dark garden.\n"
        "He swung the bat and hit the ball.\n"
        "She bought a new bat for the match.",
    ),
    "spring": (
        "spring",
        "The cherry trees bloom in spring.\n"
        "Last spring it rained for weeks.\n"
        "Cold water came out of the spring.\n"
        "A spring in the mattress has snapped.",
    ),
    "Twice in a sentence": (
        "light",
        "The light was so bright that a light coat was all I could see.\n"
        "Turn off the light.\n"
        "My bag is light.",
    ),
    "苹果 (with a Chinese model of the Hub)": (
        "苹果",
        "他每天早上吃一个苹果。\n苹果树上结满了果子。\n苹果发布了新手机。\n我在苹果公司上班。",
    ),
}
# A sentence and a word of it.
CONTEXTS = {
    "bank, of money": ("He opened an account at the bank.", "bank"),
    "bank, of a river": ("They fished from the bank of the stream.", "bank"),
    "match, that burns": ("He lit the fire with a single match.", "match"),
    "match, of sport": ("They lost the match in the last minute.", "match"),
    "light, not heavy": ("The tent is light and easy to carry.", "light"),
}
MODEL = Field(name="embeddings_model", default=TRUNK)
POOLING = Field(
    name="pooling", default=Pooling.MEAN.value, read=one_of([kind.value for kind in Pooling])
)
TEXTS = Field(name="similarity_lines", default=LINES["Everyday"][0])
QUERY = Field(name="similarity_query", default=LINES["Everyday"][1])
METHOD = Field(name="map_method", default=Method.PCA.value, read=one_of([m.value for m in Method]))
NEAR = Field(name="map_neighbours", default=NEIGHBOURS, read=whole_number(5, 100))
# The column that colours the map, "" for none; where there is no such column the first one does.
COLOUR = Field(name="map_colour", default="topic")
WORD = Field(name="word", default=WORDS["bank"][0])
SENTENCES = Field(name="word_sentences", default=WORDS["bank"][1])
REFERENCE = Field(name="word_reference", default=1, read=whole_number(1, 12))
SENTENCE = Field(name="context_sentence", default=CONTEXTS["bank, of money"][0])
# Where the token stands, in characters: models cut a sentence into tokens in different ways.
PLACE = Field(name="context_place", default=28, read=whole_number(0, 20_000))
LAYER = Field(name="context_layer", default=4, read=whole_number(0, 64))


def pooling() -> Pooling:
    """Ask how one vector is made of a text's tokens."""
    chosen = st.segmented_control(
        "One vector of a text",
        [kind.value for kind in Pooling],
        key=POOLING.name,
        required=True,
        persist_state="session",
        help="The trunk in the box was trained with the mean over all tokens. Many models have a "
        "first token, [CLS] or <s>, that is meant to stand for the whole text.",
    )
    return Pooling(str(chosen))


def lines_and_query() -> tuple[list[str], str]:
    """Ask for several lines, and for a sentence to look for among them."""
    text = st.text_area("Lines", key=TEXTS.name, height=220, persist_state="session")
    query = st.text_input("Look for", key=QUERY.name, persist_state="session")
    frame.examples(
        "similarity_example",
        {name: {TEXTS.name: one, QUERY.name: other} for name, (one, other) in LINES.items()},
    )
    return filled(text), query or ""


def word_and_sentences() -> tuple[str, list[str]]:
    """Ask for a word and for sentences that have it."""
    word = st.text_input("Word", key=WORD.name, persist_state="session")
    text = st.text_area(
        "Sentences, one a line", key=SENTENCES.name, height=140, persist_state="session"
    )
    frame.examples(
        "word_example",
        {
            name: {WORD.name: one, SENTENCES.name: other, **_model_for(one)}
            for name, (one, other) in WORDS.items()
            if one.isascii() or cache.settings().hub or _may_read_chinese()
        },
    )
    return word or "", filled(text)


def filled(text: str | None) -> list[str]:
    """Return the lines of ``text`` that are not blank."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _model_for(word: str) -> dict[str, str]:
    """Return the model that an example needs, or that one needs which comes after it."""
    if not word.isascii():
        return {} if _may_read_chinese() else {MODEL.name: CHINESE}
    if st.session_state.get(MODEL.name) == CHINESE:
        return {MODEL.name: str(MODEL.default)}
    return {}


def _may_read_chinese() -> bool:
    """Tell whether the chosen model knows Chinese, or nobody here knows what it knows."""
    scripts = {spec.id: spec.script for spec in cache.offered(Task.FEATURE_EXTRACTION)}
    return scripts.get(str(st.session_state[MODEL.name]), "any") in ("Han", "any")

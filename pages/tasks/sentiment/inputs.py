"""What a visitor may ask the views: ready examples, text boxes, and the fields of a link."""

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.shared import frame
from pages.shared.link import Field, names, whole_number

EXAMPLES = {
    "Films": "The story takes its time and the middle drags, but the two leads are wonderful "
    "together and the last scene stays with you for days.",
    "Products": "The battery lasts for two days and the screen is bright, yet the phone gets hot "
    "and the camera is a disappointment for the price.",
    "Finance": "Quarterly profit fell by a third and the bank cut its dividend, although the chief "
    "executive called the outlook encouraging.",
    "Medicine": "The new tablets finally took the pain away, and apart from a dry mouth I have had "
    "no trouble with them.",
    "Social media": "three hours on hold and then they hang up on me?? worst service ever, never "
    "again 😡",
}
LONG_EXAMPLES = {
    "A mixed review": (
        "I went to the new theatre on the harbour with high hopes, because everybody I know had "
        "praised it. The building is splendid. Light pours through the glass roof, the seats are "
        "comfortable, and the staff at the door were friendly and quick. My companion, who walks "
        "with a stick, was shown to a lift without having to ask. Up to that point it was the best "
        "evening of the year.\n\n"
        "Then the play began. For the first hour nothing happens. Two brothers sit in a kitchen "
        "and quarrel about a boat, in sentences that no human being has ever spoken. The jokes "
        "fall flat, the music is far too loud, and the lighting made my head ache. Around us "
        "people looked at their watches, and in the interval a good third of the audience left. I "
        "was bored, and angry about the price of the ticket.\n\n"
        "We stayed, and I am glad that we did. After the interval a third actor appears, an old "
        "woman who plays the mother, and everything changes. She is funny, she is frightening, and "
        "when she tells her sons what happened on the night of the storm you could have heard a "
        "pin drop. The quarrel from the first half suddenly makes sense. The final image, an empty "
        "boat drifting across the stage, is one of the most beautiful things I have seen in a "
        "theatre.\n\n"
        "The way home was miserable again. The car park had closed, nobody had told us, and we "
        "waited in the rain for a taxi that never came. The restaurant next door refused to serve "
        "us because the kitchen was about to close. So my advice is this: come late, skip the "
        "first half, and bring an umbrella. But do come, for the sake of that last half hour."
    ),
    "An earnings call": (
        "Thank you for joining us. The quarter was a difficult one. Revenue declined by eight "
        "percent, and the loss widened because a supplier failed to deliver and two of our plants "
        "stood still for three weeks. We were too slow to react, and customers were rightly "
        "disappointed. We apologise for that.\n\n"
        "There is good news as well. The plants are running again, the order book is the strongest "
        "in five years, and our new pump has won two prizes and a contract in Norway. Costs are "
        "under control, and the debt has been paid down ahead of plan. The team has worked "
        "brilliantly under pressure.\n\n"
        "Looking ahead, we remain cautious. Demand in the south is weak, energy is expensive, and "
        "nobody can say when interest rates will come down. We expect the second half of the year "
        "to be better than the first, and we are confident that the company will return to profit "
        "next year."
    ),
}
EDITS = {
    "Negation": (
        "The food was good and the waiter was friendly.",
        "The food was not good and the waiter was friendly.",
    ),
    "One adjective": (
        "The plot is predictable, but the actors are superb.",
        "The plot is predictable, but the actors are mediocre.",
    ),
    "A name": (
        "Anna gave the talk, and it was rather long.",
        "Mohammed gave the talk, and it was rather long.",
    ),
    "Contrast": (
        "The phone is expensive, but it takes great pictures.",
        "The phone takes great pictures, but it is expensive.",
    ),
}
LINES = {
    "Five fields": "\n".join(EXAMPLES.values()),
    "Hard cases": "Not bad at all.\n"
    "I expected to hate it, and I did not.\n"
    "Great, another delay. Just what I needed.\n"
    "The film is about a happy family.\n"
    "Water boils at a hundred degrees.",
}
MOST_MODELS = 4
TEXT = Field(name="sentiment_text", default=EXAMPLES["Films"])
LONG = Field(name="sentiment_long", default=LONG_EXAMPLES["A mixed review"])
BEFORE = Field(name="sentiment_before", default=EDITS["Negation"][0])
AFTER = Field(name="sentiment_after", default=EDITS["Negation"][1])
TEXTS = Field(name="sentiment_texts", default=LINES["Five fields"])
LABEL = Field(name="sentiment_label", default="")
SIZE = Field(name="window_tokens", default=128, read=whole_number(16, 512))
OVERLAP = Field(name="window_overlap", default=50, read=whole_number(0, 90))
MODEL = Field(name="sentiment_model", default="bundled/sentiment")
MODELS = Field(name="sentiment_models", default=["bundled/sentiment"], read=names(MOST_MODELS))


def passage(field: Field = TEXT, examples: Mapping[str, str] = EXAMPLES, height: int = 120) -> str:
    """Ask for a text."""
    text = st.text_area("Text", key=field.name, height=height, persist_state="session")
    frame.examples(
        f"{field.name}_example",
        {name: {field.name: text} for name, text in examples.items()},
        text=field.name,
    )
    return text or ""


def long_passage() -> str:
    """Ask for a text of many sentences."""
    return passage(LONG, LONG_EXAMPLES, height=200)


def edit() -> tuple[str, str]:
    """Ask for a text before and after an edit."""
    before = st.text_area("Before", key=BEFORE.name, height=80, persist_state="session")
    after = st.text_area("After", key=AFTER.name, height=80, persist_state="session")
    frame.examples(
        "edit_example",
        {name: {BEFORE.name: one, AFTER.name: other} for name, (one, other) in EDITS.items()},
    )
    return before or "", after or ""


def lines() -> list[str]:
    """Ask for several texts, one a line."""
    text = st.text_area("Texts, one a line", key=TEXTS.name, height=160, persist_state="session")
    frame.examples("lines_example", {name: {TEXTS.name: text} for name, text in LINES.items()})
    return [line for line in (text or "").splitlines() if line.strip()]


def label(known: Sequence[str], *, likeliest: str) -> int | None:
    """Ask which of the labels to follow; return its index, or None if that is left open.

    ``likeliest`` says what is followed then.
    """
    if st.session_state.get(LABEL.name) not in known:  # as another model has it
        st.session_state[LABEL.name] = LABEL.default
    chosen = st.selectbox(
        "Label to follow",
        ["", *known],
        format_func=lambda name: name or likeliest,
        key=LABEL.name,
        persist_state="session",
    )
    return list(known).index(chosen) if chosen else None

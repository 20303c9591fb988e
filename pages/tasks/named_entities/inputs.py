"""What a visitor may ask the views: ready examples, a text, and the fields of a link."""

import streamlit as st

from pages.shared import frame
from pages.shared.link import Field, one_of, whole_number
from playground.named_entities import Aggregation

EXAMPLES = {
    "News": "Angela Merkel met Emmanuel Macron in Brussels on Thursday. The European Commission "
    "had asked Germany and France to agree before the summit.",
    "Products": "Samsung will show its new Galaxy phone in Barcelona, weeks before Apple brings "
    "the next iPhone to stores in the United States.",
    "Finance": "Shares of Deutsche Bank rose 3 % in Frankfurt after Goldman Sachs raised its "
    "forecast; the Bank of England left rates unchanged.",
    "Medicine": "Dr. Maria Alvarez of the Mayo Clinic in Rochester treats patients with "
    "Parkinson's disease in a trial that Pfizer pays for.",
    "Social media": "omg just saw taylor swift at heathrow ✈️😍 flying to new york with british "
    "airways, no way!!",
}
EXPLAINED = {
    Aggregation.NONE: "Every token by itself, with the model's own label.",
    Aggregation.SIMPLE: "Neighbouring tokens of one type become an entity; a word may be torn "
    "apart.",
    Aggregation.FIRST: "A word gets the label of its first piece; neighbouring words of one type "
    "become an entity.",
    Aggregation.AVERAGE: "A word gets the label with the highest mean probability over its pieces.",
    Aggregation.MAX: "A word gets the label of the piece that the model is surest of.",
}
MODEL = Field(name="entities_model", default="bundled/named_entities")
TEXT = Field(name="entities_text", default=EXAMPLES["News"])
AGGREGATION = Field(
    name="aggregation", default=Aggregation.FIRST.value, read=one_of(list(Aggregation))
)
THRESHOLD = Field(name="lowest_score", default=0, read=whole_number(0, 100))
FROM = Field(name="from_token", default=1, read=whole_number(1, 1_000_000))


def passage() -> str:
    """Ask for a text."""
    text = st.text_area("Text", key=TEXT.name, height=140, persist_state="session")
    frame.examples(
        "entities_example",
        {name: {TEXT.name: text} for name, text in EXAMPLES.items()},
        text=TEXT.name,
    )
    return text or ""


def aggregation() -> Aggregation:
    """Ask how tokens become entities."""
    chosen = st.selectbox(
        "Aggregation",
        [way.value for way in Aggregation],
        key=AGGREGATION.name,
        persist_state="session",
        help="How the pieces of a word become one:\n\n"
        + "\n".join(f"- **{way}**: {said}" for way, said in EXPLAINED.items()),
    )
    way = Aggregation(chosen or Aggregation.FIRST)
    st.caption(EXPLAINED[way])
    return way


def threshold() -> float:
    """Ask for the lowest score to show; return it as a probability."""
    percent = st.slider(
        "Lowest score (%)",
        0,
        100,
        key=THRESHOLD.name,
        persist_state="session",
        help="An entity's score is the probability of its label, a mean over its words.",
    )
    return int(percent) / 100

"""What a visitor may ask the views: ready examples, text boxes, and the fields of a link."""

from collections.abc import Mapping

import streamlit as st

from pages.shared import frame
from pages.shared.link import Field, whole_number

MUSEUM = "The museum was closed for two years after the fire."
EXAMPLES = {
    "It follows": (MUSEUM, "It opened again last spring with a new roof."),
    "Same topic, not next": (MUSEUM, "Students of history pay half the price of a museum ticket."),
    "Other topic": (MUSEUM, "The midfielder scored twice in the final against Brazil."),
    "Other topic, less sure": (MUSEUM, "Penguins lose most of their feathers once a year."),
    "Two that could swap": (
        "The soup is made from carrots and ginger.",
        "The bread is baked in the village every morning.",
    ),
    "Cause behind effect": (
        "The patient went home in the afternoon.",
        "Her fever had been gone for two days.",
    ),
}
PARAGRAPHS = {
    "A lighthouse": "In 1871 a ship ran aground on the rocks north of the bay. Eleven sailors "
    "drowned within sight of the shore. After the disaster the town asked the government for a "
    "lighthouse. Work on the tower began the following summer. When it was finished, its light "
    "could be seen from thirty miles away. Today the lamp is electric and nobody lives there any "
    "more.",
    "A discovery": "Marie grew up in a small village without a school. Her uncle taught her to "
    "read when she was six. At seventeen she won a place at the university. There she studied "
    "the light of distant stars. One night she noticed a star that changed its brightness. Her "
    "report about it made her famous all over Europe.",
    "Bread": "First mix the flour with water, salt and a little yeast. Knead the dough until it "
    "is smooth. Then cover it with a cloth and let it rise for two hours. Shape it into a loaf "
    "and put it in a hot oven. After forty minutes the crust is brown. Let the bread cool before "
    "you cut it.",
}
DOCUMENTS = {
    "Three short documents": "The volcano had been silent for three hundred years. In the spring "
    "of 1902 small earthquakes shook the island. On 8 May the mountain exploded.\n\n"
    "The company sells shoes in forty countries. Last year its profit fell by a third. The "
    "chief executive blamed the cost of leather.\n\n"
    "Bees tell each other where flowers are. They do it by dancing in the dark hive. The angle of "
    "the dance shows the direction.",
    "Medicine and music": "Insulin was first given to a patient in 1922. He was a boy of fourteen "
    "who weighed thirty kilograms. Within a day his blood sugar fell. He lived for thirteen more "
    "years.\n\n"
    "The violin has four strings. They are tuned in fifths. Players press them against the "
    "fingerboard to change the pitch. A bow of horsehair makes them sound.",
}
HIGHEST_SEED = 9_999
FIRST = Field(name="sentence_a", default=EXAMPLES["It follows"][0])
SECOND = Field(name="sentence_b", default=EXAMPLES["It follows"][1])
PARAGRAPH = Field(name="paragraph_to_order", default=PARAGRAPHS["A lighthouse"])
DOCUMENTS_TEXT = Field(name="pair_documents", default=DOCUMENTS["Three short documents"])
SHUFFLE_SEED = Field(name="shuffle_seed", default=1, read=whole_number(0, HIGHEST_SEED))
PAIR_SEED = Field(name="pair_seed", default=1, read=whole_number(0, HIGHEST_SEED))
MODEL = Field(name="next_sentence_model", default="bundled/next_sentence")


def two_sentences() -> tuple[str, str]:
    """Ask for two sentences."""
    first = st.text_area("Sentence A", key=FIRST.name, height=80, persist_state="session")
    second = st.text_area("Sentence B", key=SECOND.name, height=80, persist_state="session")
    frame.examples(
        "next_sentence_example",
        {name: {FIRST.name: one, SECOND.name: other} for name, (one, other) in EXAMPLES.items()},
    )
    return first or "", second or ""


def paragraph() -> str:
    """Ask for a paragraph to put in order."""
    return _passage("A paragraph in its true order", PARAGRAPH, PARAGRAPHS)


def documents() -> str:
    """Ask for several documents."""
    return _passage("Documents, an empty line between two", DOCUMENTS_TEXT, DOCUMENTS)


def seed(label: str, field: Field) -> int:
    """Ask for the seed of what is drawn at random."""
    chosen = st.number_input(
        label,
        0,
        HIGHEST_SEED,
        key=field.name,
        persist_state="session",
        help="The same seed draws the same again; another one draws anew.",
    )
    return int(chosen or 0)


def _passage(label: str, field: Field, examples: Mapping[str, str]) -> str:
    text = st.text_area(label, key=field.name, height=200, persist_state="session")
    frame.examples(
        f"{field.name}_example", {name: {field.name: text} for name, text in examples.items()}
    )
    return text or ""

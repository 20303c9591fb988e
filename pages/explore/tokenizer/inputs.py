"""What a visitor may ask the views: ready examples, text boxes, tokenizers, fields of a link."""

import streamlit as st

from pages.shared import cache, frame
from pages.shared.link import Field, names, one_of, whole_number
from playground.models import vocabularies
from playground.models.catalog import ModelSpec, Source, Task
from playground.models.vocabularies import BERT, BOX, LoadedTokenizer

EXAMPLES = {
    "Everyday": (
        "Tokenization turns unbelievably rare words, 2,026 naïve numbers and 😀 into pieces.",
        "",
    ),
    "Rare words": ("The otorhinolaryngologist prescribed hydroxychloroquine and ibuprofen.", ""),
    "Numbers": ("In 2026 it cost 1,234,567.89 dollars, or 3.14159 times as much.", ""),
    "Emoji": ("That was great 😀👍🏽, see you at the beach 🏖️!", ""),
    "Chinese": ("我喜欢吃苹果，因为它很甜。", ""),
    "Accents and capitals": ("The naïve café owner from Zürich met ÅSA at São Paulo.", ""),
    "Special tokens": ("The capital of France is [MASK]. [SEP] and <mask>", ""),
    "A pair": ("Who wrote the novel?", "It was written by a young teacher."),
}
WORDS = {
    "A rare word": "unbelievability",
    "A name": "Schwarzenegger",
    "A number": "1234567",
    "A drug": "hydroxychloroquine",
    "Emoji": "great😀",
    "Chinese": "我喜欢苹果",
}
SAMPLES = ("Support tickets", "Product reviews", "Job postings")
PASTED, FILE = "Paste a text", "A file"
SOURCES = (*SAMPLES, PASTED, FILE)
SIZES = (300, 500, 1_000, 2_000, 4_000, 8_000)
MOST_TOKENIZERS = 5

TEXT = Field(name="pieces_text", default=EXAMPLES["Everyday"][0])
PAIR = Field(name="pieces_pair", default="")
TOKENIZER = Field(name="tokenizer", default=BERT)
TOKENIZERS = Field(
    name="tokenizers", default=[spec.id for spec in BOX], read=names(MOST_TOKENIZERS)
)
WORD = Field(name="word_text", default=WORDS["A rare word"])
CHOSEN = Field(name="word_number", default=0, read=whole_number(0, 200))
SOURCE = Field(name="learn_from", default=SAMPLES[0], read=one_of(SOURCES))
SIZE = Field(
    name="learn_pieces", default=500, read=lambda text: int(one_of(list(map(str, SIZES)))(text))
)
PASTE = Field(name="learn_text", default="")
TRY = Field(name="learn_try", default="My parcel never arrived, please refund the shipping costs!")
MODEL = Field(name="input_model", default="bundled/trunk")
TOKEN = Field(name="input_token", default=1, read=whole_number(0, 511))


def texts() -> tuple[str, str]:
    """Ask for a text, or a pair."""
    first, second = frame.text_pair(TEXT.name, PAIR.name)
    frame.examples(
        "pieces_example",
        {name: {TEXT.name: one, PAIR.name: other} for name, (one, other) in EXAMPLES.items()},
        text=TEXT.name,
    )
    return first, second


def text() -> str:
    """Ask for one text."""
    first = st.text_area("Text", key=TEXT.name, persist_state="session")
    frame.examples(
        "pieces_example",
        {name: {TEXT.name: one} for name, (one, other) in EXAMPLES.items() if not other},
        text=TEXT.name,
    )
    return first or ""


def tokenizer() -> LoadedTokenizer:
    """Ask for a tokenizer and return it.

    Raises:
        ModelError: there is no such tokenizer, or it cannot be loaded.
    """
    specs = _offered()
    chosen = st.selectbox(
        "Tokenizer",
        list(specs),
        format_func=lambda name: specs[name].title if name in specs else name,
        key=TOKENIZER.name,
        accept_new_options=True,
        persist_state="session",
        help="Choose one, or type the id of any model on the Hugging Face Hub. Only its tokenizer "
        "is fetched, never its weights.",
    )
    found = loaded(str(chosen or TOKENIZER.default))
    st.caption(f"{found.kind}, {found.size:,} pieces")
    return found


def tokenizers() -> tuple[LoadedTokenizer, ...]:
    """Ask for several tokenizers and return them; of one that cannot be loaded it is said why."""
    specs = _offered()
    chosen = st.multiselect(
        "Tokenizers",
        list(specs),
        format_func=lambda name: specs[name].title if name in specs else name,
        key=TOKENIZERS.name,
        max_selections=MOST_TOKENIZERS,
        accept_new_options=True,
        persist_state="session",
        help="Choose up to five, or type ids of models on the Hugging Face Hub. Only their "
        "tokenizers are fetched, never their weights.",
    )
    found = []
    for name in chosen or [BERT]:
        with frame.errors_shown():
            found.append(loaded(name))
    return tuple(found)


def loaded(tokenizer_id: str) -> LoadedTokenizer:
    """Return the tokenizer of an id.

    Raises:
        ModelError: there is no such tokenizer, or it cannot be loaded.
    """
    spec = vocabularies.in_the_box(tokenizer_id)
    spec = spec or cache.spec(tokenizer_id, Task.FEATURE_EXTRACTION)
    with st.spinner("Getting the tokenizer ready", show_time=True):
        return vocabularies.load(spec)


def _offered() -> dict[str, ModelSpec]:
    others = [
        spec for spec in cache.offered(Task.FEATURE_EXTRACTION) if spec.source is not Source.BUNDLED
    ]
    return {spec.id: spec for spec in (*BOX, *others)}

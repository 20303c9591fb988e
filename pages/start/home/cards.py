"""One card a page: what it is about, an example computed ahead, and a link to each of its views."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import streamlit as st

from pages.explore.attention import views as attention_page
from pages.explore.embeddings import views as embeddings_page
from pages.explore.tokenizer import views as tokenizer_page
from pages.explore.tokenizer.drawn import drawn
from pages.learn.how_bert_works import inputs as tour_inputs
from pages.learn.how_bert_works import tour
from pages.learn.how_bert_works import views as how_bert_works_page
from pages.learn.model_guide import shown
from pages.learn.model_guide import views as model_guide_page
from pages.shared import cache, results
from pages.tasks.named_entities import views as named_entities_page
from pages.tasks.next_sentence import views as next_sentence_page
from pages.tasks.sentiment import results as sentiment_results
from pages.tasks.sentiment import views as sentiment_page
from playground import home, model_guide, tokenizer
from playground.models import catalog, vocabularies
from playground.models.catalog import Task
from playground.named_entities.marked import marked
from playground.plots import attention as attention_plots
from playground.plots import embeddings as embeddings_plots
from playground.plots.template import percent

FOLDER = "../"  # of the pages, from pages/shared/navigation.py
HOW_BERT_WORKS = "learn/how_bert_works"
COUNTED = ("bundled/masked_lm", "albert-base-v2", "bert-base-uncased", "xlm-roberta-base")
PIECES = "Tokenization of uncommonly long words, e.g. hippopotamuses 🦛"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What Home shows of one page."""

    title: str
    about: str
    page: str  # its folder, below ``pages``
    show: Callable[[], None]
    views: ModuleType | None = None  # the page's module of that name, where it has views


def show(card: Card) -> None:
    """Show a card, as high as its neighbours."""
    page = f"{FOLDER}{card.page}/page.py"
    with st.container(border=True, height="stretch"):
        st.page_link(page, label=f"**{card.title}**", icon=":material/arrow_forward:")
        st.caption(card.about)
        card.show()
        if card.views is None:
            return
        with st.container(horizontal=True, gap="xxsmall"):
            for name, view in card.views.VIEWS.items():
                query = {card.views.VIEW_FIELD.name: name}
                st.page_link(page, label=view.title, help=view.about, query_params=query)


def _attention() -> None:
    results.figure(
        attention_plots.heatmap(home.examples().attended, scale=False),  # a card has no room for it
        key="attention",
        alt=f"Attention of layer {home.LAYER}, head {home.HEAD}: {home.ATTENDED}",
    )
    st.caption(f"Layer {home.LAYER}, head {home.HEAD}: “it” attends to “cat”.")


def _tokenizer() -> None:
    loaded = vocabularies.load(vocabularies.BOX[0])
    drawn(tokenizer.cut(PIECES, tokenizer=loaded), alt="A text with its pieces marked")


def _embeddings() -> None:
    found = home.examples().similarity
    st.caption(f"“{found.query}” What is near it?")
    for near in found.nearest_to_query:
        cosine = f"{embeddings_plots.signed(near.cosine)} · {found.texts[near.line]}"
        st.progress(max(near.cosine, 0.0), text=cosine)


def _sentiment() -> None:
    found = home.examples()
    sentiment_results.shaded_words(home.REVIEW, found.words, name=found.label)
    st.caption(f"{found.label}, {percent(found.probability)}. Blue speaks for it, orange against.")


def _named_entities() -> None:
    st.html(marked(home.NEWS, home.examples().entities))


def _next_sentence() -> None:
    st.caption(f"“{home.BEFORE}” What follows?")
    for text, probability in zip(home.AFTER, home.examples().following, strict=True):
        st.progress(probability, text=f"{percent(probability)} · {text}")


def _how_bert_works() -> None:
    with st.container(gap=None):
        for number, step in enumerate(tour.STEPS, start=1):
            st.page_link(
                f"{FOLDER}{HOW_BERT_WORKS}/page.py",
                label=f"{number}. {step.name}",
                query_params={tour_inputs.STEP.name: str(number)},
            )


def _models() -> None:
    offered = catalog.offered(Task.FILL_MASK, cache.settings())
    entries = [model_guide.entry(spec) for spec in offered if spec.id in COUNTED]
    rows = [
        f"| {one.spec.title} | {shown.millions(one.parameters)} |"
        for one in entries
        if one.parameters
    ]
    st.markdown("\n".join(("| Model | Weights (M) |", "|---|--:|", *rows)))


def _fine_tuning() -> None:
    st.markdown(
        "1. Bring a CSV, or take one of three samples\n"
        "2. See what is wrong with it before anything trains\n"
        "3. Start, and close the tab\n"
        "4. Come back to a report, and to a model that all pages use"
    )


CARDS = (
    Card(
        title="Attention",
        about="Which tokens look at which: every layer and head, up to 512 tokens.",
        page="explore/attention",
        views=attention_page,
        show=_attention,
    ),
    Card(
        title="Tokenizer",
        about="Text becomes pieces of a vocabulary; rare words fall apart.",
        page="explore/tokenizer",
        views=tokenizer_page,
        show=_tokenizer,
    ),
    Card(
        title="Embeddings",
        about="Sentences as vectors: what is alike lies close, without a word in common.",
        page="explore/embeddings",
        views=embeddings_page,
        show=_embeddings,
    ),
    Card(
        title="Sentiment",
        about="A label, a calibrated probability, and the words that pushed it.",
        page="tasks/sentiment",
        views=sentiment_page,
        show=_sentiment,
    ),
    Card(
        title="Named entities",
        about="People, places, organisations and other names in a text or a file.",
        page="tasks/named_entities",
        views=named_entities_page,
        show=_named_entities,
    ),
    Card(
        title="Next sentence",
        about="Does one sentence follow another? BERT's second lesson, and why it was dropped.",
        page="tasks/next_sentence",
        views=next_sentence_page,
        show=_next_sentence,
    ),
    Card(
        title="How BERT works",
        about="Eight steps from a sentence of yours to a prediction, with the model's own numbers.",
        page=HOW_BERT_WORKS,
        views=how_bert_works_page,
        show=_how_bert_works,
    ),
    Card(
        title="Models",
        about="What is in the box, what the Hub adds, how large and how fast it is here.",
        page="learn/model_guide",
        views=model_guide_page,
        show=_models,
    ),
    Card(
        title="Fine-tuning",
        about="Teach a BERT your own task from a file of examples, in the background.",
        page="train/fine_tuning",
        show=_fine_tuning,
    ),
)

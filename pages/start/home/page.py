"""Home: what can be done here, with mask filling to try."""

import streamlit as st

from pages.explore.mask_filling import inputs, results
from pages.explore.mask_filling import views as mask_filling_page
from pages.shared import cache, frame, link
from playground import home, mask_filling
from playground.mask_filling import Guess
from playground.models.catalog import Task
from playground.plots import mask_filling as plots

PAGE = "home"
MASK_FILLING = "../explore/mask_filling/page.py"  # from pages/shared/navigation.py
TOP_K = 5
IN_A_ROW = 3  # cards


def guesses_for(text: str) -> tuple[tuple[Guess, ...], ...]:
    """Return the guesses for each mask of ``text``, saved ones if it is the first example.

    Raises:
        PlaygroundError: the text or the model cannot be used.
    """
    if text == home.MASKED:
        return (home.examples().guesses,)
    model = cache.model(str(inputs.MODEL.default), Task.FILL_MASK)
    return mask_filling.fill(text, model=model, top_k=TOP_K).guesses


def try_it() -> None:
    """Show mask filling on a sentence of the visitor's."""
    text = inputs.sentence()
    with frame.errors_shown():
        for index, guesses in enumerate(guesses_for(text)):
            results.figure(
                plots.bars(guesses),
                key=f"bars_{index}",
                alt=f"Most probable words for mask {index + 1}; first {results.best(guesses)}",
            )
        st.caption("Real probabilities of the BERT in the box: 6 layers, 22.7 million weights.")


def mask_filling_views(*, fits: bool) -> None:
    """List its views, one link a line; the text goes along as long as it fits."""
    text = {inputs.TEXT.name: st.session_state[inputs.TEXT.name]} if fits else {}
    st.header("Mask filling", anchor=False)
    for name, view in mask_filling_page.VIEWS.items():
        title_place, about_place = st.columns([1, 2], vertical_alignment="center", wrap=False)
        query = {mask_filling_page.VIEW_FIELD.name: name} | text
        title_place.page_link(MASK_FILLING, label=f"**{view.title}**", query_params=query)
        about_place.caption(view.about)


def one_card_a_page() -> None:
    """Show the cards of all other pages, some in a row."""
    from pages.start.home import cards  # imports all pages: the heading is not to wait for them

    for first in range(0, len(cards.CARDS), IN_A_ROW):
        places = st.columns(IN_A_ROW)
        for place, card in zip(places, cards.CARDS[first : first + IN_A_ROW], strict=True):
            with place:
                cards.show(card)


frame.header(
    "BERT Playground",
    "See what a BERT does with your own sentences, without an account. The app keeps texts in its "
    "memory only: it neither stores them nor sends them on.",
)
link.restore(PAGE, [inputs.TEXT])
fits = link.write(PAGE, [inputs.TEXT])
left, right = st.columns([4, 5], gap="large")
with left:
    try_it()
with right:
    mask_filling_views(fits=fits)
one_card_a_page()
cache.warm()

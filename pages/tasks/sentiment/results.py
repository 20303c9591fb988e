"""Pieces of results that several views show."""

from collections.abc import Sequence

import streamlit as st

from pages.shared import results
from pages.shared.escape import literal
from pages.shared.shaded import Shade, shaded
from playground.models.queries import Labels
from playground.plots import sentiment as plots
from playground.plots.template import percent
from playground.sentiment import Classified, Explanation, Word

LIKELIEST = "the likeliest"
POSITIVE = "the positive one, or the likeliest"
TOP = 8  # words in charts and tables


def notices(*classified: Classified) -> None:
    """Show what the visitor should know about the texts, each notice once."""
    for notice in dict.fromkeys(notice for one in classified for notice in one.notices):
        st.info(literal(notice), icon=":material/info:")


def answer(classified: Classified, *, key: str) -> None:
    """Show the verdict on a text and every label's probability."""
    st.header(literal(verdict(classified)), anchor=False)
    results.figure(
        plots.labels(classified), key=key, alt=f"Probability of each label; {verdict(classified)}"
    )
    if len(classified.parts) > 1:
        st.caption(
            f"The text has {len(classified.read.ids):,} tokens and is read in "
            f"{len(classified.parts)} overlapping windows. Its probabilities are the mean over "
            "the windows, each weighing as much as it has tokens; nothing is cut."
        )


def verdict(classified: Classified) -> str:
    """Return the labels of a text with their probabilities, in words."""
    found = [
        f"{classified.labels.names[index]}, {percent(classified.probabilities[index])}"
        for index in classified.found
    ]
    return " · ".join(found) or "No label reaches 50 %"


def calibration(labels: Labels) -> None:
    """Say what the probabilities mean."""
    if labels.several:
        st.caption("A text may have several of these labels: each has a probability of its own.")
    if labels.temperature == 1.0:
        st.caption(
            "This model comes without a calibration: its probabilities are what it computes, and "
            "models are often surer than they are right (Guo et al., 2017, "
            "[arXiv:1706.04599](https://arxiv.org/abs/1706.04599))."
        )
        return
    st.caption(
        "**Calibrated** means: of many texts that get 80 %, about 80 % are judged right, as far as "
        "they resemble those it was measured on. The model's logits are divided by a temperature "
        f"of {labels.temperature:.2f}, fitted on texts that it was not trained on (Guo et al., "
        "2017, [arXiv:1706.04599](https://arxiv.org/abs/1706.04599))."
    )


def words(explanation: Explanation, *, name: str, changed: Sequence[tuple[int, int]] = ()) -> None:
    """Show an explained text shaded by its words' shares; ``changed`` stretches are outlined."""
    shaded_words(explanation.read.text, explanation.words, name=name, changed=changed)


def shaded_words(
    text: str, found: Sequence[Word], *, name: str, changed: Sequence[tuple[int, int]] = ()
) -> None:
    """Show ``text`` shaded by what each of its words adds to the label of that name."""
    strongest = max((abs(word.value) for word in found), default=0.0) or 1.0
    shaded(
        text,
        [
            Shade(
                start=word.start,
                end=word.end,
                weight=word.value / strongest,
                title=f"{word.text}: {plots.signed(word.value)}",
                outlined=any(word.start < end and start < word.end for start, end in changed),
            )
            for word in found
        ],
        alt=f"The text, shaded by what each word adds to {name}; the table has the numbers",
    )


def words_table(found: Sequence[Word]) -> None:
    """Show words with their shares in numbers."""
    st.dataframe(
        {
            "Word": [word.text for word in found],
            "Log-odds": [plots.signed(word.value) for word in found],
            "Speaks": ["for" if word.value > 0 else "against" for word in found],
        },
        hide_index=True,
    )

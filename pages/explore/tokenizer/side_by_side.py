"""Several tokenizers on one text."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.tokenizer import inputs, results
from pages.explore.tokenizer.drawn import drawn
from pages.shared import frame
from pages.shared import results as shared
from pages.shared.escape import literal
from pages.shared.views import View
from playground import tokenizer
from playground.plots import tokenizer as plots
from playground.tokenizer import export, scripts


def show(place: DeltaGenerator, side: DeltaGenerator) -> None:
    """Show how many pieces each tokenizer makes, which, and what it cannot say."""
    with place:
        text = inputs.text()
    with frame.errors_shown():
        with side:
            chosen = inputs.tokenizers()
        if not chosen:
            return
        found = tokenizer.compare(text, chosen)
        counts = found[0].pieces.counts
        st.write(
            f"**{counts.characters:,} characters, {counts.words:,} words and signs.** Pieces, "
            "special tokens left out; few of them are no gain where they are unknown:"
        )
        named = ", ".join(f"{one.title}: {one.pieces.counts.pieces}" for one in found)
        shared.figure(plots.side_by_side(found), key="sides", alt=f"Pieces of the text. {named}")
        for one in found:
            st.header(literal(one.title), anchor=False)
            drawn(one.pieces, alt=f"The text in pieces of {one.title}")
            st.caption(literal(" ".join(one.remarks)))
        st.dataframe(
            {
                "Tokenizer": [one.title for one in found],
                "Kind": [one.kind for one in found],
                "Vocabulary": [one.size for one in found],
                "Pieces": [one.pieces.counts.pieces for one in found],
                "Pieces a word": [round(one.pieces.counts.pieces_a_word, 2) for one in found],
                "Characters a piece": [
                    round(one.pieces.counts.characters_a_piece, 2) for one in found
                ],
                "Unknown": [one.pieces.counts.unknown for one in found],
                "Lossless": [one.pieces.gives_back for one in found],
            },
            hide_index=True,
        )
        st.caption(
            "Lossless: the pieces, put together again, give the very text. "
            "What a WordPiece or unigram vocabulary cannot say becomes one unknown token, and what "
            "stood there is lost to the model. Byte-level BPE cuts it into bytes instead: nothing "
            "is lost, but a Chinese character takes three pieces and an emoji four or more, unless "
            "the texts it learnt from had many of them. The three of 8,000 pieces learnt from the "
            "same English texts: WikiText-2, the Brown Corpus and ABC news."
        )
        results.take_away(
            export.sides(found),
            scripts.side_by_side(text, specs=[one.spec for one in chosen]),
            file_name="tokenizers",
            more=results.files(*chosen),
            pictures=True,
        )


VIEW = View(
    title="Side by side",
    about="One text, several tokenizers: who needs how many pieces, and for what.",
    fields=(inputs.TEXT, inputs.TOKENIZERS),
    show=show,
)

"""A text in pieces: ids, places, special tokens, and what became of it before."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.tokenizer import inputs, results
from pages.explore.tokenizer.drawn import drawn
from pages.shared import frame
from pages.shared.escape import literal
from pages.shared.views import View
from playground import tokenizer
from playground.models.vocabularies import LoadedTokenizer
from playground.tokenizer import Pieces, export, scripts

UNKNOWN_SHOWN = 12


def show(place: DeltaGenerator, side: DeltaGenerator) -> None:
    """Show the pieces of a text, or of a pair."""
    with place:
        text, pair = inputs.texts()
    with frame.errors_shown():
        with side:
            chosen = inputs.tokenizer()
        found = tokenizer.cut(text, pair, tokenizer=chosen)
        drawn(found, alt="The text with its pieces marked; the table has their names and ids")
        st.caption(
            "The shade changes with each piece. Framed: special tokens. Orange: unknown. A small "
            "number: so many pieces share this character."
        )
        results.counts(found.counts)
        _normalised(found)
        _unknown(found, chosen)
        rows = export.pieces(found)
        st.dataframe(
            {
                "Piece": [piece.name for piece in found.pieces],
                "Id": [piece.id for piece in found.pieces],
                "Stands for": [row["stands_for"] for row in rows],
                "From": [piece.start for piece in found.pieces],
                "To": [piece.end for piece in found.pieces],
                "Segment": [piece.segment for piece in found.pieces],
                "What": [
                    _what(piece.special, piece.unknown, piece.continues_word)
                    for piece in found.pieces
                ],
            },
            hide_index=True,
        )
        st.caption(
            "“From” and “To” count characters of the piece's own text, from 0; “To” is the first "
            "one after it. A segment tells the two texts of a pair apart, where the model has them."
        )
        script = scripts.pieces(text, pair, spec=chosen.spec)
        results.take_away(rows, script, file_name="pieces", more=results.files(chosen))


def _what(special: bool, unknown: bool, continues: bool) -> str:
    return "special" if special else "unknown" if unknown else "goes on" if continues else "begins"


def _normalised(found: Pieces) -> None:
    steps = found.normalised[0].steps
    if not steps:
        st.write("**Before cutting** this tokenizer changes nothing: capitals and accents stay.")
        return
    changed = list(dict.fromkeys(name for one in found.normalised for name in one.changed))
    if not changed:
        st.write(f"**Before cutting** nothing had to change. It would do: {', '.join(steps)}.")
        return
    st.write(f"**Before cutting** the text was changed: {', '.join(changed)}. It now reads:")
    for one in found.normalised:
        st.code(one.after, language=None, wrap_lines=True)


def _unknown(found: Pieces, chosen: LoadedTokenizer) -> None:
    if not found.unknown or chosen.unknown_id is None:
        return
    name = chosen.tokenizer.id_to_token(chosen.unknown_id) or ""
    named = ", ".join(f"“{stretch}”" for stretch in found.unknown[:UNKNOWN_SHOWN])
    more = " and more" if len(found.unknown) > UNKNOWN_SHOWN else ""
    st.info(
        f"This vocabulary has no pieces for {literal(named)}{more}. The model sees {literal(name)} "
        "in their place and cannot tell them apart.",
        icon=":material/info:",
    )


VIEW = View(
    title="Pieces",
    about="A text as the model gets it: pieces of its vocabulary, each with a number.",
    fields=(inputs.TEXT, inputs.PAIR, inputs.TOKENIZER),
    show=show,
)

"""A text with its pieces marked in it."""

from collections.abc import Iterator
from html import escape
from itertools import groupby

import streamlit as st

from pages.shared.shaded import AGAINST, FOR, FRAME
from playground.tokenizer import Piece, Pieces

# Neighbours differ; both leave the page's text colour readable, light and dark.
PLAIN = (f"background:rgba({FOR},0.2)", f"background:rgba({FOR},0.5)")
UNKNOWN = f"background:rgba({AGAINST},0.35);border-bottom:2px dashed rgb({AGAINST})"
SPECIAL = (
    "border:1px solid rgba(138,148,160,0.8);padding:0 0.25rem;font-size:0.8em;margin:0 0.15rem"
)
ROUND = "border-radius:3px;padding:0.15rem 0"
GAP = "margin-left:2px"


def drawn(found: Pieces, *, alt: str) -> None:
    """Show the texts with each piece marked; ``alt`` names the picture for screen readers.

    Pieces alternate between two shades, unknown stretches are orange with a dashed line, and
    special tokens stand in a frame. A small number says how many pieces share a character. Nothing
    in the text is read as HTML.
    """
    inside = "".join(_marked(found))
    st.html(
        f'<div dir="auto" role="group" tabindex="0" aria-label="{escape(alt)}" style="{FRAME}">'
        f"{inside}</div>"
    )


def _marked(found: Pieces) -> Iterator[str]:
    done = [0] * len(found.texts)
    shade = 0
    for (text, start, end), group in groupby(found.pieces, key=_place):
        pieces = list(group)
        if text is None:
            yield from (
                f'<span style="{ROUND};{SPECIAL}">{_named(piece)}</span>' for piece in pieces
            )
            continue
        begin = max(start, done[text])
        yield escape(found.texts[text][done[text] : begin])
        done[text] = max(end, done[text])
        yield _span(found.texts[text][begin : done[text]], pieces, PLAIN[shade % 2])
        shade += 1
    yield from (escape(text[end:]) for text, end in zip(found.texts, done, strict=True))


def _place(piece: Piece) -> tuple[int | None, int, int]:
    return piece.text, piece.start, piece.end


def _span(stretch: str, pieces: list[Piece], plain: str) -> str:
    first = pieces[0]
    style = SPECIAL if first.special else UNKNOWN if first.unknown else plain
    title = " ".join(f"{piece.name} ({piece.id})" for piece in pieces)
    count = f'<sub style="font-size:0.7em">{len(pieces)}</sub>' if len(pieces) > 1 else ""
    whole = f"{ROUND};{style};{GAP if first.continues_word else ''}"
    return f'<span title="{escape(title)}" style="{whole}">{escape(stretch)}{count}</span>'


def _named(piece: Piece) -> str:
    return escape(piece.name)

"""A text with shaded stretches: blue speaks for something, orange against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from playground.text.cleaning import blanked

FOR, AGAINST = "47,134,199", "217,120,45"  # BLUE and ORANGE of the figures
STRONGEST = 0.55  # opacity; the page's own text colour stays readable on it
FRAME = (
    "white-space:pre-wrap;overflow-wrap:anywhere;line-height:2;max-height:26rem;overflow-y:auto;"
    "padding:0.25rem 0.5rem;border:1px solid rgba(138,148,160,0.35);border-radius:0.5rem"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """How one stretch of a text is shown; ``start`` and ``end`` count characters.

    ``weight`` goes from -1, all against, to 1, all for. ``title`` appears where the mouse rests.
    """

    start: int
    end: int
    weight: float
    title: str = ""
    outlined: bool = False


def shaded(text: str, shades: Sequence[Shade], *, alt: str) -> None:
    """Show ``text``; shades are in its order, and what an earlier one covers stays as it is.

    What speaks for something has a solid line below it, what speaks against it a dashed one.
    ``alt`` names the text for screen readers. Nothing in the text is read as HTML.
    """
    st.html(html(text, shades, alt=alt))


def html(text: str, shades: Sequence[Shade], *, alt: str) -> str:
    """Return what ``shaded`` shows."""
    seen, pieces, done = blanked(text), [], 0
    for shade in shades:
        start = max(shade.start, done)
        if shade.end > start:
            pieces += [escape(seen[done:start]), _span(seen[start : shade.end], shade)]
            done = shade.end
    inside = "".join((*pieces, escape(seen[done:])))
    return (
        f'<div dir="auto" role="group" tabindex="0" aria-label="{escape(alt)}" style="{FRAME}">'
        f"{inside}</div>"
    )


def _span(text: str, shade: Shade) -> str:
    color, line = (FOR, "solid") if shade.weight >= 0 else (AGAINST, "dashed")
    strength = min(abs(shade.weight), 1.0)
    style = (
        f"background:rgba({color},{STRONGEST * strength:.2f});"
        f"border-bottom:2px {line} rgba({color},{strength:.2f});border-radius:3px"
    )
    if shade.outlined:
        style += ";outline:2px solid currentColor;outline-offset:1px"
    title = f' title="{escape(shade.title)}"' if shade.title else ""
    return f'<span{title} style="{style}">{escape(text)}</span>'

"""Links between two columns of tokens, with one token to pick: a component of the browser."""

from collections.abc import Sequence
from zlib import crc32

import streamlit as st

from playground.attention import links_html
from playground.attention.links import HeadLinks

_draw = st.components.v2.component(
    "attention_links", css=links_html.style(), js=links_html.script()
)


def attention_links(
    tokens: Sequence[str], heads: Sequence[HeadLinks], *, key: str, picked: int | None = None
) -> int | None:
    """Draw ``tokens`` twice, from-tokens left and to-tokens right, with the heads' links between.

    A visitor picks a token on the left by click, or by arrow keys and Enter, and only its links
    stay; a second click, or Escape, releases it. The browser does this at once and by itself; the
    script runs again so that the page can follow. Other tokens begin without a pick; other heads
    leave it as it is.

    Args:
        tokens: as people read them, in the text's order.
        heads: up to eight have colours of their own.
        key: of the component.
        picked: the token picked at first. Leave it as it was while the visitor picks others: data
            that did not change is not sent to the browser again.

    Returns:
        The place of the picked token, or None.
    """
    picked = _place(picked, tokens)
    text = crc32("\0".join(tokens).encode("utf-8", "surrogatepass"))
    state = _draw(
        key=f"{key}-{text:08x}",
        data=links_html.drawing(tokens, heads, picked=picked),
        default={"picked": picked},
        on_picked_change=_run_again,
    )
    return _place(state["picked"], tokens)


def _place(value: object, tokens: Sequence[str]) -> int | None:
    """Return ``value`` if it is a token's place: addresses and browsers may say anything."""
    return value if isinstance(value, int) and 0 <= value < len(tokens) else None


def _run_again() -> None:
    """Do nothing: a state with a default needs a callback, and its change runs the script."""

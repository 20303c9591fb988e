"""Text of visitors and models inside Streamlit's Markdown."""

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def literal(text: str) -> str:
    """Return ``text`` so that Markdown shows it as it is: no formatting, links, formulas, HTML."""
    return _PUNCTUATION.sub(r"\\\1", text)

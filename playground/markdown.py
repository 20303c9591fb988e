"""Text of visitors and models inside of Markdown."""

import re

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def literal(text: str) -> str:
    """Return ``text`` so that Markdown shows it as it is: no formatting, links, formulas, HTML."""
    return _PUNCTUATION.sub(r"\\\1", text)


def line(text: str) -> str:
    """Return ``text`` as it is on one line, for a heading or a cell of a table."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return literal(" ".join(printable.split()))

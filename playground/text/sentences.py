"""Cutting a text into sentences by a few rules that a reader can follow."""

import re

from playground.text.cleaning import blanked, trim

# A full stop after these ends no sentence.
ABBREVIATIONS = frozenset({"dr", "e.g", "i.e", "jr", "mr", "mrs", "ms", "prof", "sr", "st", "vs"})
# An end mark with its closing quotes and brackets, before white space; a mark that needs no space
# after it; or the end of a line.
_ENDS = re.compile(r"""[.!?…]+["'”’»)\]]*(?=\s)|[。！？]+[”’」』）]*|\n""")
_NOT_SPACE = re.compile(r"\S")
_LAST_WORD = re.compile(r"[\w.]*\Z")


def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return the start and end of every sentence of ``text``, white space at its ends left out.

    A sentence ends with its line, or behind ".", "!", "?" or "…" and closing quotes where white
    space follows, unless the next word begins with a small letter or the stop belongs to an
    abbreviation ("Dr.", "e.g.") or an initial ("J. Smith"). "。", "！" and "？" always end one.
    """
    seen = blanked(text)
    borders = [end.end() for end in _ENDS.finditer(seen) if _ends(seen, end)]
    spans = [
        trim(seen, start, end)
        for start, end in zip([0, *borders], [*borders, len(seen)], strict=True)
    ]
    return tuple((start, end) for start, end in spans if end > start)


def _ends(text: str, mark: re.Match[str]) -> bool:
    if mark[0][0] in "\n。！？":
        return True
    if _next_letter(text, mark.end()).islower():
        return False
    if mark[0] != ".":
        return True
    word = _LAST_WORD.search(text, max(0, mark.start() - 20), mark.start())
    before = word[0] if word else ""
    initial = len(before) == 1 and before.isupper() and before != "I"
    return not initial and before.lower() not in ABBREVIATIONS


def _next_letter(text: str, place: int) -> str:
    """Return what follows the white space at ``place``."""
    found = _NOT_SPACE.search(text, place)
    return found[0] if found else ""

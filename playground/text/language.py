"""Noticing texts that a model cannot read: other scripts, unknown tokens, no words at all."""

import unicodedata
from collections import Counter
from functools import lru_cache

from playground.models.catalog import CURATED, ModelSpec, Task

ANY_SCRIPT = "any"
ENGLISH_ONLY = "Latin"  # as the catalog's models for this script are
# The first word of a character's Unicode name, where it is not the script's own name.
SCRIPTS = {
    "CJK": "Han",
    "HIRAGANA": "Kana",
    "KATAKANA": "Kana",
    "KATAKANA-HIRAGANA": "Kana",
}
EXPLAINED = {
    "Han": "Han script (Chinese characters)",
    "Kana": "Kana script (Japanese)",
    "Hangul": "Hangul script (Korean)",
}
NOT_SCRIPTS = ("MATHEMATICAL", "FULLWIDTH", "HALFWIDTH", "MODIFIER", "SUPERSCRIPT", "FEMININE")
BYTE_LEVEL = "roberta-base"  # in the catalog, and without unknown tokens
UNSPACED = ("Han", "Kana", "Thai", "Lao", "Khmer", "Myanmar")
# The same as the first words of their characters' Unicode names.
UNSPACED_NAMES = (*SCRIPTS, "THAI", "LAO", "KHMER", "MYANMAR")
MANY_UNKNOWN = 0.15
SEVERAL_UNKNOWN = 0.10, 2  # this share is many, too, if it is more than so many tokens


def notices(text: str, *, unknown: int, tokens: int, spec: ModelSpec) -> list[str]:
    """Return what a visitor should know before trusting a model with ``text``; mostly nothing.

    ``unknown`` of the text's ``tokens``, masks left out, are outside the vocabulary.
    """
    found = []
    script = main_script(text)
    foreign = script is not None and spec.script not in (script, ANY_SCRIPT)
    if not any(character.isalnum() for character in text):
        found.append(
            "The text has no words beside the mask, so the guesses say little about it. "
            "Write a few words around it."
        )
    if script is not None and foreign:
        found.append(
            f"Most letters here are {EXPLAINED.get(script, f'{script} script')}, which "
            f"{spec.title} was not trained on: its guesses mean little. {_fitting(script, spec)}"
        )
    if _many(unknown, tokens):
        notice = (
            f"{unknown} of {tokens} tokens are unknown to {spec.title}: it sees a placeholder in "
            "their place."
        )
        found.append(notice if foreign else f"{notice} {_wider_vocabulary(script)}")
    return found


def classifier_notices(text: str, *, unknown: int, tokens: int, spec: ModelSpec) -> list[str]:
    """Return what a visitor should know before trusting a classifier with ``text``; mostly nothing.

    ``unknown`` of the text's ``tokens`` are outside the vocabulary.
    """
    found = []
    script = main_script(text)
    if not any(character.isalnum() for character in text):
        found.append("The text has no words, so the answer says little. Write a few words.")
    if script is not None and spec.script not in (script, ANY_SCRIPT):
        found.append(
            f"Most letters here are {EXPLAINED.get(script, f'{script} script')}, which "
            f"{spec.title} was not trained on: its answer means little. Choose a model that was "
            "trained on the language of this text."
        )
    elif _many(unknown, tokens):
        found.append(
            f"{unknown} of {tokens} tokens are unknown to {spec.title}: it sees a placeholder in "
            "their place. Choose a model with a wider vocabulary."
        )
    return found


def main_script(text: str) -> str | None:
    """Return the script of most letters of ``text``, such as "Latin" or "Han"; None without any."""
    counts: Counter[str] = Counter()
    for character, count in Counter(text).items():
        if character.isalpha() and (script := _script(character)):
            counts[script] += count
    return counts.most_common(1)[0][0] if counts else None


def is_unspaced(character: str) -> bool:
    """Tell whether ``character`` is of a script that puts no spaces between words."""
    return _script(character) in UNSPACED


def fitting_model(script: str | None, spec: ModelSpec) -> ModelSpec | None:
    """Return a curated masked LM for ``script``, if that of ``spec`` is not made for it."""
    for wanted in (script, ANY_SCRIPT):
        if wanted in (spec.script, ENGLISH_ONLY):
            continue
        for known in CURATED:
            if known.task is Task.FILL_MASK and known.script == wanted:
                return known
    return None


@lru_cache(4_096)  # of the letters that texts repeat
def _script(character: str) -> str | None:
    first = unicodedata.name(character, "").split(" ", 1)[0]
    if not first or first in NOT_SCRIPTS:
        return None
    return SCRIPTS.get(first, first.capitalize())


def _many(unknown: int, tokens: int) -> bool:
    share, count = SEVERAL_UNKNOWN
    return unknown > MANY_UNKNOWN * tokens or (unknown > count and unknown > share * tokens)


def _wider_vocabulary(script: str | None) -> str:
    if script in (None, ENGLISH_ONLY):
        return f"{BYTE_LEVEL} reads any character, byte by byte."
    return "Try a model that was trained on the language of this text."


def _fitting(script: str | None, spec: ModelSpec) -> str:
    fitting = fitting_model(script, spec)
    if fitting is None:
        return "Try a model that was trained on the language of this text."
    return f"A model that fits: {fitting.id}."

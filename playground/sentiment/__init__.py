"""Sentiment, or any other labels of whole texts: everything its page shows."""

from playground.sentiment.by_sentence import BySentence, Sentence, by_sentence
from playground.sentiment.classify import (
    Classified,
    Part,
    classify,
    classify_all,
    probabilities,
)
from playground.sentiment.deletion import Deletion, deletion
from playground.sentiment.edits import Edit, compare
from playground.sentiment.explain import Explanation, Word, explain
from playground.sentiment.shared import shared_deletion, shared_explanation

__all__ = [
    "BySentence",
    "Classified",
    "Deletion",
    "Edit",
    "Explanation",
    "Part",
    "Sentence",
    "Word",
    "by_sentence",
    "classify",
    "classify_all",
    "compare",
    "deletion",
    "explain",
    "probabilities",
    "shared_deletion",
    "shared_explanation",
]

"""Does B follow A? Everything the page of next-sentence prediction shows."""

from playground.next_sentence.figures import HeldOut, held_out
from playground.next_sentence.judge import Judged, TwoSentences, both_ways, judge
from playground.next_sentence.ordering import (
    MOST_SENTENCES,
    Order,
    Ordered,
    best_path,
    compared,
    order_paragraph,
)
from playground.next_sentence.pre_training import (
    Drawn,
    FramedToken,
    PreTraining,
    pre_training_pairs,
)

__all__ = [
    "MOST_SENTENCES",
    "Drawn",
    "FramedToken",
    "HeldOut",
    "Judged",
    "Order",
    "Ordered",
    "PreTraining",
    "TwoSentences",
    "best_path",
    "both_ways",
    "compared",
    "held_out",
    "judge",
    "order_paragraph",
    "pre_training_pairs",
]

"""Each view's result as the rows of a table.

Probabilities are as computed, from 0 to 1. Sentences, documents and pairs count from 1.
"""

from itertools import pairwise

from playground.next_sentence.judge import TwoSentences
from playground.next_sentence.ordering import Ordered
from playground.next_sentence.pre_training import PreTraining
from playground.tables import Row


def two_sentences(found: TwoSentences) -> list[Row]:
    """Return one row a direction."""
    return [
        {
            "first": one.first,
            "second": one.second,
            "probability": one.probability,
            "logit_is_next": one.logits[0],
            "logit_not_next": one.logits[1],
        }
        for one in (found.forward, found.backward)
    ]


def order(found: Ordered) -> list[Row]:
    """Return one row for each two sentences and each of their directions."""
    together = set(pairwise(found.found.sentences))
    count = len(found.sentences)
    return [
        {
            "first": i + 1,
            "second": j + 1,
            "first_text": found.sentences[i],
            "second_text": found.sentences[j],
            "probability": float(found.probabilities[i, j]),
            "next_in_the_text": j == i + 1,
            "next_as_put_in_order": (i, j) in together,
        }
        for i in range(count)
        for j in range(count)
        if i != j
    ]


def pre_training(found: PreTraining) -> list[Row]:
    """Return one row a pair; tokens and segment ids are lists."""
    return [
        {
            "pair": number,
            "first": found.sentences[pair.first],
            "second": found.sentences[pair.second],
            "first_document": found.documents[pair.first] + 1,
            "second_document": found.documents[pair.second] + 1,
            "coin": pair.coin,
            "is_next": pair.is_next,
            "probability": pair.probability,
            "tokens": [token.text for token in pair.tokens],
            "segment_ids": [token.segment for token in pair.tokens],
        }
        for number, pair in enumerate(found.pairs, start=1)
    ]

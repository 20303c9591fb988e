"""From labels of tokens to entities: the ways of transformers' token-classification pipeline."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from playground.named_entities.labels import Scheme
from playground.named_entities.tokens import Tokens


class Aggregation(StrEnum):
    """How the pieces of a word and the words of an entity become one; transformers' names."""

    NONE = "none"
    SIMPLE = "simple"
    FIRST = "first"
    AVERAGE = "average"
    MAX = "max"


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Stretches of tokens that belong together, one array entry each."""

    spans: np.ndarray  # int64 [group, 2], of characters; empty where the tokens have none
    labels: np.ndarray  # int64 [group], the label of the first word or token
    scores: np.ndarray  # float32 [group], the mean of their labels' probabilities
    of_type: np.ndarray  # float32 [group, type], the mean of the types' probabilities


def groups(tokens: Tokens, scheme: Scheme, aggregation: Aggregation) -> Groups:
    """Return the tokens of a text in groups of one type, those of type O as well.

    Words, or tokens for ``NONE`` and ``SIMPLE``, get their likeliest label. One begins a group if
    its type is another than before, if its label says so, or if the one before was an entity's
    last. With ``NONE`` each token is a group.
    """
    begins, probabilities = _units(tokens, aggregation)
    labels = probabilities.argmax(axis=1)
    if aggregation is Aggregation.NONE:
        heads = np.arange(len(labels))
    else:
        is_word = np.append(True, tokens.words[begins[1:]] != tokens.words[begins[1:] - 1])
        heads = np.flatnonzero(_heads(labels, is_word, scheme))
    sizes = np.diff(heads, append=len(labels))[:, None]
    best = probabilities.max(axis=1, keepdims=True)
    return Groups(
        spans=_spans(tokens.spans, begins[heads]),
        labels=labels[heads],
        scores=(np.add.reduceat(best, heads) / sizes)[:, 0],
        of_type=np.add.reduceat(scheme.by_type(probabilities), heads) / sizes,
    )


def _units(tokens: Tokens, aggregation: Aggregation) -> tuple[np.ndarray, np.ndarray]:
    """Return the first token [unit] and the probabilities [unit, label] of what gets a label.

    Words without a character are left out: some vocabularies have a token for the second of two
    spaces, which is not to part the words beside it.
    """
    words, probabilities = tokens.words, tokens.probabilities
    if aggregation in (Aggregation.NONE, Aggregation.SIMPLE):
        return np.arange(len(words)), probabilities
    first = np.flatnonzero(np.append(True, words[1:] != words[:-1]))
    match aggregation:
        case Aggregation.AVERAGE:
            sizes = np.diff(first, append=len(words))[:, None]
            rows = np.add.reduceat(probabilities, first) / sizes
        case Aggregation.MAX:
            # By word, the surest piece first; sorting is stable, so the earlier of two equals.
            rows = probabilities[np.lexsort((-probabilities.max(axis=1), words))[first]]
        case _:
            rows = probabilities[first]
    visible = np.maximum.reduceat(tokens.spans[:, 1] > tokens.spans[:, 0], first)
    return first[visible], rows[visible]


def _heads(labels: np.ndarray, is_word: np.ndarray, scheme: Scheme) -> np.ndarray:
    """Tell which units begin a group, bool [unit].

    A B- label always does, as in transformers. What BIOES and BILOU say of an entity's only or last
    token is heard where a word begins: all pieces of a last word may be labelled so.
    """
    kinds = scheme.type_of[labels]
    alone = scheme.single[labels][1:] | scheme.closes[labels][:-1]
    begun = scheme.begins[labels][1:] | (is_word[1:] & alone)
    return np.append(True, (kinds[1:] != kinds[:-1]) | begun)


def _spans(spans: np.ndarray, heads: np.ndarray) -> np.ndarray:
    """Return the characters from the first to the last of each group, tokens without any aside."""
    starts, ends = spans[:, 0], spans[:, 1]
    empty = starts == ends
    nowhere = ends[-1]
    start = np.minimum.reduceat(np.where(empty, nowhere, starts), heads)
    end = np.maximum.reduceat(np.where(empty, 0, ends), heads)
    return np.stack([start, np.maximum(start, end)], axis=1)

"""The probability that one text follows another (BERT paper, section 3.1, task 2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.errors import EmptyTextError, TextTooLongError
from playground.models.queries import Labels
from playground.settings import Settings
from playground.text import language
from playground.text.cleaning import clean, with_mask
from playground.text.pairs import cut, cut_notices, label_query
from playground.text.pieces import vocabulary

if TYPE_CHECKING:
    from playground.models.engine import Model

IS_NEXT, NOT_NEXT = 0, 1  # the head's outputs, in transformers' order


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a model says of a pair: whether ``second`` follows ``first``.

    Both are as they were read: cleaned, and cut where they were too long.
    """

    first: str
    second: str
    logits: tuple[float, float]  # for "is next" and "is not", before the temperature
    probability: float  # that it follows, calibrated
    tokens: int  # special ones included


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSentences:
    """Two texts in both orders; ``notices`` are plain text for the visitor, never HTML."""

    forward: Judged  # B after A
    backward: Judged  # A after B
    labels: Labels
    notices: tuple[str, ...] = ()


def both_ways(
    first: str, second: str, *, model: "Model", settings: Settings | None = None
) -> TwoSentences:
    """Return how probably ``second`` follows ``first``, and the other way round.

    What is over the model's limit is cut from the longer text's end, and a notice says so.

    Raises:
        EmptyTextError: one of the texts is empty.
        TextTooLongError: they have over ``settings.max_characters`` characters together.
        BusyError: too many requests are waiting.
    """
    check_length(len(first) + len(second), settings)
    if not clean(first).strip() or not clean(second).strip():
        raise EmptyTextError("One of the two sentences is missing. Write both.")
    words = vocabulary(model.tokenizer)
    wanted = [readable(text, model) for text in (first, second)]
    forward, backward = judge([(first, second), (second, first)], model=model)
    read = [forward.first, forward.second]
    return TwoSentences(
        forward=forward,
        backward=backward,
        labels=model.labels,
        notices=(
            *cut_notices(wanted, read, words, model.max_tokens),
            *language_notices("\n".join(wanted), model),
        ),
    )


def judge(pairs: Sequence[tuple[str, str]], *, model: "Model") -> list[Judged]:
    """Return what the model says of each pair, all in one request.

    Raises:
        BusyError: too many requests are waiting.
    """
    words = vocabulary(model.tokenizer)
    read = [
        cut([readable(text, model) for text in pair], words, model.max_tokens) for pair in pairs
    ]
    queries = [label_query(first, second, model.tokenizer) for first, second in read]
    return [
        Judged(
            first=first,
            second=second,
            logits=(float(logits[IS_NEXT]), float(logits[NOT_NEXT])),
            probability=float(probability(logits, model.labels.temperature)),
            tokens=query.tokens,
        )
        for (first, second), query, logits in zip(read, queries, model.logits(queries), strict=True)
    ]


def probability(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Return the probability of "is next", float64 [...], of logits [..., 2].

    With two labels the softmax of logits over a temperature is the sigmoid of their difference.
    """
    margin = (logits[..., IS_NEXT].astype(np.float64) - logits[..., NOT_NEXT]) / temperature
    found: np.ndarray = np.exp(-np.logaddexp(0, -margin))
    return found


def readable(text: str, model: "Model") -> str:
    """Return ``text`` as the model is given it: masks in its own spelling, nothing unreadable."""
    return with_mask(clean(text), vocabulary(model.tokenizer).mask_token)


def check_length(characters: int, settings: Settings | None = None) -> None:
    """Refuse texts of over ``settings.max_characters`` characters.

    Raises:
        TextTooLongError: there are more.
    """
    settings = settings or Settings.from_environment()
    if characters > settings.max_characters:
        raise TextTooLongError(
            f"The text has {characters:,} characters; at most {settings.max_characters:,} are read "
            "here. Shorten it."
        )


def language_notices(text: str, model: "Model") -> tuple[str, ...]:
    """Return what a visitor should know before trusting the model with ``text``."""
    words = vocabulary(model.tokenizer)
    ids = words.encode(text).ids
    unknown = 0 if words.unknown_id is None else ids.count(words.unknown_id)
    return tuple(
        language.classifier_notices(text, unknown=unknown, tokens=len(ids), spec=model.spec)
    )

"""Entities in texts: where they are, of what type, and what else they might be."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from playground.errors import PlaygroundError
from playground.named_entities.aggregation import Aggregation, Groups, groups
from playground.named_entities.labels import OUTSIDE, Scheme, scheme
from playground.named_entities.notices import notices
from playground.named_entities.tokens import OVERLAP, WINDOW, Tokens, label_tokens, read
from playground.settings import Settings

if TYPE_CHECKING:
    from playground.models.engine import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A type that an entity was not given; O stands for no entity."""

    type: str
    probability: float  # summed over the type's labels, a mean over the entity's words


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A stretch of a text that a model gives a type; ``text`` is what stands from start to end."""

    start: int  # in characters of the text
    end: int  # exclusive
    text: str
    type: str
    label: str  # the type or, where tokens stay apart, the model's own label of the token
    score: float  # the label's probability, a mean over the entity's words or tokens
    second: Alternative | None  # the next best type; None if the model has but one


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a model found in one text; ``notices`` are plain text for the visitor, never HTML."""

    text: str
    entities: tuple[Entity, ...]  # in the order of the text, none overlapping another
    tokens: Tokens
    scheme: Scheme
    notices: tuple[str, ...] = ()

    def at_least(self, score: float) -> tuple[Entity, ...]:
        """Return the entities with at least this score, 0 to 1."""
        return tuple(entity for entity in self.entities if entity.score >= score)

    def by(self, aggregation: Aggregation) -> "Found":
        """Return the same with entities made from the same tokens in another way."""
        return replace(self, entities=entities(self.tokens, self.scheme, aggregation))


def find(
    text: str,
    *,
    model: "Model",
    aggregation: Aggregation = Aggregation.FIRST,
    settings: Settings | None = None,
) -> Found:
    """Return the entities in ``text``.

    Raises:
        EmptyTextError: there is nothing to read.
        TextTooLongError: it has over ``settings.max_characters`` characters.
        BusyError: too many requests are waiting.
    """
    [found] = find_all([text], model=model, aggregation=aggregation, settings=settings)
    if isinstance(found, PlaygroundError):
        raise found
    return found


def find_all(
    texts: Sequence[str],
    *,
    model: "Model",
    aggregation: Aggregation = Aggregation.FIRST,
    settings: Settings | None = None,
    window: int = WINDOW,
    overlap: float = OVERLAP,
) -> list[Found | PlaygroundError]:
    """Return the entities in each text, or what keeps it from being read, in one model call.

    ``window`` and ``overlap`` are as in ``label_tokens``.

    Raises:
        BusyError: too many requests are waiting.
    """
    results: list[Found | PlaygroundError | None] = [None] * len(texts)
    readable = {}
    for index, text in enumerate(texts):
        try:
            readable[index] = read(text, model=model, settings=settings)
        except PlaygroundError as problem:
            results[index] = problem
    labelled = label_tokens(list(readable.values()), model=model, window=window, overlap=overlap)
    labels = scheme(model.labels.names)
    for index, tokens in zip(readable, labelled, strict=True):
        results[index] = Found(
            text=tokens.text,
            entities=entities(tokens, labels, aggregation),
            tokens=tokens,
            scheme=labels,
            notices=notices(tokens, labels, model.spec),
        )
    return [result for result in results if result is not None]


def entities(tokens: Tokens, labels: Scheme, aggregation: Aggregation) -> tuple[Entity, ...]:
    """Return the entities of labelled tokens, in the order of the text."""
    found = groups(tokens, labels, aggregation)
    kinds = labels.type_of[found.labels]
    outside = np.array([kind == OUTSIDE for kind in labels.types])[kinds]
    there = ~outside & (found.spans[:, 0] < found.spans[:, 1])
    by_label = aggregation is Aggregation.NONE
    return tuple(
        _entity(tokens.text, found, index, labels, by_label=by_label)
        for index in np.flatnonzero(there).tolist()
    )


def _entity(text: str, found: Groups, index: int, labels: Scheme, *, by_label: bool) -> Entity:
    start, end = found.spans[index].tolist()
    label = found.labels[index]
    kind = labels.type_of[label]
    return Entity(
        start=start,
        end=end,
        text=text[start:end],
        type=labels.types[kind],
        label=labels.names[label] if by_label else labels.types[kind],
        score=float(found.scores[index]),
        second=_second(found.of_type[index], kind, labels),
    )


def _second(of_type: np.ndarray, kind: int, labels: Scheme) -> Alternative | None:
    if len(labels.types) == 1:
        return None
    others = np.where(np.arange(len(labels.types)) == kind, -1, of_type)
    best = int(others.argmax())
    return Alternative(type=labels.types[best], probability=float(of_type[best]))

"""Texts whose labels are known: a model that is told where entities stand, and labels by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from transformers import PreTrainedTokenizerBase

from playground.models.catalog import ModelSpec, Source, Task
from playground.models.queries import LabelQuery, Labels
from playground.named_entities import Aggregation, Entity, Stretch, Tokens, scheme
from playground.named_entities.find import entities

if TYPE_CHECKING:
    from playground.models.engine import Model

BIO = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
SURE = 9.0  # logit of the label that is meant
Span = tuple[int, int, str]  # start, end, type


def spec_of(folder: Path, name: str = "x") -> ModelSpec:
    return ModelSpec(
        id=f"local/{name}",
        task=Task.TOKEN_CLASSIFICATION,
        source=Source.LOCAL,
        title=name,
        folder=folder,
        script="any",
    )


class Told:
    """Labels each token of a text by the span of characters that the tokenizer itself gives it.

    Of the tokens from the first to the last with a character of a span, the first gets B- of its
    type and the others I-. A space that is the first token of a word counts to it, as in training.
    """

    def __init__(
        self, tokenizer: PreTrainedTokenizerBase, spans: Mapping[str, Sequence[Span]]
    ) -> None:
        self.tokenizer = tokenizer
        self.max_tokens = 512
        self.labels = Labels(names=BIO)
        self.spec = spec_of(Path("told"))
        self.calls: list[int] = []
        self._rows = iter([self._label(text, spans[text]) for text in spans])

    def logits(self, queries: Sequence[LabelQuery]) -> list[np.ndarray]:
        self.calls.append(len(queries))
        rows = [next(self._rows) for _ in queries]
        assert [len(query.input_ids) for query in queries] == [len(row) for row in rows]
        return rows

    def _label(self, text: str, spans: Sequence[Span]) -> np.ndarray:
        encoding = self.tokenizer(text, return_offsets_mapping=True)
        places, words = encoding["offset_mapping"], encoding.word_ids()
        logits = np.zeros((len(places), len(BIO)), dtype=np.float32)
        logits[:, 0] = SURE
        for start, end, kind in spans:
            inside = [i for i, (a, b) in enumerate(places) if max(a, start) < min(b, end)]
            first, spaced = inside[0], inside[0] - 1
            if words[spaced] == words[first] and not text[slice(*places[spaced])].strip():
                inside.insert(0, spaced)
            for token in range(inside[0], inside[-1] + 1):
                mark = "B" if token == inside[0] else "I"
                logits[token] = SURE * (np.array(BIO) == f"{mark}-{kind}")
        return logits


def as_model(handle: object) -> "Model":
    return cast("Model", handle)


def tokens(*words: Sequence[str], probabilities: np.ndarray | None = None) -> Tokens:
    """A text of words, with a space between them, each given as its pieces."""
    text = " ".join("".join(pieces) for pieces in words)
    spans, numbers, place = [], [], 0
    for number, pieces in enumerate(words):
        for piece in pieces:
            spans.append((place, place + len(piece)))
            numbers.append(number)
            place += len(piece)
        place += 1
    count = len(spans)
    return Tokens(
        text=text,
        seen=text,
        ids=tuple(range(count)),
        spans=np.array(spans),
        words=np.array(numbers),
        probabilities=np.zeros((count, 1)) if probabilities is None else probabilities,
        stretches=(Stretch(begin=0, end=count, first=0, last=count),),
        unknown=0,
    )


def found(
    names: Sequence[str], labels: str, aggregation: Aggregation = Aggregation.FIRST
) -> list[str]:
    """Return "a-c PER" for each entity in a text "a b c d …" with these labels, one a word."""
    chosen = labels.split()
    rows = np.array([[float(name == label) for name in names] for label in chosen])
    assert rows.sum() == len(chosen)
    letters = [[chr(ord("a") + place)] for place in range(len(chosen))]
    read = tokens(*letters, probabilities=rows)
    return [written(entity) for entity in entities(read, scheme(tuple(names)), aggregation)]


def written(entity: Entity) -> str:
    ends = entity.text if len(entity.text) == 1 else f"{entity.text[0]}-{entity.text[-1]}"
    return f"{ends} {entity.label}"

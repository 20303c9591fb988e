"""Texts become vectors, in batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.errors import PlaygroundError
from playground.models.queries import Pooling, VectorQuery
from playground.text import language
from playground.text.pieces import vocabulary
from playground.text.reading import ReadText, Window, read_text

if TYPE_CHECKING:
    from playground.models.engine import Model

# Of a line, special ones included: as sentence-transformers reads with the trunk of the box.
MOST_TOKENS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A text's vector."""

    vector: np.ndarray  # float32 [hidden], of length 1
    cut: bool  # whether the text is longer than what is read of it


def embed(
    texts: Sequence[str], *, model: "Model", pooling: Pooling = Pooling.MEAN
) -> list[Embedded | PlaygroundError]:
    """Return the vector of each text, or why it cannot be read.

    Of a text of more than ``MOST_TOKENS`` tokens only the first are read.

    Raises:
        BusyError: too many requests are waiting.
    """
    return embed_read(read_all(texts, model=model), model=model, pooling=pooling)


def embed_read(
    read: Sequence[ReadText | PlaygroundError], *, model: "Model", pooling: Pooling
) -> list[Embedded | PlaygroundError]:
    """Return what ``embed`` does for texts that are read already."""
    queries = [
        VectorQuery(input_ids=window(one).input_ids, pooling=pooling)
        for one in read
        if isinstance(one, ReadText)
    ]
    if not queries:
        return [one for one in read if isinstance(one, PlaygroundError)]
    found = iter(model.vectors(queries))
    return [
        Embedded(vector=next(found), cut=is_cut(one)) if isinstance(one, ReadText) else one
        for one in read
    ]


def read_all(texts: Sequence[str], *, model: "Model") -> list[ReadText | PlaygroundError]:
    """Return the tokens of each text, or why it cannot be read."""
    found: list[ReadText | PlaygroundError] = []
    for text in texts:
        try:
            found.append(read_text(text, model=model))
        except PlaygroundError as error:
            found.append(error)
    return found


def window(read: ReadText) -> Window:
    """Return what is read of a text: all of it, or its first tokens."""
    return read.windows(size=MOST_TOKENS)[0]


def is_cut(read: ReadText) -> bool:
    """Tell whether a text is longer than what is read of it."""
    return window(read).end < len(read.ids)


def cut_notices(cut: int, *, model: "Model", most: int = MOST_TOKENS) -> tuple[str, ...]:
    """Return what is to be said of ``cut`` lines of which only ``most`` tokens are read."""
    if not cut:
        return ()
    lines = "1 line is" if cut == 1 else f"{cut:,} lines are"
    rest = "of it" if cut == 1 else "of them"
    most = min(most, model.max_tokens)
    return (f"{lines} longer than {most} tokens; the rest {rest} is not read.",)


def notices(read: Sequence[ReadText], *, model: "Model") -> tuple[str, ...]:
    """Return what a visitor should know of the lines before trusting their vectors."""
    unknown_id = vocabulary(model.tokenizer).unknown_id
    ids = [token_id for one in read for token_id in one.ids]
    found = language.classifier_notices(
        "\n".join(one.text for one in read),
        unknown=0 if unknown_id is None else ids.count(unknown_id),
        tokens=len(ids),
        spec=model.spec,
    )
    return (*found, *cut_notices(sum(map(is_cut, read)), model=model))

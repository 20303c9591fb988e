"""The labels of texts with their calibrated probabilities, long texts in overlapping windows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from playground.errors import PlaygroundError
from playground.models.queries import LabelQuery, Labels
from playground.text import language
from playground.text.pieces import vocabulary
from playground.text.reading import ReadText, Window, read_text

if TYPE_CHECKING:
    from playground.models.engine import Model

OVERLAP = 0.25  # of a window's tokens, shared with the next one
POSITIVE = "positive"
HAS_LABEL = 0.5  # the probability from which on a text has one of several labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a model says of one window; ``start`` and ``end`` count characters of the text."""

    window: Window
    start: int
    end: int
    probabilities: tuple[float, ...]  # of each label


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """What a model says of one text.

    ``probabilities`` are the mean over the windows, each weighing as much as it has tokens.
    ``notices`` are plain text for the visitor, never HTML.
    """

    read: ReadText
    labels: Labels
    parts: tuple[Part, ...]  # one if the text fits the model
    probabilities: tuple[float, ...]  # of each label
    notices: tuple[str, ...] = ()

    @property
    def best(self) -> int:
        """The index of the likeliest label."""
        return int(np.argmax(self.probabilities))

    @property
    def focus(self) -> int:
        """The index of the label named "positive", in whatever case; without one, the likeliest."""
        names = [name.casefold() for name in self.labels.names]
        return names.index(POSITIVE) if POSITIVE in names else self.best

    @property
    def found(self) -> tuple[int, ...]:
        """The labels that the text has: the likeliest, or of several all from one half on."""
        if not self.labels.several:
            return (self.best,)
        return tuple(i for i, value in enumerate(self.probabilities) if value >= HAS_LABEL)

    @property
    def verdict(self) -> str:
        """The names of the labels that the text has."""
        return ", ".join(self.labels.names[index] for index in self.found) or "no label"


def classify(
    text: str, *, model: "Model", size: int | None = None, overlap: float = OVERLAP
) -> Classified:
    """Return the labels of ``text``, read in windows of at most ``size`` tokens if it is longer.

    ``size`` counts special tokens too; without it, windows are as long as the model reads. Next
    windows share at least ``overlap``, from 0 to below 1, of their tokens.

    Raises:
        TextError: as ``read_text`` does.
        BusyError: too many requests are waiting.
    """
    read = read_text(text, model=model)
    [found] = _classified([(read, _windows(read, size, overlap))], model)
    return found


def classify_all(texts: Sequence[str], *, model: "Model") -> list[Classified | PlaygroundError]:
    """Return what ``classify`` does for each text, or why it cannot be read; all in one request.

    Raises:
        BusyError: too many requests are waiting.
    """
    read = [_read(text, model) for text in texts]
    readable = [one for one in read if isinstance(one, ReadText)]
    found = iter(_classified([(one, _windows(one, None, OVERLAP)) for one in readable], model))
    return [next(found) if isinstance(one, ReadText) else one for one in read]


def probabilities(logits: np.ndarray, labels: Labels) -> np.ndarray:
    """Return calibrated probabilities, float64 [..., label], of ``logits`` of the same shape.

    Softmax, or sigmoid where a text may have several labels, of the logits over the temperature
    (temperature scaling, Guo et al. 2017, "On calibration of modern neural networks", section 4.2).
    """
    scaled = logits.astype(np.float64) / labels.temperature
    if labels.several:
        return np.exp(-np.logaddexp(0, -scaled))
    return np.exp(scaled - np.logaddexp.reduce(scaled, axis=-1, keepdims=True))


def _read(text: str, model: "Model") -> ReadText | PlaygroundError:
    try:
        return read_text(text, model=model)
    except PlaygroundError as error:
        return error


def _windows(read: ReadText, size: int | None, overlap: float) -> tuple[Window, ...]:
    room = min(size or read.max_tokens, read.max_tokens) - len(read.front) - len(read.back)
    return read.windows(size=size, overlap=min(int(overlap * room), room - 1))


def _classified(
    texts: Sequence[tuple[ReadText, tuple[Window, ...]]], model: "Model"
) -> list[Classified]:
    logits = model.logits(
        [LabelQuery(input_ids=window.input_ids) for _, windows in texts for window in windows]
    )
    ends = accumulate(len(windows) for _, windows in texts)
    return [
        _one(read, windows, logits[end - len(windows) : end], model)
        for (read, windows), end in zip(texts, ends, strict=True)
    ]


def _one(
    read: ReadText, windows: Sequence[Window], logits: Sequence[np.ndarray], model: "Model"
) -> Classified:
    found = probabilities(np.stack(logits), model.labels)
    tokens = [window.end - window.begin for window in windows]
    return Classified(
        read=read,
        labels=model.labels,
        parts=tuple(
            Part(
                window=window,
                start=read.spans[window.begin][0],
                end=read.spans[window.end - 1][1],
                probabilities=tuple(row),
            )
            for window, row in zip(windows, found.tolist(), strict=True)
        ),
        probabilities=tuple(np.average(found, axis=0, weights=tokens).tolist()),
        notices=_notices(read, model),
    )


def _notices(read: ReadText, model: "Model") -> tuple[str, ...]:
    unknown_id = vocabulary(model.tokenizer).unknown_id
    return tuple(
        language.classifier_notices(
            read.text,
            unknown=0 if unknown_id is None else read.ids.count(unknown_id),
            tokens=len(read.ids),
            spec=model.spec,
        )
    )

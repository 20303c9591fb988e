"""Which words push a text towards a label: integrated gradients, added up to words."""

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from playground.models.queries import AttributionQuery, Attributions
from playground.sentiment.classify import Classified
from playground.text.reading import ReadText, Window

if TYPE_CHECKING:
    from playground.models.engine import Model

STEPS = (16, 32, 64, 128)  # of the way from the baseline; more only as long as the gap is wide
CLOSE_ENOUGH = 0.05  # a gap, as a share of the difference that is explained


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a text with its share in the score; above zero it speaks for the label."""

    text: str
    start: int  # of its first character in the whole text
    end: int  # exclusive
    tokens: tuple[int, ...]  # its places in ``ReadText.ids``
    value: float  # in log-odds


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The score of a label for one window of a text, shared out among the window's words.

    Scores are log-odds of the calibrated probability. The words' values, ``special`` and ``gap``
    add up to ``score - baseline_score``.
    """

    read: ReadText
    window: Window
    label: int
    words: tuple[Word, ...]  # in the order of the text
    special: float  # the share of the special tokens around it
    score: float
    baseline_score: float
    gap: float
    steps: int

    @property
    def relative_gap(self) -> float:
        """The gap as a share of the difference of the scores, 0 to infinity."""
        return _relative(self.gap, self.score - self.baseline_score)

    def strongest(self, count: int) -> tuple[Word, ...]:
        """Return the ``count`` words with the largest share, for or against, largest first."""
        return tuple(sorted(self.words, key=lambda word: -abs(word.value))[:count])


def explain(
    classified: Classified, *, model: "Model", label: int | None = None, part: int = 0
) -> Explanation:
    """Return the share of each word of one window in the score of ``label``, or of the likeliest.

    The baseline has the same special tokens around it and the mask token in place of every token
    of the text: as long as the text, and saying nothing. To the model in the box a sentence of
    masks is neutral. One of padding, which no model has learned to read, counts as clearly positive
    there: seen from it, a good text would have next to nothing that speaks for it.

    Raises:
        BusyError: too many requests are waiting.
    """
    label = classified.best if label is None else label
    window = classified.parts[part].window
    steps, found = _attributions(window, label, model)
    read = classified.read
    return Explanation(
        read=read,
        window=window,
        label=label,
        words=_words(read, window, found.values),
        special=float(
            found.values[: window.lead].sum()
            + found.values[window.lead + window.end - window.begin :].sum()
        ),
        score=found.score,
        baseline_score=found.baseline_score,
        gap=found.gap,
        steps=steps,
    )


def baseline_ids(window: Window, *, model: "Model") -> tuple[int, ...]:
    """Return the window's special tokens with masks between them, as many ids as it has.

    Unknown tokens take the place of masks where a vocabulary has none.
    """
    tokenizer = model.tokenizer
    nothing = tokenizer.unk_token_id if tokenizer.mask_token_id is None else tokenizer.mask_token_id
    end = window.lead + window.end - window.begin
    return (
        *window.input_ids[: window.lead],
        *[nothing] * (end - window.lead),
        *window.input_ids[end:],
    )


def _attributions(window: Window, label: int, model: "Model") -> tuple[int, Attributions]:
    """Return how many steps were enough, and what they found."""
    baseline = baseline_ids(window, model=model)
    for steps in STEPS:
        found = model.attributions(
            AttributionQuery(
                input_ids=window.input_ids, baseline_ids=baseline, label=label, steps=steps
            )
        )
        if _relative(found.gap, found.score - found.baseline_score) <= CLOSE_ENOUGH:
            break
    return steps, found


def _relative(gap: float, difference: float) -> float:
    if not difference:
        return float("inf") if gap else 0.0
    return abs(gap) / abs(difference)


def _words(read: ReadText, window: Window, values: np.ndarray) -> tuple[Word, ...]:
    """Add up the values of each word's tokens; a word may reach over the window's end."""
    words = []
    places = range(window.begin, window.end)
    for _, group in groupby(places, key=read.words.__getitem__):
        tokens = tuple(group)
        start, end = read.spans[tokens[0]][0], max(read.spans[token][1] for token in tokens)
        first = window.lead - window.begin
        words.append(
            Word(
                text=read.text[start:end],
                start=start,
                end=end,
                tokens=tokens,
                value=float(values[[first + token for token in tokens]].sum()),
            )
        )
    return tuple(words)

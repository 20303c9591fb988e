"""How far back a model still uses a word: a cue, filler sentences, and a mask that asks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.errors import TargetError
from playground.how_bert_works.cloze import log_probs, piece_of
from playground.mask_filling import MaskedText, read

if TYPE_CHECKING:
    from playground.models.engine import Model

FILLERS = (0, 1, 2, 4, 8, 16, 24, 32)  # sentences between the cue and the mask
LEAST_CUES = 5
CUE = "{}"  # where it stands in the first sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A first sentence with a cue, a last one that asks for it, and two cues that fit both."""

    first: str
    last: str
    cues: tuple[str, str]


STORIES = (
    Story(
        first="Anna likes {} more than any other drink.",
        last="Anna made herself a cup of [MASK].",
        cues=("tea", "coffee"),
    ),
    Story(
        first="Tom has had a {} since he was a child.",
        last="Tom bought some food for his [MASK].",
        cues=("dog", "cat"),
    ),
    Story(
        first="Maria was born and raised in {}.",
        last="Maria still has family in [MASK].",
        cues=("Spain", "Italy"),
    ),
    Story(
        first="The next meeting will be on {}.",
        last="Do not forget that we meet on [MASK].",
        cues=("Monday", "Friday"),
    ),
    Story(
        first="Peter painted the front door {}.",
        last="The front door of Peter is now [MASK].",
        cues=("green", "red"),
    ),
    Story(
        first="Lisa has played the {} for years.",
        last="Lisa sat down to practise the [MASK].",
        cues=("piano", "violin"),
    ),
    Story(
        first="David works as a {} in a small town.",
        last="Everyone says that David is a good [MASK].",
        cues=("doctor", "lawyer"),
    ),
    Story(
        first="Their house stands next to the {}.",
        last="In the evening they often walk around the [MASK].",
        cues=("lake", "church"),
    ),
)
# Of about fourteen tokens each; none has anything to do with a story.
NEUTRAL = (
    "The weather report spoke of clouds and a little wind from the west.",
    "A new shop has opened at the corner, and it sells paper and pens.",
    "Some of the lamps in the long corridor had to be replaced again.",
    "The bus stops twice an hour, and on Sundays only once.",
    "Nobody could say for certain when the old bridge had been built.",
    "The radio played quietly while the windows were being cleaned.",
    "There was a pile of boxes in the hall, all of the same size.",
    "The price of bread has hardly changed in the last two years.",
    "A few people were waiting at the counter with their papers ready.",
    "The clock on the wall is three minutes slow, as it always was.",
    "Later the floor was swept, and the chairs were put back in rows.",
    "The newspaper had a long report about the repair of the road.",
    "Two letters arrived in the morning, and both were advertisements.",
    "The lift is out of order, so everybody has to take the stairs.",
    "The grass had been cut that day, and the gate was left open.",
    "A sign at the entrance says that the tables must not be moved.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Means over all cues at one distance, each with its standard error; natural logarithms."""

    fillers: int  # sentences in between
    distance: float  # tokens from the cue to the mask, a mean
    with_cue: float  # probability of the word that was the cue
    with_cue_error: float
    with_other: float  # of the same word, with the story's other cue in its place
    with_other_error: float
    log_ratio: float  # ln p(word | its cue) - ln p(word | the other); 0 where no cue is used
    log_ratio_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LongRange:
    """How a cue's effect falls with its distance from the mask."""

    reaches: tuple[Reach, ...]  # the nearest first
    stories: tuple[Story, ...]  # those whose cues the vocabulary has

    @property
    def cues(self) -> int:
        """How many cues each mean is over."""
        return 2 * len(self.stories)


def measure(*, model: "Model", on_progress: Callable[[float], None] | None = None) -> LongRange:
    """Return how much the probability of a word owes to its cue, at growing distances.

    Stories whose cues the vocabulary splits are left out, and so are distances at which a text
    would be longer than the model reads. ``on_progress`` hears the share that is done, 0 to 1.

    Raises:
        TargetError: fewer than five cues are left.
        BusyError: too many requests are waiting.
    """
    pieces = {story: tuple(piece_of(cue, model) for cue in story.cues) for story in STORIES}
    known = {
        story: (one, other)
        for story, (one, other) in pieces.items()
        if one is not None and other is not None
    }
    if 2 * len(known) < LEAST_CUES:
        raise TargetError(
            f"{model.spec.title} has {2 * len(known)} of the English cue words of this measurement "
            f"whole in its vocabulary, and {LEAST_CUES} are needed. Choose a model for English."
        )
    reaches = []
    for done, fillers in enumerate(FILLERS):
        texts = _texts(tuple(known), fillers, model)
        if any(text.cut_tokens for text, _ in texts):
            break
        targets = [pair for pair in known.values() for _ in pair]
        found = log_probs([text for text, _ in texts], targets, model=model)
        distance = float(np.mean([away for _, away in texts]))
        reaches.append(_reach(fillers, distance, found.reshape(len(known), 2, 2)))
        if on_progress:
            on_progress((done + 1) / len(FILLERS))
    return LongRange(reaches=tuple(reaches), stories=tuple(known))


def text_of(story: Story, cue: str, *, fillers: int, start: int) -> str:
    """Return a story with ``fillers`` neutral sentences, the first of them number ``start``."""
    between = [NEUTRAL[(start + place) % len(NEUTRAL)] for place in range(fillers)]
    return " ".join([story.first.replace(CUE, cue), *between, story.last])


def _texts(
    stories: tuple[Story, ...], fillers: int, model: "Model"
) -> list[tuple[MaskedText, int]]:
    """Return the text of each story and cue, and how many tokens the mask is behind the cue."""
    found = []
    for start, story in enumerate(stories):
        for cue in story.cues:
            whole = text_of(story, cue, fillers=fillers, start=start)
            text = read(whole, model=model, masks_needed=False)
            begin = story.first.index(CUE)
            place = next(i for i, token in enumerate(text.tokens) if token.end > begin)
            found.append((text, max(text.mask_positions, default=len(text.tokens)) - place))
    return found


def _reach(fillers: int, distance: float, found: np.ndarray) -> Reach:
    """Return the means of ``found``, ln p [story, cue, word], whose cue is the word or not."""
    own = found[:, [0, 1], [0, 1]].ravel()  # of each word, with its own cue
    other = found[:, [1, 0], [0, 1]].ravel()
    return Reach(
        fillers=fillers,
        distance=distance,
        with_cue=float(np.exp(own).mean()),
        with_cue_error=standard_error(np.exp(own)),
        with_other=float(np.exp(other).mean()),
        with_other_error=standard_error(np.exp(other)),
        log_ratio=float((own - other).mean()),
        log_ratio_error=standard_error(own - other),
    )


def standard_error(values: np.ndarray) -> float:
    """Return the standard error of the mean of ``values`` [n]."""
    return float(values.std(ddof=1) / np.sqrt(len(values)))

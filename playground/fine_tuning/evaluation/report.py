"""What is found about a trained model: plain values that JSON can hold, and no visitor's text.

Examples are named by their place in their part of the data set; a page takes the texts from there.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from playground.calibration import Bin
from playground.fine_tuning.dataset import Part
from playground.fine_tuning.evaluation.predictions import PredictedSpan
from playground.fine_tuning.runs.settings import JSON
from playground.fine_tuning.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A figure with its 95 % interval; None where what is needed for one is not there."""

    name: str
    value: float
    low: float | None
    high: float | None
    method: str  # how the interval was made, with its source


class Outcome(StrEnum):
    """How a model compares with a simpler one on the same examples."""

    BETTER = "better"
    MAYBE_BETTER = "better, perhaps by chance"
    NOT_BETTER = "not better"
    WORSE = "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The model against another, in the headline score, on the same examples."""

    outcome: Outcome
    difference: float  # the model's score less the other's
    low: float | None  # 95 % interval of the difference
    high: float | None
    p_value: float | None
    test: str  # with its source
    sentence: str  # for the visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Something simpler that learned from the same examples."""

    name: str
    about: str  # a sentence
    scores: tuple[Score, ...]  # the same as the model's
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelScores:
    """How well one label is told; of entities strict, and partial beside it."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int  # how often it is true
    partial_f1: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What is true against what was said; cells without anything are left out."""

    row: int
    column: int
    count: int
    examples: tuple[int, ...]  # each once


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """What is true, in rows, against what the model said."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A wrong answer and how sure the model was of it."""

    example: int
    truth: str  # a label, or "" where nothing was to be found
    said: str  # likewise
    probability: float
    start: int | None = None  # of the entity that was said
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How often the model is right when it is sure to a degree."""

    bins: tuple[Bin, ...]
    error: float  # expected calibration error
    about: str  # whose confidence, and what temperature


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityCounts:
    """How a model's entities meet the true ones."""

    correct: int  # ends and type
    wrong_type: int  # overlaps a true one of another type
    wrong_ends: int  # overlaps a true one of its type
    missed: int  # true ones that no found one overlaps
    spurious: int  # found ones that overlap no true one


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model says of one example."""

    labels: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()  # one a label
    spans: tuple[PredictedSpan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReport:
    """What was found on one part of the data set."""

    part: Part
    examples: int
    scores: tuple[Score, ...]  # the headline first
    baselines: tuple[Baseline, ...]  # from the simplest on
    labels: tuple[LabelScores, ...]
    confusion: Confusion
    mistakes: tuple[Mistake, ...]  # the surest first
    reliability: tuple[Reliability, ...]  # before a temperature, and after
    answers: tuple[Answer, ...]  # one an example
    entities: EntityCounts | None = None

    @property
    def strongest(self) -> Baseline:
        """Return the baseline that counts."""
        return self.baselines[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adaptation:
    """A masked LM on held-out texts, before and after it read the visitor's."""

    tokens: int  # that were masked
    before: tuple[Score, ...]
    after: tuple[Score, ...]
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that was found about a trained model."""

    task: Task
    parts: tuple[PartReport, ...] = ()
    temperature: float | None = None  # to divide logits by, for one label a text and for pairs
    adaptation: Adaptation | None = None
    notes: tuple[str, ...] = field(default=())  # sentences on how the figures are to be read

    @property
    def headline(self) -> PartReport:
        """Return the part whose scores count: the test part if there is one."""
        return self.parts[-1]

    def values(self) -> dict[str, JSON]:
        """Return the scores as a run's result names them."""
        if self.adaptation is not None:
            score, comparison = self.adaptation.after[0], self.adaptation.comparison
            name, other = "the model before", self.adaptation.before[0]
        else:
            baseline = self.headline.strongest
            score, comparison = self.headline.scores[0], baseline.comparison
            name, other = baseline.name, baseline.scores[0]
        return {
            "task": self.task.value,
            "score_name": score.name,
            "score": score.value,
            "low": score.low,
            "high": score.high,
            "baseline_name": name,
            "baseline": other.value,
            "beats_baseline": comparison.outcome is Outcome.BETTER,
        }

"""How far a run is, and how it learns: its events as one value for whoever watches."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

import numpy as np

SCREEN_POINTS = 400  # of a curve: more than a screen tells apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """The mean training loss since the point before."""

    step: int
    epoch: float
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What the validation part says at a step."""

    step: int
    epoch: float
    loss: float
    score: float
    score_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The newest figures of a run that trains."""

    time: float  # when they were taken, in seconds since 1970
    step: int
    steps: int
    epoch: float  # how many have been trained, with the part of the one under way
    epochs: float
    learning_rate: float
    examples_per_second: float
    seconds_left: float  # from ``time`` on
    memory_mb: float


_Kind = TypeVar("_Kind", Loss, Validation, Now)
_Point = TypeVar("_Point", Loss, Validation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is, and its curves without what a resumed run trained again."""

    phase: str | None = None  # of its process, None before the first and after its end
    now: Now | None = None  # None until its last process has trained
    losses: tuple[Loss, ...] = ()
    validations: tuple[Validation, ...] = ()
    resumed: tuple[int, ...] = ()  # the steps from which it went on after a break

    @property
    def best(self) -> Validation | None:
        """The validation with the best score, the earliest of equal ones; None before the first.

        Of perplexities the lowest is the best, of other scores the highest.
        """
        return max(self.validations, key=_goodness, default=None)


def is_better_lower(score_name: str) -> bool:
    """Return whether a lower value of this score is the better one."""
    return score_name == "perplexity"


def _goodness(point: Validation) -> float:
    return -point.score if is_better_lower(point.score_name) else point.score


def follow(events: Iterable[dict[str, Any]]) -> Progress:
    """Return what ``events``, oldest first, add up to.

    Events of unknown kinds, or without what belongs to their kind, are left out.
    """
    found = _Following()
    for event in events:
        with suppress(KeyError):  # written by another version of the app
            found.take(event)
    return Progress(
        phase=found.phase,
        now=found.now,
        losses=tuple(found.losses),
        validations=tuple(found.validations),
        resumed=tuple(found.resumed),
    )


@dataclass(slots=True)
class _Following:
    """What the events so far add up to."""

    phase: str | None = None
    now: Now | None = None
    losses: list[Loss] = field(default_factory=list)
    validations: list[Validation] = field(default_factory=list)
    resumed: list[int] = field(default_factory=list)

    def take(self, event: dict[str, Any]) -> None:
        match event["kind"]:
            case "started":
                self._start(event["step"])
            case "phase":
                self.phase = event["name"]
            case "progress":
                self.now, loss = _picked(Now, event), _picked(Loss, event)
                _cut(self.losses, loss.step)
                self.losses.append(loss)
            case "validation":
                validation = _picked(Validation, event)
                _cut(self.validations, validation.step)
                self.validations.append(validation)
            case "ended":
                self.phase = None

    def _start(self, step: int) -> None:
        """Forget what the process before did after its last checkpoint: it is trained again."""
        self.phase, self.now = None, None
        _cut(self.losses, step + 1)
        _cut(self.validations, step + 1)
        if step:
            self.resumed.append(step)


def _picked(kind: type[_Kind], event: dict[str, Any]) -> _Kind:
    return kind(**{each.name: event[each.name] for each in fields(kind)})


def _cut(points: list[_Point], step: int) -> None:
    """Drop the points of ``step`` and later: the newest ones count."""
    while points and points[-1].step >= step:
        points.pop()


def thinned(points: Sequence[Loss], most: int = SCREEN_POINTS) -> list[Loss]:
    """Return about ``most`` of ``points`` that look alike on a screen.

    Of each stretch its lowest and its highest point stay, so no spike is lost, and the last of all.
    """
    if len(points) <= most:
        return list(points)
    kept: list[Loss] = []
    for stretch in np.array_split(np.arange(len(points)), most // 2):
        lowest = min(stretch, key=lambda place: points[place].loss)
        highest = max(stretch, key=lambda place: points[place].loss)
        kept += [points[i] for i in sorted({lowest, highest})]
    return kept if kept[-1] == points[-1] else [*kept, points[-1]]

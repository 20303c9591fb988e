"""What a step of the tour is, and what it leaves to take along."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.how_bert_works import Tour
from playground.snippet import Snippet
from playground.tables import Row

if TYPE_CHECKING:
    from playground.models.engine import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The numbers that a step showed, and the code that computes them."""

    rows: list[Row]
    snippet: Snippet


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stop of the tour; ``show`` gets the sentence's numbers, the model and the sentence."""

    name: str
    show: Callable[[Tour, "Model", str], Shown]

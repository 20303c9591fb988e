"""What the bundled head was measured to do, as its recipe wrote it down."""

import json
from dataclasses import dataclass
from functools import cache

from playground.models.catalog import BUNDLED

FILE = BUNDLED / "next_sentence" / "calibration.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Figures on held-out Wikipedia articles; the kinds are those of the recipe's pairs."""

    measured_on: str
    accuracy: dict[str, float]  # balanced, by what the wrong sentence is
    called_next: dict[str, float]  # share of the pairs of a kind
    paragraphs: int  # that were put in order
    tau: float  # Kendall's, their mean
    neighbours: float  # share of true neighbours that stand side by side, their mean
    neighbours_at_random: float


@cache
def held_out() -> HeldOut:
    """Return the figures that lie beside the bundled adapter."""
    found = json.loads(FILE.read_text("utf-8"))
    order = found["order of paragraphs"]
    return HeldOut(
        measured_on=found["measured_on"],
        accuracy=found["balanced accuracy"],
        called_next=found["called next"],
        paragraphs=int(order["paragraphs"]),
        tau=order["Kendall's tau"],
        neighbours=order["neighbours kept"],
        neighbours_at_random=order["neighbours kept at random"],
    )

"""What the switches of the page make of attention weights; they hold in every view."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from playground.attention.text import AttentionMap
from playground.errors import TextError
from playground.text.tokens import FIRST, SECOND


class Special(StrEnum):
    """What happens to special tokens, which often take most of the attention."""

    SHOW = "show"
    HIDE = "hide"
    RENORMALISE = "renormalise"  # hide, and let what is left of each row sum to 1


class Units(StrEnum):
    """What a row and a column stand for."""

    TOKENS = "tokens"
    WORDS = "words"


class Direction(StrEnum):
    """Which part of a pair's attention is shown."""

    ALL = "all"
    FIRST_TO_SECOND = "A to B"
    SECOND_TO_FIRST = "B to A"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """The page's switches; ``share`` is the percentage of each row that its strongest links make.

    With 100 all links are shown.
    """

    special: Special = Special.SHOW
    units: Units = Units.TOKENS
    direction: Direction = Direction.ALL
    share: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A row or a column: a token, or all tokens of a word."""

    text: str
    tokens: tuple[int, ...]  # indices of the map's tokens
    sentence: int | None
    special: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Attention as it is shown; rows give attention, columns get it."""

    rows: tuple[Unit, ...]
    columns: tuple[Unit, ...]
    weights: np.ndarray  # float32 [..., row, column]


def view(attended: AttentionMap, weights: np.ndarray, switches: Switches) -> View:
    """Return ``weights`` [..., from_token, to_token] of ``attended`` with the switches applied.

    In this order: pieces are merged into words, special tokens are left out, one direction of a
    pair is taken, and the weakest links of each row are set to 0. A word gets what its pieces get
    together and gives the mean of what its pieces give, so that a row still sums to 1.

    Raises:
        TextError: a direction is asked for and there is no second text.
    """
    units = _units(attended, switches.units)
    if switches.units is Units.WORDS:
        weights = merged(weights, [unit.tokens for unit in units])
    rows = columns = np.array([switches.special is Special.SHOW or not u.special for u in units])
    if switches.direction is not Direction.ALL:
        if len(attended.texts) < 2:
            raise TextError(f"“{switches.direction}” needs a second text. Write one under B.")
        source, target = (FIRST, SECOND)
        if switches.direction is Direction.SECOND_TO_FIRST:
            source, target = target, source
        rows = np.array([unit.sentence == source for unit in units])
        columns = np.array([unit.sentence == target for unit in units])
    kept = weights[..., rows, :][..., columns]
    if switches.special is Special.RENORMALISE:
        totals = kept.sum(axis=-1, keepdims=True)
        kept = np.divide(kept, totals, out=np.zeros_like(kept), where=totals > 0)
    if switches.share < 100:
        kept = strongest_only(kept, switches.share / 100)
    return View(
        rows=tuple(unit for unit, shown in zip(units, rows, strict=True) if shown),
        columns=tuple(unit for unit, shown in zip(units, columns, strict=True) if shown),
        weights=kept,
    )


def square(shown: View) -> tuple[tuple[Unit, ...], np.ndarray]:
    """Return the units of rows and columns together, and the weights [..., unit, unit] of all.

    Where rows and columns differ, because one direction of a pair is shown, the rest is 0.
    """
    both = {unit.tokens: unit for unit in (*shown.rows, *shown.columns)}
    units = tuple(both[tokens] for tokens in sorted(both))
    place = {unit.tokens: index for index, unit in enumerate(units)}
    rows = [place[unit.tokens] for unit in shown.rows]
    columns = [place[unit.tokens] for unit in shown.columns]
    weights = np.zeros((*shown.weights.shape[:-2], len(units), len(units)), dtype=np.float32)
    weights[..., np.array(rows)[:, None], np.array(columns)] = shown.weights
    return units, weights


def merged(weights: np.ndarray, groups: list[tuple[int, ...]]) -> np.ndarray:
    """Return weights [..., group, group]: sums over the columns of a group, means over its rows."""
    starts = [group[0] for group in groups]
    sizes = np.array([len(group) for group in groups], dtype=weights.dtype)
    columns = np.add.reduceat(weights, starts, axis=-1)
    return np.add.reduceat(columns, starts, axis=-2) / sizes[:, None]


def strongest_only(weights: np.ndarray, share: float) -> np.ndarray:
    """Return weights [..., row, column] with each row's weakest links set to 0.

    What stays are the strongest links, as few as make up ``share`` of the row's sum (Hoover et
    al., 2020, exBERT).
    """
    ranked = np.sort(weights, axis=-1)[..., ::-1]
    before = np.cumsum(ranked, axis=-1) - ranked
    wanted = share * weights.sum(axis=-1, keepdims=True)
    needed = np.maximum((before < wanted).sum(axis=-1, keepdims=True), 1)
    weakest = np.take_along_axis(ranked, needed - 1, axis=-1)
    # Of equal weights the earlier column goes first.
    equal = weights == weakest
    kept = (weights > weakest) | (
        equal & (equal.cumsum(axis=-1) <= needed - (weights > weakest).sum(axis=-1, keepdims=True))
    )
    return np.where(kept, weights, 0)


def _units(attended: AttentionMap, units: Units) -> list[Unit]:
    groups: list[list[int]] = []
    for index, token in enumerate(attended.tokens):
        if units is Units.WORDS and token.continues_word:
            groups[-1].append(index)
        else:
            groups.append([index])
    return [_unit(attended, tuple(group)) for group in groups]


def _unit(attended: AttentionMap, group: tuple[int, ...]) -> Unit:
    first = attended.tokens[group[0]]
    return Unit(
        text="".join(attended.tokens[index].text for index in group),
        tokens=group,
        sentence=first.sentence,
        special=first.special,
    )

"""Examples are cut into training, validation and test."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from playground.errors import SplitError
from playground.files import Table
from playground.fine_tuning.checking.columns import require_column
from playground.fine_tuning.checking.label_checks import examples_of
from playground.fine_tuning.checking.problems import Problems, counted, listed
from playground.fine_tuning.checking.text_checks import grouped
from playground.fine_tuning.dataset import Example, Finding, Part
from playground.fine_tuning.tasks import Task

SEED = 13
_LARGEST_SEED = 2**32 - 1
_MOST = 0.5  # that may be kept from training
_SPELLINGS = {
    Part.TRAINING: "train training trn tr fit",
    Part.VALIDATION: "validation valid val dev devel development eval evaluation holdout",
    Part.TEST: "test testing tst",
}
_PARTS = {word: part for part, words in _SPELLINGS.items() for word in words.split()}
_BY = {
    Task.CLASSIFICATION: "the labels keep their shares in each part",
    Task.PAIRS: "the labels keep their shares in each part",
    Task.MULTI_LABEL: "the rarest label of each example keeps its share in each part",
    Task.ENTITIES: "texts with and without entities keep their shares in each part",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of the examples, drawn by ``seed``; the same seed draws the same examples."""

    validation: float = 0.2
    test: float = 0.0
    seed: int = SEED


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnColumn:
    """A column says what each row is for: train, validation or test in the usual spellings."""

    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFile:
    """Another file, with the same columns, is for validation."""

    table: Table


Split = Share | OwnColumn | OwnFile


def guess(table: Table) -> OwnColumn | None:
    """Return the column that says what each row is for, if there is one."""
    for name in table.columns:
        values = set(table.column(name))
        if all(map(_part, values)):  # of a column with texts the first one is enough
            parts = set(map(_part, values))
            if Part.TRAINING in parts and len(parts) > 1:
                return OwnColumn(column=name)
    return None


def by_column(
    examples: list[Example], table: Table, column: str, report: Problems
) -> tuple[list[Example], list[str]]:
    """Return the examples with the part that their row names, and notices.

    A file with training and test only is measured on test, as validation.

    Raises:
        UnknownColumnError: there is no such column.
        SplitError: it names no row for training, or none for validation and test.
    """
    require_column(table, column)
    values = dict(zip(table.numbers, table.column(column), strict=True))
    parts = [_part(values[one.number]) for one in examples]
    missing = [one for one, part in zip(examples, parts, strict=True) if part is None]
    unknown = list(dict.fromkeys(values[one.number].strip() for one in missing))
    found = {part for part in parts if part}
    if Part.TRAINING not in found or len(found) < 2:
        raise SplitError(
            f"The column “{column}” must say “train” for some rows and “validation” for others. "
            f"It says {listed(dict.fromkeys(values.values()))}. Correct it, or have a share drawn."
        )
    report.add(
        Finding.UNKNOWN_PART,
        missing,
        f"{counted(len(missing), 'row')} for which “{column}” says {listed(unknown)}.",
        "They are left out. Known are train, validation and test in the usual spellings.",
    )
    notices = [f"The column “{column}” says what is for training and what for validation."]
    if Part.VALIDATION not in found:
        notices.append("No row is for validation, so those for test are.")
        parts = [Part.VALIDATION if part is Part.TEST else part for part in parts]
    known = [replace(one, part=part) for one, part in zip(examples, parts, strict=True) if part]
    return known, notices


def by_share(examples: list[Example], task: Task, share: Share) -> tuple[list[Example], list[str]]:
    """Return the examples in their order, each with its part, and notices.

    All examples of one text are in one part.

    Raises:
        SplitError: the shares or the seed are out of range, or leave nothing for a part.
    """
    _require_range(share)
    groups = list(grouped(examples).values())
    strata = _strata([group[0] for group in groups], task)
    rest = list(range(len(groups)))
    parts = {id(one): Part.TRAINING for one in examples}
    notices = [f"Drawn at random with seed {share.seed}."]
    stratified = True
    for part, size in ((Part.TEST, share.test), (Part.VALIDATION, share.validation)):
        if size:
            drawn, fits = _drawn(rest, strata, max(1, round(size * len(groups))), share.seed)
            parts |= {id(one): part for place in drawn for one in groups[place]}
            rest = [place for place in rest if place not in drawn]
            stratified = stratified and fits
    if task in _BY:
        rare = "there are too few examples to keep the labels' shares in each part"
        notices.append(f"Stratified: {_BY[task]}." if stratified else f"Not stratified: {rare}.")
    return [replace(one, part=parts[id(one)]) for one in examples], notices


def _require_range(share: Share) -> None:
    if not (min(share.validation, share.test) >= 0 and share.validation + share.test <= _MOST):
        raise SplitError(
            f"{share.validation:.0%} for validation and {share.test:.0%} for test are asked for. "
            f"Choose at most {_MOST:.0%} for both together, so that enough is left to learn from."
        )
    if share.validation == 0:
        raise SplitError("Choose a share for validation: without one nothing can be measured.")
    if not 0 <= share.seed <= _LARGEST_SEED:
        raise SplitError(f"The seed is {share.seed}. Choose one from 0 to {_LARGEST_SEED:,}.")


def _drawn(places: list[int], strata: list[str], size: int, seed: int) -> tuple[set[int], bool]:
    """Return ``size`` of ``places``, and whether each stratum gave its share.

    What is alone in its stratum is not drawn: it is needed for training.
    """
    from sklearn.model_selection import train_test_split

    counts = Counter(strata[place] for place in places)
    free = [place for place in places if counts[strata[place]] > 1]
    kinds = len({strata[place] for place in free})
    stratified = kinds <= size <= len(free) - kinds
    if not stratified:
        free = free if size < len(free) else places
    if size >= len(free):
        raise SplitError(
            f"Of {counted(len(free), 'different text')}, {size:,} cannot be kept from training. "
            "Add examples, or choose a smaller share."
        )
    _, drawn = train_test_split(
        free,
        test_size=size,
        random_state=seed,
        stratify=[strata[place] for place in free] if stratified else None,
    )
    return set(drawn), stratified


def _strata(examples: Sequence[Example], task: Task) -> list[str]:
    if task is Task.ENTITIES:
        return ["with" if one.spans else "without" for one in examples]
    counts = examples_of(examples)
    return [min(one.labels, key=lambda name: (counts[name], name), default="") for one in examples]


def _part(value: str) -> Part | None:
    letters = re.sub(r"[^a-z]", "", value.casefold())
    return _PARTS.get(letters) or _PARTS.get(re.sub(r"(set|split|data)$", "", letters))

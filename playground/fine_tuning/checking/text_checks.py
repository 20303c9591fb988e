"""What may be wrong with texts. Each check reports, and returns the examples that stay."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from hashlib import blake2b

from playground.fine_tuning.checking import cells
from playground.fine_tuning.checking.problems import Problems, counted
from playground.fine_tuning.dataset import Example, Finding, Part, Switch

Key = tuple[bytes, bytes]


def key(example: Example) -> Key:
    """Return the texts of ``example`` without what makes no difference to a reader.

    Case, white space, invisible characters and the width of letters (NFKC) make none. It is a
    digest: a file's texts would be held twice, and a hostile one grows by a factor in NFKC.
    """
    second = b"" if example.second is None else _digest(example.second)
    return _digest(example.text), second


def grouped(examples: Sequence[Example]) -> dict[Key, list[Example]]:
    """Return the examples of each text, both in their order."""
    groups: defaultdict[Key, list[Example]] = defaultdict(list)
    for example in examples:
        groups[key(example)].append(example)
    return groups


def without_long(examples: list[Example], most: int, report: Problems) -> list[Example]:
    """Leave out texts of more than ``most`` characters."""
    long = [one for one in examples if max(len(one.text), len(one.second or "")) > most]
    report.add(
        Finding.TOO_LONG,
        long,
        f"{counted(len(long), 'text')} of more than {most:,} characters: whole documents, or rows "
        "that ran together.",
        "They are left out. Cut documents into paragraphs to learn from them.",
    )
    return _without(examples, long)


def without_empty(examples: list[Example], report: Problems) -> list[Example]:
    """Leave out texts of which nothing can be seen, and pairs with such a text."""
    empty = [
        one
        for one in examples
        if not cells.visible(one.text).strip()
        or (one.second is not None and not cells.visible(one.second).strip())
    ]
    report.add(
        Finding.EMPTY_TEXT,
        empty,
        f"{counted(len(empty), 'row')} without a text.",
        "They are left out.",
    )
    return _without(examples, empty)


def without_leaks(examples: list[Example], report: Problems) -> list[Example]:
    """Leave texts that are in training out of the other parts, and those in validation of test.

    There is no switch: what a model has seen in training says nothing about how good it is.
    """
    order = [None, *Part]
    leaking = []
    for group in grouped(examples).values():
        first = min((one.part for one in group), key=order.index)
        leaking += [one for one in group if one.part is not first]
    report.add(
        Finding.LEAKAGE,
        leaking,
        f"{counted(len(leaking), 'row')} of validation or test with a text that is in training, or "
        "in validation, too. The model would be asked what it was told.",
        "They are left out of the later part.",
    )
    return _without(examples, leaking)


def without_conflicts(examples: list[Example], report: Problems) -> list[Example]:
    """Of a text with several answers keep those that most rows give; none where several lead."""
    groups = [group for group in grouped(examples).values() if len(set(map(_answer, group))) > 1]
    losing = []
    for group in groups:
        votes = Counter(map(_answer, group)).most_common()
        is_tie = votes[0][1] == votes[1][1]
        losing += [one for one in group if is_tie or _answer(one) != votes[0][0]]
    settle = report.decide(
        Switch.SETTLE_CONFLICTS,
        Finding.CONFLICT,
        [one for group in groups for one in group],
        f"{counted(len(groups), 'text')} with different answers in different rows.",
        "The answer of most rows is kept; where there are as many of another, none is. "
        f"Rows that fall away: {len(losing):,}.",
        otherwise="All are kept: this is switched off. Nothing can answer both ways rightly.",
    )
    return _without(examples, losing) if settle else examples


def without_duplicates(examples: list[Example], report: Problems) -> list[Example]:
    """Of rows with one text and one answer keep the first."""
    seen: set[Hashable] = set()
    again = []
    for one in examples:
        if (found := (key(one), _answer(one))) in seen:
            again.append(one)
        seen.add(found)
    drop = report.decide(
        Switch.DROP_DUPLICATES,
        Finding.DUPLICATE,
        again,
        f"{counted(len(again), 'row')} with the text and answer of an earlier row.",
        "The first of each stays.",
        otherwise="All are kept, and those of one text in one part: this is switched off.",
    )
    return _without(examples, again) if drop else examples


def _answer(example: Example) -> Hashable:
    return frozenset(example.labels) or example.spans


def _digest(text: str) -> bytes:
    plain = " ".join(unicodedata.normalize("NFKC", cells.visible(text)).casefold().split())
    return blake2b(plain.encode(), digest_size=16).digest()


def _without(examples: list[Example], left_out: list[Example]) -> list[Example]:
    gone = set(map(id, left_out))
    return [one for one in examples if id(one) not in gone]

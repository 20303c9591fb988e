"""One text before and after an edit: what changed, and what that did to the answer."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from playground.sentiment.classify import Classified, classify

if TYPE_CHECKING:
    from playground.models.engine import Model

Spans = tuple[tuple[int, int], ...]
_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Two versions of a text; the changed words of each are given as characters, start and end."""

    before: Classified
    after: Classified
    changed_before: Spans
    changed_after: Spans
    label: int  # that is followed from one to the other

    @property
    def difference(self) -> float:
        """The label's probability after the edit, less that before it."""
        return self.after.probabilities[self.label] - self.before.probabilities[self.label]


def compare(before: str, after: str, *, model: "Model", label: int | None = None) -> Edit:
    """Return what the edit changed; without a ``label``, the positive one is followed.

    Where the model has no label of that name, it is the one likeliest before the edit.

    Raises:
        TextError: as ``read_text`` does, for either text.
        BusyError: too many requests are waiting.
    """
    first, second = (classify(text, model=model) for text in (before, after))
    changed_before, changed_after = changes(before, after)
    return Edit(
        before=first,
        after=second,
        changed_before=changed_before,
        changed_after=changed_after,
        label=first.focus if label is None else label,
    )


def changes(before: str, after: str) -> tuple[Spans, Spans]:
    """Return where the words of ``before`` are not in ``after``, and the other way round.

    Next words that changed together are one stretch, white space between them included.
    """
    first, second = list(_WORD.finditer(before)), list(_WORD.finditer(after))
    matcher = SequenceMatcher(a=[word[0] for word in first], b=[word[0] for word in second])
    blocks = [block for block in matcher.get_opcodes() if block[0] != "equal"]
    return (
        tuple((first[i].start(), first[j - 1].end()) for _, i, j, _, _ in blocks if j > i),
        tuple((second[i].start(), second[j - 1].end()) for _, _, _, i, j in blocks if j > i),
    )

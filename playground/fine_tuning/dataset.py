"""What checking a file returns: examples, and what was found in them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from playground.fine_tuning.tasks import Task


class Part(StrEnum):
    """What an example is for."""

    TRAINING = "training"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The entity ``text[start:end]``."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One text with what a model is to say about it."""

    number: int  # of its line, as in Table
    text: str
    second: str | None = None  # of sentence pairs
    labels: tuple[str, ...] = ()  # one, or any number where the task is multi-label
    spans: tuple[Span, ...] = ()  # of named entities, in the text's order
    part: Part | None = None  # None until the examples are parted
    in_own_file: bool = False  # whether the line is one of an own file for validation

    @property
    def label_names(self) -> tuple[str, ...]:
        """The names of its labels, or of its entities' labels, each as often as it occurs."""
        return self.labels or tuple(span.label for span in self.spans)


class Finding(StrEnum):
    """What may be wrong with examples."""

    UNREADABLE = "Labels that cannot be read"
    UNKNOWN_TAGS = "Tags of an unknown scheme"
    TOO_LONG = "Texts over the cap"
    EMPTY_TEXT = "Empty texts"
    NO_LABEL = "No label"
    SPELLINGS = "Spellings of one label"
    SPAN_OUTSIDE = "Entities outside of the text"
    SPAN_SPACE = "Entities with white space at an end"
    SPAN_OVERLAP = "Entities that overlap"
    UNKNOWN_PART = "Unknown parts"
    LEAKAGE = "The same text in several parts"
    CONFLICT = "One text, several labels"
    DUPLICATE = "Duplicates"
    SINGLE = "Labels with one example"
    FEW = "Labels with few examples"
    NUMBERS = "Labels that are numbers"
    UNBALANCED = "Unbalanced labels"
    NOT_TRAINED = "Labels that are not in training"
    CUT = "Texts over the token limit"


class Switch(StrEnum):
    """What is done unless it is switched off."""

    KEEP_UNLABELLED = "Keep texts without a label as texts that none fits"
    MERGE_SPELLINGS = "Merge spellings of one label"
    KEEP_LONGEST_SPAN = "Of overlapping entities keep the longest"
    SETTLE_CONFLICTS = "Settle conflicts by majority"
    DROP_DUPLICATES = "Keep the first of duplicates"
    DROP_SINGLE = "Leave out labels with one example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something found, and what is done about it."""

    finding: Finding
    found: str  # a sentence
    count: int  # of examples, or of labels where the finding is about those
    action: str  # a sentence, as the switches stand
    lines: tuple[int, ...] = ()  # up to ten of them, in the file's order
    own_file_lines: tuple[int, ...] = ()  # likewise in an own file for validation
    switch: Switch | None = None  # that turns the action off and on


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a visitor may choose beside the split."""

    max_tokens: int = 128  # of one text, special tokens included
    off: frozenset[Switch] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """How long the texts are, in tokens with the special ones, and what the limit cuts."""

    tokens: tuple[int, ...]  # a number an example, both texts of a pair together
    limit: int

    @property
    def texts_cut(self) -> int:
        """How many examples are longer than the limit."""
        return sum(count > self.limit for count in self.tokens)

    @property
    def share_cut(self) -> float:
        """The share of all tokens that lies beyond the limit, between 0 and 1."""
        beyond = sum(max(count - self.limit, 0) for count in self.tokens)
        return beyond / max(sum(self.tokens), 1)


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Examples in parts, ready for training; no text is in two parts."""

    task: Task
    labels: tuple[str, ...]  # numbers in their order, then names by the alphabet
    parts: Mapping[Part, tuple[Example, ...]] = field(hash=False)
    notices: tuple[str, ...] = ()  # how it was parted, and what was read in another way than asked

    @cached_property
    def label_counts(self) -> dict[Part, Counter[str]]:
        """How often each label occurs in each part."""
        return {
            part: Counter(name for example in examples for name in example.label_names)
            for part, examples in self.parts.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A data set, and all that was found on the way to it."""

    dataset: Dataset
    problems: tuple[Problem, ...]
    lengths: Lengths | None  # None where no tokenizer was at hand

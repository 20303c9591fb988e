"""What may be wrong with entities. Each check reports, and returns the examples that stay."""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import replace

from playground.fine_tuning.checking.problems import Problems, counted
from playground.fine_tuning.dataset import Example, Finding, Span, Switch
from playground.text.cleaning import trim


def without_outside(examples: list[Example], report: Problems) -> list[Example]:
    """Leave out texts with an entity that marks nothing in them: its places cannot be trusted."""
    inside: list[Example] = []
    outside: list[Example] = []
    for one in examples:
        fits = all(_marks_something(span, one.text) for span in one.spans)
        (inside if fits else outside).append(one)
    report.add(
        Finding.SPAN_OUTSIDE,
        outside,
        f"In {counted(len(outside), 'row')} an entity lies outside of the text, or marks nothing "
        "in it. Places count characters from 0, and the end is the one behind the entity.",
        "These rows are left out.",
    )
    return inside


def trimmed(examples: list[Example], report: Problems) -> list[Example]:
    """Take white space at their ends away from entities."""
    made = [
        replace(one, spans=tuple(_trimmed(span, one.text) for span in one.spans))
        for one in examples
    ]
    changed = [one for one, new in zip(examples, made, strict=True) if one.spans != new.spans]
    report.add(
        Finding.SPAN_SPACE,
        changed,
        f"In {counted(len(changed), 'row')} an entity begins or ends with white space.",
        "It is taken away from the entity; the text stays.",
    )
    return made


def without_overlaps(examples: list[Example], report: Problems) -> list[Example]:
    """Of entities that overlap keep the longest: a word has one tag."""
    made = [replace(one, spans=_apart(one.spans)) for one in examples]
    overlapping = [one for one, new in zip(examples, made, strict=True) if one.spans != new.spans]
    keep = report.decide(
        Switch.KEEP_LONGEST_SPAN,
        Finding.SPAN_OVERLAP,
        overlapping,
        f"In {counted(len(overlapping), 'row')} entities overlap, and a word can be part of one.",
        "The longest is kept.",
        otherwise="These rows are left out: keeping the longest is switched off.",
    )
    if keep:
        return made
    return [one for one, new in zip(examples, made, strict=True) if one.spans == new.spans]


def _marks_something(span: Span, text: str) -> bool:
    return 0 <= span.start < span.end <= len(text) and bool(text[span.start : span.end].strip())


def _trimmed(span: Span, text: str) -> Span:
    return Span(*trim(text, span.start, span.end), span.label)


def _apart(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return the longest of the spans that overlap, the first of two that are as long."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: one.start - one.end):
        place = bisect(kept, span)
        begins_after = place == 0 or kept[place - 1].end <= span.start
        ends_before = place == len(kept) or span.end <= kept[place].start
        if begins_after and ends_before:
            kept.insert(place, span)
    return tuple(kept)

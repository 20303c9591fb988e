"""Entities: nervaluate's numbers on a case by hand, what is confused, and the lookup baseline."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nervaluate import Evaluator

from playground.fine_tuning import Part, Span
from playground.fine_tuning.evaluation import PredictedSpan, Predictions, baselines, evaluate
from playground.fine_tuning.evaluation.entities import NO_ENTITY, label_scores, paired
from playground.fine_tuning.evaluation.report import Cell, EntityCounts, Outcome
from tests.fine_tuning.judged import said, tagged, text_with

TRAINING = [
    text_with(("Rita", "PER"), ("lives", ""), ("in", ""), ("Lagos", "LOC")),
    text_with(("New York", "LOC"), ("and", ""), ("York", "LOC"), ("and", ""), ("Jordan", "LOC")),
    text_with(("Jordan", "PER"), ("asked", ""), ("Rita", "PER")),
]
#            0123456789012345678901234567
FIRST = "Rita met Omar in Lagos today"
TRUE = (Span(0, 4, "PER"), Span(9, 13, "PER"), Span(17, 22, "LOC"))


def test_one_text_by_hand() -> None:
    dataset = tagged(TRAINING, [(FIRST, TRUE)])
    # Rita is right, Omar is a place, Lagos is too long by "in", and "today" is nothing.
    found = said(Span(0, 4, "PER"), Span(9, 13, "LOC"), Span(14, 22, "LOC"), Span(23, 28, "PER"))
    report = evaluate(dataset, {Part.VALIDATION: Predictions(spans=(found,))})
    part = report.headline
    strict, partial = part.scores
    # Four were said and three are true: one of them fully right; two, and half, in their ends.
    assert (strict.name, partial.name) == ("strict F1", "partial F1")
    assert (strict.value, partial.value) == pytest.approx((2 * 1 / 7, 2 * 2.5 / 7))
    assert part.entities == EntityCounts(
        correct=1, wrong_type=1, wrong_ends=1, missed=0, spurious=1
    )
    # Of places, nervaluate sees two said and one true, which overlaps: half, of three.
    place, person = part.labels
    assert (place.label, place.precision, place.recall, place.f1) == ("LOC", 0, 0, 0)
    assert place.partial_f1 == pytest.approx(2 * 0.5 / 3)
    assert (person.precision, person.recall, person.support) == (0.5, 0.5, 2)
    assert part.confusion.rows == ("LOC", "PER", NO_ENTITY)
    assert set(part.confusion.cells) == {
        Cell(row=0, column=0, count=1, examples=(0,)),
        Cell(row=1, column=0, count=1, examples=(0,)),
        Cell(row=1, column=1, count=1, examples=(0,)),
        Cell(row=2, column=1, count=1, examples=(0,)),
    }
    assert [(one.truth, one.said, one.start, one.end) for one in part.mistakes] == [
        ("PER", "LOC", 9, 13),
        ("LOC", "LOC", 14, 22),
        ("", "PER", 23, 28),
    ]
    # Sure by 75 % of four of which one is right.
    assert part.reliability[0].error == pytest.approx(0.5)
    assert part.answers[0].spans == found
    assert report.temperature is None


def test_neighbours_do_not_overlap() -> None:
    # In nervaluate an end is the last place inside: one that is given the place behind takes
    # neighbours for an overlap.
    true, other = ((Span(0, 4, "A"),),), ((Span(4, 8, "A"),),)
    [score] = label_scores(true, other, ["A"])
    assert (score.f1, score.partial_f1) == (0.0, 0.0)
    assert list(paired(true[0], other[0])) == [(None, other[0][0]), (true[0][0], None)]


def test_the_surest_wrong_entities_come_first_and_missed_ones_are_counted() -> None:
    dataset = tagged(TRAINING, [(FIRST, TRUE), (FIRST, TRUE)])
    wrong = PredictedSpan(23, 28, "PER", 0.6), PredictedSpan(5, 8, "LOC", 0.9)
    predictions = Predictions(spans=((wrong[0],), (wrong[1],)))
    part = evaluate(dataset, {Part.VALIDATION: predictions}).headline
    assert [one.example for one in part.mistakes] == [1, 0]
    assert part.entities == EntityCounts(
        correct=0, wrong_type=0, wrong_ends=0, missed=6, spurious=2
    )


def test_nothing_found_at_all() -> None:
    part = evaluate(
        tagged(TRAINING, [(FIRST, TRUE)]), {Part.VALIDATION: Predictions(spans=((),))}
    ).headline
    assert (part.scores[0].value, part.reliability, part.mistakes) == (0.0, (), ())
    nothing, known = part.baselines
    assert nothing.comparison.outcome is Outcome.NOT_BETTER
    # Rita and Lagos are known: 2 * 2 / (2 + 3).
    assert known.scores[0].value == pytest.approx(0.8)


def test_known_entities_are_the_longest_of_one_type_in_whole_words() -> None:
    find = baselines.known_entities(tagged(TRAINING, []))
    [example] = tagged([("", ())], [("Jordan and Ritalin in New York.", ())]).parts[Part.VALIDATION]
    [found] = find([example])
    # "Jordan" has two types and "Ritalin" only begins like Rita; "York" lies in "New York".
    assert found == (Span(22, 30, "LOC"),)
    assert example.text[22:30] == "New York"
    assert find([replace(example, text="Rita, Rita")]) == [
        (Span(0, 4, "PER"), Span(6, 10, "PER")),
    ]


spans = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 6), st.sampled_from(["A", "B"])), max_size=6
)


def placed(parts: list[tuple[int, int, str]]) -> tuple[Span, ...]:
    """Return spans one after another, from gaps, lengths and labels."""
    made, place = [], 0
    for gap, length, label in parts:
        made.append(Span(place + gap - 1, place + gap - 1 + length, label))
        place = made[-1].end
    return tuple(made)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(spans, spans), min_size=1, max_size=4))
def test_scores_and_counts_are_nervaluates(
    drawn: list[tuple[list[tuple[int, int, str]], list[tuple[int, int, str]]]],
) -> None:
    true = [placed(one) for one, _ in drawn]
    found = [placed(one) for _, one in drawn]
    dataset = tagged([("a b", (Span(0, 1, "A"), Span(2, 3, "B")))], [("x" * 80, t) for t in true])
    report = evaluate(
        dataset, {Part.VALIDATION: Predictions(spans=tuple(said(*one) for one in found))}
    )
    dicts = [
        [[{"label": s.label, "start": s.start, "end": s.end - 1} for s in one] for one in side]
        for side in (true, found)
    ]
    reference = Evaluator(*dicts, tags=["A", "B"], loader="dict").evaluate()["overall"]
    strict, partial = report.headline.scores
    assert strict.value == pytest.approx(reference["strict"].f1)
    assert partial.value == pytest.approx(reference["partial"].f1)
    counts = report.headline.entities
    assert counts is not None
    assert counts.correct == reference["strict"].correct
    assert counts.missed == reference["strict"].missed
    assert counts.spurious == reference["strict"].spurious
    assert counts.wrong_type + counts.wrong_ends == reference["strict"].incorrect

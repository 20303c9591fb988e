"""Each problem of texts and labels: what is found, in which lines, and what is done about it."""

import pytest

from playground.errors import DatasetError, LabelsError, TooFewExamplesError
from playground.fine_tuning import Columns, Finding, Options, OwnColumn, Switch, Task, check
from playground.settings import Settings
from tests.fine_tuning.tables import COLUMNS, GOOD, all_examples, checked, found, lines, table

GOOD_LINES = list(range(2, 18))
# Rows after the good ones, from line 18; the finding, the lines it names, those of 2 to 17 and of
# these rows that fall away.
CASES: dict[str, tuple[list[tuple[str, str]], Finding, tuple[int, ...], set[int]]] = {
    "empty text": ([("", "yes"), ("a", "no")], Finding.EMPTY_TEXT, (18,), {18}),
    "white space": ([(" \t\n", "yes")], Finding.EMPTY_TEXT, (18,), {18}),
    "nothing to be seen": ([("\u200b\ufeff\u202e", "yes")], Finding.EMPTY_TEXT, (18,), {18}),
    "no label": ([("a", ""), ("b", "  ")], Finding.NO_LABEL, (18, 19), {18, 19}),
    "no label, as pandas writes it": ([("a", "nan")], Finding.NO_LABEL, (18,), {18}),
    "other case": ([("a", "YES"), ("b", "No")], Finding.SPELLINGS, (18, 19), set()),
    "other spaces": ([("a", "y es"), ("b", "n_o")], Finding.SPELLINGS, (18, 19), set()),
    "duplicate": ([("remark 0", "yes")], Finding.DUPLICATE, (18,), {18}),
    "duplicate but for case and space": (
        [(" Remark   0 ", "yes"), ("ｒｅｍａｒｋ 1", "no")],
        Finding.DUPLICATE,
        (18, 19),
        {18, 19},
    ),
    "conflict with a majority": (
        [("remark 0", "no"), ("remark 0", "no")],
        Finding.CONFLICT,
        (2, 18, 19),
        {2, 19},  # 19 repeats 18
    ),
    "conflict without one": ([("remark 0", "no")], Finding.CONFLICT, (2, 18), {2, 18}),
    "one example": ([("a", "perhaps")], Finding.SINGLE, (18,), {18}),
    "few examples": (
        [("a", "perhaps"), ("b", "perhaps")],
        Finding.FEW,
        (18, 19),
        set(),
    ),
    "unbalanced": (
        [*((f"more {n}", "yes") for n in range(81))],
        Finding.UNBALANCED,
        (3, 5, 7, 9, 11, 13, 15, 17),
        set(),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_found_with_its_lines_and_settled(name: str) -> None:
    rows, finding, named, gone = CASES[name]
    result = checked(GOOD + rows)
    problem = found(result, finding)
    assert problem.lines == named
    assert lines(result) == [line for line in range(2, 18 + len(rows)) if line not in gone]
    assert problem.found.endswith(".")
    assert problem.action.endswith(".")


SWITCHED_OFF = {
    "other case": Switch.MERGE_SPELLINGS,
    "duplicate": Switch.DROP_DUPLICATES,
    "conflict without one": Switch.SETTLE_CONFLICTS,
    "one example": Switch.DROP_SINGLE,
}


@pytest.mark.parametrize("name", SWITCHED_OFF)
def test_what_is_switched_off_is_reported_and_not_done(name: str) -> None:
    switch = SWITCHED_OFF[name]
    rows, finding, named, _ = CASES[name]
    if name == "other case":  # otherwise each is the only one of its label
        rows, named = [*rows, ("c", "YES"), ("d", "No")], (18, 19, 20, 21)
    result = checked(GOOD + rows, options=Options(off=frozenset({switch})))
    problem = found(result, finding)
    assert (problem.lines, problem.switch) == (named, switch)
    assert "switched off" in problem.action
    assert lines(result) == list(range(2, 18 + len(rows)))


def test_ten_times_as_many_are_not_unbalanced() -> None:
    assert checked([*GOOD, *((f"more {n}", "yes") for n in range(72))]).problems == ()


def test_good_rows_have_no_problem() -> None:
    result = checked(GOOD)
    assert result.problems == ()
    assert result.dataset.labels == ("no", "yes")
    assert lines(result) == GOOD_LINES


def test_the_most_frequent_spelling_stands_for_all() -> None:
    result = checked([*GOOD, ("a", "Yes"), ("b", "1.0"), ("c", "1"), ("d", "1"), ("e", " No ")])
    assert result.dataset.labels == ("1", "no", "yes")
    assert "“yes”, “Yes”" in found(result, Finding.SPELLINGS).found


def test_at_most_ten_lines_are_named_and_all_are_counted() -> None:
    problem = found(checked([*GOOD, *[("", "yes")] * 12]), Finding.EMPTY_TEXT)
    assert (problem.count, problem.lines) == (12, tuple(range(18, 28)))


def test_a_text_over_the_cap_is_left_out() -> None:
    result = checked([*GOOD, ("x" * 101, "yes")], settings=Settings(max_characters=100))
    assert found(result, Finding.TOO_LONG).lines == (18,)
    assert lines(result) == GOOD_LINES


def test_labels_are_in_the_order_of_numbers_then_of_letters() -> None:
    rows = [(f"{name} {n}", name) for name in ("b", "10", "A", "9") for n in range(8)]
    assert checked(rows).dataset.labels == ("9", "10", "A", "b")


def test_numbers_that_look_measured_are_named() -> None:
    rows = [(f"{name} {n}", name) for name in ("1.5", "2.25", "3") for n in range(8)]
    assert found(checked(rows), Finding.NUMBERS).count == 3
    stars = [(f"{name} {n}", name) for name in "12345" for n in range(8)]
    assert checked(stars).problems == ()


def test_a_text_that_training_and_validation_share_stays_in_training() -> None:
    rows = [(*row, "train") for row in GOOD] + [
        ("Remark 3", "no", "dev"),
        ("new", "yes", "dev"),
        ("new", "yes", "test"),
        ("newer", "no", "test"),
    ]
    result = check(
        table(rows, ("text", "label", "part")),
        COLUMNS,
        Task.CLASSIFICATION,
        OwnColumn(column="part"),
        settings=Settings(),
    )
    problem = found(result, Finding.LEAKAGE)
    assert (problem.lines, problem.switch) == ((18, 20), None)
    assert lines(result) == [*GOOD_LINES, 19, 21]


def test_what_the_token_limit_cuts_is_counted_in_texts_and_tokens() -> None:
    def words(texts: object) -> list[int]:
        assert isinstance(texts, list)
        return [len(text.split()) for text in texts]

    # 2 words and 2 special tokens, sixteen times; 8 tokens; 20 tokens, of which 8 may stay.
    result = check(
        table([*GOOD, ("w " * 18, "yes"), ("w " * 6, "no")]),
        COLUMNS,
        Task.CLASSIFICATION,
        options=Options(max_tokens=8),
        count_tokens=words,
        settings=Settings(),
    )
    assert result.lengths is not None
    assert sorted(result.lengths.tokens) == [*[4] * 16, 8, 20]
    assert result.lengths.texts_cut == 1
    assert result.lengths.share_cut == 12 / 92
    problem = found(result, Finding.CUT)
    assert problem.lines == (18,)
    assert "13.0 % of all tokens" in problem.found
    assert "A limit of 20 would cut none" in problem.action


def test_a_pair_is_as_long_as_both_its_texts() -> None:
    rows = [(text, "a b c", label) for text, label in GOOD]
    result = check(
        table(rows, ("text", "other", "label")),
        Columns(text="text", second="other", labels=("label",)),
        Task.PAIRS,
        count_tokens=lambda texts: [len(text.split()) for text in texts],
        settings=Settings(),
    )
    assert result.lengths is not None
    assert set(result.lengths.tokens) == {8}  # 2 + 3 words, 3 special tokens
    assert {one.second for one in all_examples(result)} == {"a b c"}


def test_of_pairs_both_texts_count_for_what_is_a_duplicate_and_what_is_empty() -> None:
    rows = [
        *((text, "a", label) for text, label in GOOD),
        ("remark 0", "b", "no"),
        ("Remark 1", "A", "no"),
        ("remark 2", " ", "no"),
    ]
    result = check(
        table(rows, ("text", "other", "label")),
        Columns(text="text", second="other", labels=("label",)),
        Task.PAIRS,
        settings=Settings(),
    )
    assert found(result, Finding.DUPLICATE).lines == (19,)
    assert found(result, Finding.EMPTY_TEXT).lines == (20,)
    assert lines(result) == [*GOOD_LINES, 18]


def test_of_several_labels_a_single_one_takes_its_text_along_and_others_may_follow() -> None:
    rows = [
        *GOOD,
        ("a", "rare;odd"),  # "rare" is alone, and without this text "odd" is, too
        ("b", "odd;yes"),
        ("c", "yes;no"),
    ]
    result = checked(rows, Task.MULTI_LABEL)
    assert found(result, Finding.SINGLE).lines == (18,)
    assert lines(result) == [*GOOD_LINES, 20]
    assert all_examples(result)[-1].labels == ("yes", "no")


def test_texts_without_any_of_several_labels_are_kept_unless_that_is_switched_off() -> None:
    rows = [*GOOD, ("a", ""), ("b", "[]"), ("c", '["yes", "no"]')]
    kept = checked(rows, Task.MULTI_LABEL)
    assert found(kept, Finding.NO_LABEL).lines == (18, 19)
    assert lines(kept) == [*GOOD_LINES, 18, 19, 20]
    off = Options(off=frozenset({Switch.KEEP_UNLABELLED}))
    assert lines(checked(rows, Task.MULTI_LABEL, off)) == [*GOOD_LINES, 20]


@pytest.mark.parametrize(
    ("rows", "error", "part"),
    [
        (GOOD[::2] * 2, TooFewExamplesError, "8 examples of 16 rows.*Duplicates: 8"),
        ([(f"a {n}", "yes") for n in range(12)], LabelsError, "All 12 examples.*“yes”"),
        ([(f"a {n}", "") for n in range(12)], TooFewExamplesError, "No label: 12"),
        ([(f"a {n}", f"{n}") for n in range(12)], LabelsError, "12 different.*ranges first"),
        ([(f"a {n}", f"l{n // 2}") for n in range(12)], LabelsError, "6 labels, and at most 5"),
        (GOOD[:9], TooFewExamplesError, "9 examples of 9 rows can be used, and 10"),
    ],
)
def test_what_cannot_be_trained_on_says_why(
    rows: list[tuple[str, str]], error: type[DatasetError], part: str
) -> None:
    with pytest.raises(error, match=part):
        checked(rows, settings=Settings(max_labels=5 if "most 5" in part else 200))


@pytest.mark.parametrize("limit", [7, 513, -1])
def test_a_token_limit_out_of_range_is_refused(limit: int) -> None:
    with pytest.raises(DatasetError, match="from 8 to 512"):
        checked(GOOD, options=Options(max_tokens=limit))

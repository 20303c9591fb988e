"""Parts: none of the examples lost, none in two, the same seed the same parts."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.errors import LabelsError, SplitError, TooFewExamplesError, UnknownColumnError
from playground.fine_tuning import (
    Example,
    Finding,
    Options,
    OwnColumn,
    OwnFile,
    Part,
    Share,
    Span,
    Switch,
    Task,
    check,
    guess_split,
)
from playground.fine_tuning.checking.split import by_share
from playground.settings import Settings
from tests.fine_tuning.tables import COLUMNS, GOOD, all_examples, checked, found, lines, table


def test_a_share_keeps_the_labels_shares() -> None:
    rows = [(f"text {n}", "a" if n < 40 else "b") for n in range(50)]
    counts = checked(rows, split=Share(validation=0.2, test=0.1)).dataset.label_counts
    assert counts == {
        Part.TRAINING: {"a": 28, "b": 7},
        Part.VALIDATION: {"a": 8, "b": 2},
        Part.TEST: {"a": 4, "b": 1},
    }


def test_the_seed_is_shown_and_another_one_draws_others() -> None:
    first, again, other = (checked(GOOD, split=Share(seed=seed)) for seed in (7, 7, 8))
    assert first.dataset.notices[0] == "Drawn at random with seed 7."
    assert lines(first, Part.VALIDATION) == lines(again, Part.VALIDATION)
    assert lines(first, Part.VALIDATION) != lines(other, Part.VALIDATION)


def test_of_several_labels_the_rarest_decides_and_that_is_said() -> None:
    rows = [(f"text {n}", "a;b" if n < 10 else "a") for n in range(50)]
    dataset = checked(rows, Task.MULTI_LABEL).dataset
    assert dataset.label_counts[Part.VALIDATION] == {"a": 10, "b": 2}
    assert "rarest label" in dataset.notices[1]


def test_texts_with_and_without_entities_keep_their_shares() -> None:
    examples = [
        Example(number=n, text=f"text {n}", spans=(Span(0, 4, "A"),) if n < 10 else ())
        for n in range(50)
    ]
    parted, notices = by_share(examples, Task.ENTITIES, Share())
    held = [one for one in parted if one.part is Part.VALIDATION]
    assert Counter(bool(one.spans) for one in held) == {True: 2, False: 8}
    assert "with and without entities" in notices[1]


def test_where_labels_are_too_many_for_the_share_that_is_said() -> None:
    rows = [(f"text {n}", f"l{n // 3}") for n in range(30)]
    dataset = checked(rows, split=Share(validation=0.1)).dataset
    assert "Not stratified" in dataset.notices[1]
    assert len(dataset.parts[Part.VALIDATION]) == 3


def test_a_label_with_one_example_stays_in_training() -> None:
    rows = [*GOOD, ("alone", "perhaps")]
    off = Options(off=frozenset({Switch.DROP_SINGLE}))
    for seed in range(5):
        assert 18 in lines(checked(rows, options=off, split=Share(seed=seed)), Part.TRAINING)


@pytest.mark.parametrize(
    ("share", "message"),
    [
        (Share(validation=0.4, test=0.2), "40% for validation and 20% for test.*at most 50%"),
        (Share(validation=-0.1), "at most 50%"),
        (Share(validation=0), "nothing can be measured"),
        (Share(validation=float("nan")), "nan% for validation"),
        (Share(seed=-1), "The seed is -1. Choose one from 0 to"),
    ],
)
def test_a_share_out_of_range_says_what_fits(share: Share, message: str) -> None:
    with pytest.raises(SplitError, match=message):
        checked(GOOD, split=share)


def with_parts(*parts: str) -> list[tuple[str, str, str]]:
    return [(*row, parts[place % len(parts)]) for place, row in enumerate(GOOD)]


def by_column(rows: list[tuple[str, str, str]], column: str = "part") -> object:
    return check(
        table(rows, ("text", "label", "part")),
        COLUMNS,
        Task.CLASSIFICATION,
        OwnColumn(column=column),
        settings=Settings(),
    )


SPELLINGS = [
    ("train", "validation"),
    ("TRAINING", " Dev "),
    ("Train-Set", "eval_set"),
    ("trn", "val"),
    ("train_data", "valid"),
    ("training", "holdout"),
]


@pytest.mark.parametrize("parts", SPELLINGS)
def test_a_column_may_spell_the_parts_as_usual(parts: tuple[str, str]) -> None:
    rows = with_parts(parts[0], parts[0], parts[1], parts[1])
    result = check(
        table(rows, ("text", "label", "part")),
        COLUMNS,
        Task.CLASSIFICATION,
        OwnColumn(column="part"),
        settings=Settings(),
    )
    assert lines(result, Part.VALIDATION) == [4, 5, 8, 9, 12, 13, 16, 17]
    assert lines(result, Part.TRAINING) == [2, 3, 6, 7, 10, 11, 14, 15]
    assert result.problems == ()


def test_rows_of_an_unknown_part_are_left_out_and_test_stands_in_for_validation() -> None:
    rows = with_parts("train", "train", "test", "test")
    rows += [("a", "yes", "unlabeled"), ("b", "no", "")]
    result = check(
        table(rows, ("text", "label", "part")),
        COLUMNS,
        Task.CLASSIFICATION,
        OwnColumn(column="part"),
        settings=Settings(),
    )
    assert found(result, Finding.UNKNOWN_PART).lines == (18, 19)
    assert "“unlabeled”" in found(result, Finding.UNKNOWN_PART).found
    assert set(result.dataset.parts) == {Part.TRAINING, Part.VALIDATION}
    assert "those for test are" in result.dataset.notices[1]


@pytest.mark.parametrize(
    ("parts", "column"),
    [(("train", "dev"), "part"), (("train",), None), (("train", "x"), None), (("dev", ""), None)],
)
def test_a_column_that_names_the_parts_is_found(parts: tuple[str, ...], column: str | None) -> None:
    guessed = guess_split(table(with_parts(*parts), ("text", "label", "part")))
    assert guessed == (OwnColumn(column=column) if column else None)


@pytest.mark.parametrize("parts", [("train",), ("dev", "test"), ("x", "y")])
def test_a_column_that_names_no_two_parts_says_what_it_holds(parts: tuple[str, ...]) -> None:
    with pytest.raises(SplitError, match=f"“part” must say.*It says “{parts[0]}”"):
        by_column(with_parts(*parts))


def test_training_with_one_label_is_refused() -> None:
    with pytest.raises(LabelsError, match="All 8 examples to learn from are “yes”"):
        by_column(with_parts("train", "dev"))


def test_a_column_for_the_parts_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownColumnError, match=r"no column “prat”. Did you mean “part”"):
        by_column(with_parts("train", "dev"), "prat")


def test_labels_that_training_never_shows_are_reported() -> None:
    rows = with_parts("train", "train", "train", "dev", "dev", "train")
    rows += [("a", "perhaps", "dev"), ("b", "perhaps", "dev")]
    result = check(
        table(rows, ("text", "label", "part")),
        COLUMNS,
        Task.CLASSIFICATION,
        OwnColumn(column="part"),
        settings=Settings(),
    )
    assert found(result, Finding.NOT_TRAINED).lines == (18, 19)


def test_an_own_file_is_for_validation_with_lines_of_its_own() -> None:
    own = table([("Remark 4", "yes"), ("new", "no"), ("", "no"), ("newer", "yes")])
    result = check(
        table(GOOD), COLUMNS, Task.CLASSIFICATION, OwnFile(table=own), settings=Settings()
    )
    assert [one.number for one in all_examples(result) if one.in_own_file] == [3, 5]
    leak, empty = (found(result, kind) for kind in (Finding.LEAKAGE, Finding.EMPTY_TEXT))
    assert (leak.lines, leak.own_file_lines) == ((), (2,))
    assert (empty.lines, empty.own_file_lines) == ((), (4,))


def test_an_own_file_is_read_with_the_separator_of_the_other() -> None:
    rows = [(text, f"{label};x, y") for text, label in GOOD]
    own = OwnFile(table=table([("new", "x, y"), ("newer", "yes")]))
    result = check(table(rows), COLUMNS, Task.MULTI_LABEL, own, settings=Settings())
    assert result.dataset.labels == ("no", "x, y", "yes")


def test_an_own_file_without_a_new_text_is_refused() -> None:
    own = OwnFile(table=table(GOOD[:3]))
    with pytest.raises(TooFewExamplesError, match="No example is left for validation"):
        check(table(GOOD), COLUMNS, Task.CLASSIFICATION, own, settings=Settings())


def test_an_own_file_needs_the_same_columns() -> None:
    own = OwnFile(table=table([("a", "b")], ("text", "lable")))
    with pytest.raises(UnknownColumnError, match=r"no column “label”. Did you mean “lable”"):
        check(table(GOOD), COLUMNS, Task.CLASSIFICATION, own, settings=Settings())


LABELS = st.lists(st.sampled_from("abcd"), min_size=12, max_size=60)


@settings(max_examples=60)
@given(
    LABELS,
    st.floats(0.01, 0.3),
    st.sampled_from([0.0, 0.1, 0.2]),
    st.integers(0, 2**32 - 1),
    st.sampled_from([Task.CLASSIFICATION, Task.MULTI_LABEL, Task.ENTITIES, Task.ADAPTATION]),
)
def test_any_split_loses_nothing_and_keeps_equal_texts_together(
    labels: list[str], validation: float, test: float, seed: int, task: Task
) -> None:
    examples = [
        Example(
            number=n,
            text=f"{'Text' if n % 2 else 'text'} {n // 3}",
            labels=(name,) if task is not Task.ENTITIES else (),
            spans=(Span(0, 4, name),) if task is Task.ENTITIES and name in "ab" else (),
        )
        for n, name in enumerate(labels)
    ]
    share = Share(validation=validation, test=test, seed=seed)
    try:
        parted, _ = by_share(examples, task, share)
    except SplitError:
        assert len(examples) // 3 <= 4  # four texts or five, and one each is asked for
        return
    assert [one.number for one in parted] == list(range(len(labels)))
    of_text: dict[int, set[Part | None]] = {}
    for one in parted:
        of_text.setdefault(one.number // 3, set()).add(one.part)
    assert all(len(parts) == 1 for parts in of_text.values())
    assert {one.part for one in parted} >= {Part.TRAINING, Part.VALIDATION}
    assert by_share(examples, task, share)[0] == parted

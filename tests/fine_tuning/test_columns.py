"""Which columns are taken, and what a wrong choice says."""

import pytest

from playground.errors import ColumnsError, DatasetError, UnknownColumnError
from playground.fine_tuning import Columns, Task, guess
from playground.fine_tuning.checking.columns import require
from tests.fine_tuning.tables import table

LONG = "a sentence of some length"
GUESSES: dict[str, tuple[Task, tuple[str, ...], list[tuple[str, ...]], Columns]] = {
    "by their names": (
        Task.CLASSIFICATION,
        ("id", "category", "review"),
        [("1", "good", LONG), ("2", "bad", "short")],
        Columns(text="review", labels=("category",)),
    ),
    "by what they hold": (
        Task.CLASSIFICATION,
        ("a", "b", "c"),
        [(f"{LONG} {n}", f"{n}", f"{n % 2}") for n in range(4)],
        Columns(text="a", labels=("c",)),
    ),
    "not the one that never changes": (
        Task.CLASSIFICATION,
        ("a", "b", "c"),
        [(f"{LONG} {n}", "x", f"{n % 3}") for n in range(6)],
        Columns(text="a", labels=("c",)),
    ),
    "labels in one column": (
        Task.MULTI_LABEL,
        ("text", "topics", "date"),
        [(LONG, "a;b", "2024"), (LONG, "a", "2025")],
        Columns(text="text", labels=("topics",)),
    ),
    "labels in columns of their own": (
        Task.MULTI_LABEL,
        ("comment_text", "toxic", "insult", "id"),
        [(LONG, "0", "1", "7"), (LONG, "1", "1", "8")],
        Columns(text="comment_text", labels=("toxic", "insult")),
    ),
    "empty columns are no labels": (
        Task.MULTI_LABEL,
        ("text", "a", "b", "topics"),
        [(LONG, "", "", "x"), (LONG, "", "", "x;y")],
        Columns(text="text", labels=("topics",)),
    ),
    "pairs": (
        Task.PAIRS,
        ("premise", "hypothesis", "label"),
        [(f"{LONG} {n}", f"{LONG} {n + 1}", "yes") for n in range(3)],
        Columns(text="premise", second="hypothesis", labels=("label",)),
    ),
    "pairs, label first": (
        Task.PAIRS,
        ("gold", "text_a", "text_b"),
        [(f"{n % 2}", f"b {n}", f"{LONG} {n}") for n in range(3)],
        Columns(text="text_a", second="text_b", labels=("gold",)),
    ),
    "spans": (
        Task.ENTITIES,
        ("id", "text", "entities"),
        [("1", LONG, '[{"start": 0}]'), ("2", LONG, "")],
        Columns(text="text", labels=("entities",)),
    ),
    "tokens and tags": (
        Task.ENTITIES,
        ("id", "tokens", "pos_tags", "ner_tags"),
        [("1", '["a"]', "NN", "O"), ("2", '["a"]', "NN", "B-X")],
        Columns(text="tokens", labels=("ner_tags",)),
    ),
    "texts only": (
        Task.ADAPTATION,
        ("date", "body"),
        [("2024", LONG), ("2025", LONG)],
        Columns(text="body"),
    ),
}


@pytest.mark.parametrize("name", GUESSES)
def test_columns_are_guessed(name: str) -> None:
    task, columns, rows, expected = GUESSES[name]
    made = table(rows, columns)
    assert guess(made, task) == expected
    require(made, expected, task)


def test_too_few_columns_are_named_with_a_way_out() -> None:
    with pytest.raises(ColumnsError, match=r"1 column, “text”.*needs 2.*domain adaptation"):
        guess(table([("a",)], ("text",)), Task.CLASSIFICATION)


REFUSED: dict[str, tuple[Task, Columns, type[DatasetError], str]] = {
    "misspelt": (
        Task.CLASSIFICATION,
        Columns(text="txet", labels=("label",)),
        UnknownColumnError,
        "no column “txet”. Did you mean “text”.*“text”, “label”, “second”",
    ),
    "other case": (
        Task.CLASSIFICATION,
        Columns(text="text", labels=("LABEL",)),
        UnknownColumnError,
        "Did you mean “label”",
    ),
    "quite another": (
        Task.CLASSIFICATION,
        Columns(text="text", labels=("zzz",)),
        UnknownColumnError,
        "no column “zzz”. The file has “text”",
    ),
    "twice": (
        Task.CLASSIFICATION,
        Columns(text="text", labels=("text",)),
        ColumnsError,
        "“text” is used twice",
    ),
    "no second text": (
        Task.PAIRS,
        Columns(text="text", labels=("label",)),
        ColumnsError,
        "need a second column",
    ),
    "a second text": (
        Task.CLASSIFICATION,
        Columns(text="text", second="second", labels=("label",)),
        ColumnsError,
        "Only sentence pairs",
    ),
    "no label": (Task.CLASSIFICATION, Columns(text="text"), ColumnsError, "holds the labels"),
    "two labels": (
        Task.ENTITIES,
        Columns(text="text", labels=("label", "second")),
        ColumnsError,
        "in 2 columns",
    ),
    "a label too many": (
        Task.ADAPTATION,
        Columns(text="text", labels=("label",)),
        ColumnsError,
        "texts only",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_columns_that_do_not_fit_say_what_would(name: str) -> None:
    task, columns, error, message = REFUSED[name]
    with pytest.raises(error, match=message):
        require(table([("a", "b", "c")], ("text", "label", "second")), columns, task)

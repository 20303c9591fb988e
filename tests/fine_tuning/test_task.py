"""What a file is most likely there to teach."""

from dataclasses import replace

import pytest

from playground.files import Kind
from playground.fine_tuning import Task, guess_task
from tests.fine_tuning.tables import table

LONG = "a sentence of some length"
GUESSES: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]], Task]] = {
    "a label": (
        ("text", "label"),
        [(f"{LONG} {n}", "ab"[n % 2]) for n in range(4)],
        Task.CLASSIFICATION,
    ),
    "a name with a comma": (
        ("text", "label"),
        [(LONG, "Health, Safety"), (LONG, "Other"), (LONG, "Health, Safety")],
        Task.CLASSIFICATION,
    ),
    "labels that come again": (
        ("text", "topics"),
        [(LONG, "a;b"), (LONG, "b;c"), (LONG, "a;c"), (LONG, "a;b;c")],
        Task.MULTI_LABEL,
    ),
    "lists of labels": (("text", "topics"), [(LONG, '["a", "b"]'), (LONG, "[]")], Task.MULTI_LABEL),
    "a column for each label": (
        ("text", "toxic", "insult"),
        [(LONG, "0", "1"), (LONG, "1", "1")],
        Task.MULTI_LABEL,
    ),
    "a label of 1 and 0 beside another column of them": (
        ("text", "label", "edited"),
        [(f"{LONG} {n}", f"{n % 2}", f"{n // 2}") for n in range(4)],
        Task.CLASSIFICATION,
    ),
    "two texts that are called a pair": (
        ("Premise", "hypothesis", "label"),
        [(LONG, LONG, "yes"), (LONG, LONG, "no")],
        Task.PAIRS,
    ),
    "a question and its answer without a label": (
        ("question", "answer"),
        [(f"{LONG} {n}", f"{LONG} {n}") for n in range(4)],
        Task.CLASSIFICATION,
    ),
    "spans": (
        ("text", "spans"),
        [(LONG, '[{"start": 0, "end": 1, "label": "X"}]'), (LONG, "[]")],
        Task.ENTITIES,
    ),
    "words and tags": (("tokens", "tags"), [("Ada sails", "B-PER O")], Task.ENTITIES),
    "lists of words and tags": (
        ("tokens", "ner_tags"),
        [('["Ada", "sails"]', '["B-PER", "O"]')],
        Task.ENTITIES,
    ),
    "texts only": (("text",), [(LONG,), (LONG,)], Task.ADAPTATION),
}


@pytest.mark.parametrize("name", GUESSES)
def test_the_task_is_guessed(name: str) -> None:
    columns, rows, task = GUESSES[name]
    assert guess_task(table(rows, columns)) is task


def test_conll_is_for_entities_whatever_it_holds() -> None:
    found = table([("Ada sails", "O O")], ("text", "tags"))
    conll = replace(found, format=replace(found.format, kind=Kind.CONLL))
    assert guess_task(conll) is Task.ENTITIES

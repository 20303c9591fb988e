"""Entities: every way to write them, and what may be wrong with where they are."""

import json

import pytest

from playground.errors import ColumnsError, LabelsError
from playground.fine_tuning import Columns, Finding, Options, Span, Switch, Task, check, guess
from playground.fine_tuning.dataset import Checked
from playground.settings import Settings
from tests.fine_tuning.tables import all_examples, found, lines, table

# Lines 2 to 17: Bonn and Kiel, marked.
GOOD = [(f"Bonn, Kiel {n}", '[[0, 4, "A"], [6, 10, "B"]]') for n in range(16)]
GOOD_LINES = list(range(2, 18))


def entities(*rows: tuple[str, str], off: frozenset[Switch] = frozenset()) -> Checked:
    return check(
        table([*GOOD, *rows], ("text", "spans")),
        Columns(text="text", labels=("spans",)),
        Task.ENTITIES,
        options=Options(off=off),
        settings=Settings(),
    )


BONN = (Span(0, 4, "A"),)
WRITTEN = {
    "ours": '[{"start": 0, "end": 4, "label": "A"}]',
    "the Hub's": '[{"entity_group": "A", "start": 0, "end": 4, "score": 0.9, "word": "Bonn"}]',
    "begin and type": '[{"begin": 0, "end": 4, "type": "A"}]',
    "begin and entity": '[{"begin": "0", "end": "4", "entity": "A"}]',
    "doccano": '[[0, 4, "A"]]',
    "spaCy": '{"entities": [[0, 4, "A"]]}',
    "Label Studio": '[{"start": 0, "end": 4, "text": "Bonn", "labels": ["A"]}]',
    "offsets": '[{"start_offset": 0, "end_offset": 4, "label": "A"}]',
    "pandas": "[{'start': 0, 'end': 4, 'label': 'A'}]",
    "pandas, tuples": "[(0, 4, 'A')]",
    "decimals": '[{"start": 0.0, "end": 4.0, "label": " A "}]',
    "BIO": "B-A O O",
    "BIOES": "S-A O O",
    "tags as a list": '["B-A", "O", "O"]',
}


@pytest.mark.parametrize("name", WRITTEN)
def test_every_usual_way_to_write_entities_is_read(name: str) -> None:
    text = '["Bonn", "is", "here"]' if name == "tags as a list" else "Bonn is here"
    result = entities((text, WRITTEN[name]))
    assert result.problems == ()
    last = all_examples(result)[-1]
    assert (last.text, last.spans) == ("Bonn is here", BONN)


BROKEN = {
    "no JSON": '[{"start": 0, "end"',
    "prose": "a city",
    "a number": "7",
    "an object": '{"start": 0}',
    "no end": '[{"start": 0, "label": "A"}]',
    "no label": '[{"start": 0, "end": 4, "label": ""}]',
    "label is a number": "[[0, 4, 7]]",
    "no numbers": '[{"start": "zero", "end": "four", "label": "A"}]',
    "half a character": '[[0.5, 4, "A"]]',
    "endless": '[[0, Infinity, "A"]]',
    "booleans": '[[false, true, "A"]]',
    "two of three": "[[0, 4]]",
    "nested too deeply": "[" * 100_000,
    "too deep for Python": "[" + "-" * 100_000 + "1]",
    "words without tags": "B-A O",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_cell_that_says_nothing_of_entities_costs_its_row(name: str) -> None:
    result = entities(("Bonn is here", BROKEN[name]))
    problem = found(result, Finding.UNREADABLE)
    assert problem.lines == (18,)
    assert len(problem.found) < 150
    assert lines(result) == GOOD_LINES


def test_a_text_in_brackets_is_no_list_of_words() -> None:
    result = entities(("[Bonn] is here", '[[1, 5, "A"]]'), ("[Bonn] is", "S-A O"), ("[x", "[]"))
    assert result.problems == ()
    spans = [one.spans for one in all_examples(result)[-3:]]
    assert spans == [(Span(1, 5, "A"),), (Span(0, 6, "A"),), ()]


@pytest.mark.parametrize("tag", ["A", "B_A", "X-A", "3", "_", "B-"])
def test_tags_of_an_unknown_scheme_are_named(tag: str) -> None:
    result = entities(("Bonn is here", f"{tag} O O"))
    problem = found(result, Finding.UNKNOWN_TAGS)
    assert problem.lines == (18,)
    assert f"“{tag}”" in problem.found


@pytest.mark.parametrize(
    "span", [[5, 13, "A"], [-12, 4, "A"], [4, 4, "A"], [4, 0, "A"], [4, 5, "A"]]
)
def test_an_entity_outside_of_its_text_costs_the_row(span: list[object]) -> None:
    result = entities(("Bonn is here", json.dumps([[0, 4, "B"], span])))
    assert found(result, Finding.SPAN_OUTSIDE).lines == (18,)
    assert lines(result) == GOOD_LINES


def test_white_space_at_an_end_is_taken_away() -> None:
    result = entities(("In Bonn, there", '[[2, 7, "A"], [8, 9, "B"], [8, 14, "B"]]'))
    assert found(result, Finding.SPAN_OUTSIDE).lines == (18,)  # 8 to 9 is a space only
    result = entities(("In Bonn, there", '[[2, 7, "A"], [8, 14, "B"]]'))
    assert found(result, Finding.SPAN_SPACE).lines == (18,)
    assert all_examples(result)[-1].spans == (Span(3, 7, "A"), Span(9, 14, "B"))


def test_of_overlapping_entities_the_longest_stays_or_the_row_goes() -> None:
    row = ("University of Bonn", '[[0, 10, "B"], [0, 18, "B"], [14, 18, "A"], [14, 18, "A"]]')
    result = entities(row)
    assert found(result, Finding.SPAN_OVERLAP).lines == (18,)
    assert all_examples(result)[-1].spans == (Span(0, 18, "B"),)
    off = entities(row, off=frozenset({Switch.KEEP_LONGEST_SPAN}))
    assert lines(off) == GOOD_LINES
    assert "left out" in found(off, Finding.SPAN_OVERLAP).action


def test_entities_that_touch_do_not_overlap() -> None:
    assert entities(("BonnKiel", '[[0, 4, "A"], [4, 8, "B"]]')).problems == ()


def test_a_text_without_entities_is_an_example() -> None:
    result = entities(("nowhere", ""), ("nowhere else", "[]"), ("O", "O"))
    assert result.problems == ()
    assert lines(result) == [*GOOD_LINES, 18, 19, 20]


def test_texts_marked_in_two_ways_are_a_conflict() -> None:
    result = entities(("bonn, kiel 0", '[[0, 4, "A"]]'))
    assert found(result, Finding.CONFLICT).lines == (2, 18)


def test_names_of_labels_are_merged_in_entities_too() -> None:
    result = entities(("Bonn is here", '[[0, 4, "a"]]'))
    assert found(result, Finding.SPELLINGS).lines == (18,)
    assert all_examples(result)[-1].spans == BONN


def test_without_one_entity_there_is_nothing_to_learn() -> None:
    rows = [(f"nowhere {n}", "") for n in range(12)]
    made = table(rows, ("text", "spans"))
    with pytest.raises(LabelsError, match="No text has a label, an entity"):
        check(made, guess(made, Task.ENTITIES), Task.ENTITIES, settings=Settings())


def test_where_no_row_can_be_read_the_message_says_why() -> None:
    made = table([("Bonn is", "LOC OTHER")] * 12, ("text", "spans"))
    with pytest.raises(ColumnsError, match=r"No row can be used: the tag “LOC”.*BIOES"):
        check(made, Columns(text="text", labels=("spans",)), Task.ENTITIES, settings=Settings())

"""Whatever is written comes back: entities as spans and as tags, labels in a cell."""

import json

from hypothesis import given
from hypothesis import strategies as st

from playground.errors import DatasetError
from playground.fine_tuning import Columns, Span, Task, check
from playground.fine_tuning.checking import cells
from playground.fine_tuning.checking.problems import Problems
from playground.fine_tuning.checking.reading import examples
from playground.fine_tuning.checking.span_checks import trimmed, without_outside, without_overlaps
from playground.fine_tuning.dataset import Example
from playground.settings import Settings
from tests.fine_tuning.tables import all_examples, table

WORDS = st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=6)
NAMES = st.sampled_from(["SKILL", "PLACE", "ÉCOLE"])
SENTENCES = st.lists(st.tuples(WORDS, NAMES | st.none()), min_size=1, max_size=8)


def placed(sentence: list[tuple[str, str | None]]) -> tuple[str, tuple[Span, ...]]:
    """Return the words with a space between, and an entity for each that has a name."""
    text, spans = "", []
    for word, name in sentence:
        start = len(text) + bool(text)
        text = f"{text} {word}" if text else word
        if name:
            spans.append(Span(start, len(text), name))
    return text, tuple(spans)


def read(text: str, cell: str) -> list[Example]:
    columns = Columns(text="text", labels=("spans",))
    report = Problems()
    found = examples(table([(text, cell)], ("text", "spans")), columns, Task.ENTITIES, report)
    checked = without_overlaps(trimmed(without_outside(found, report), report), report)
    assert report.problems == []
    return checked


@given(SENTENCES)
def test_any_entities_come_back_from_spans(sentence: list[tuple[str, str | None]]) -> None:
    text, spans = placed(sentence)
    cell = json.dumps([{"start": s.start, "end": s.end, "label": s.label} for s in spans])
    [example] = read(text, cell)
    assert (example.text, example.spans) == (text, spans)


@given(SENTENCES)
def test_any_entities_come_back_from_tags(sentence: list[tuple[str, str | None]]) -> None:
    text, spans = placed(sentence)
    tags = [f"B-{name}" if name else "O" for _, name in sentence]
    [example] = read(json.dumps([word for word, _ in sentence]), json.dumps(tags))
    assert (example.text, example.spans) == (text, spans)
    if not text.startswith("["):
        [example] = read(text, " ".join(tags))
        assert (example.text, example.spans) == (text, spans)


PLACES = st.integers(-3, 12)


@given(st.text(max_size=10), st.lists(st.tuples(PLACES, PLACES, NAMES), max_size=5))
def test_entities_that_remain_mark_visible_letters_and_never_overlap(
    text: str, places: list[tuple[int, int, str]]
) -> None:
    spans = tuple(sorted(Span(*place) for place in places))
    report = Problems()
    one = Example(number=1, text=text, spans=spans)
    kept = without_overlaps(trimmed(without_outside([one], report), report), report)
    for example in kept:
        assert example.text == text
        marked = [text[span.start : span.end] for span in example.spans]
        assert all(part and part == part.strip() for part in marked)
        ends = [0, *(span.end for span in example.spans)]
        starts = [span.start for span in example.spans]
        assert all(end <= start for end, start in zip(ends, starts, strict=False))


LABEL = st.text(st.characters(codec="ascii", categories=["L"]), min_size=3, max_size=8)
LABELS = st.lists(LABEL.filter(lambda name: cells.name(name) != ""), max_size=5, unique=True)


@given(LABELS, st.sampled_from(cells.SEPARATORS))
def test_any_labels_come_back_from_a_cell(labels: list[str], mark: str) -> None:
    assert cells.names(f"{mark} ".join(labels), mark) == tuple(labels)
    assert cells.names(json.dumps(labels), None) == tuple(labels)
    assert cells.names(repr(labels), None) == tuple(labels)


@given(
    st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), min_size=1, max_size=30),
    st.sampled_from([task for task in Task if task is not Task.PAIRS]),
)
def test_any_cells_give_examples_or_a_message(rows: list[tuple[str, str]], task: Task) -> None:
    labels = () if task is Task.ADAPTATION else ("label",)
    try:
        result = check(table(rows), Columns(text="text", labels=labels), task, settings=Settings())
    except DatasetError:
        return
    numbers = [one.number for one in all_examples(result)]
    assert numbers == sorted(set(numbers))
    assert {name for one in all_examples(result) for name in one.label_names} == set(
        result.dataset.labels
    )

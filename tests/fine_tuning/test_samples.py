"""The sample files in the box: nothing wrong with them, and enough of each label."""

import json
import re
from pathlib import Path

import pytest

from playground.files import Kind, read
from playground.fine_tuning import Checked, Options, Part, Task, check, guess
from playground.settings import Settings
from tests.fine_tuning.tables import all_examples

SAMPLES = Path(__file__).resolve().parents[2] / "assets" / "samples"
FILES: dict[str, tuple[Task, int, tuple[str, ...]]] = {
    "support_tickets.csv": (
        Task.CLASSIFICATION,
        300,
        ("billing", "cancellation", "delivery", "feature request", "login"),
    ),
    "product_reviews_topics.csv": (
        Task.MULTI_LABEL,
        200,
        ("delivery", "packaging", "price", "quality", "service"),
    ),
    "job_postings_entities.jsonl": (
        Task.ENTITIES,
        150,
        ("COMPANY", "DEGREE", "PLACE", "SKILL"),
    ),
}


def words(text: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]", text)


def checked(name: str) -> Checked:
    table = read((SAMPLES / name).read_bytes(), name)
    task = FILES[name][0]
    return check(
        table,
        guess(table, task),
        task,
        options=Options(max_tokens=64),
        count_tokens=lambda texts: [len(words(text)) for text in texts],
        settings=Settings(),
    )


@pytest.mark.parametrize("name", FILES)
def test_a_sample_passes_without_a_problem(name: str) -> None:
    _, rows, labels = FILES[name]
    result = checked(name)
    assert result.problems == ()
    assert len(all_examples(result)) == rows
    assert result.dataset.labels == labels
    counts = result.dataset.label_counts[Part.VALIDATION]
    assert min(counts[label] for label in labels) >= 5


@pytest.mark.parametrize("name", FILES)
def test_no_two_texts_of_a_sample_are_nearly_alike(name: str) -> None:
    texts = [frozenset(words(one.text.casefold())) for one in all_examples(checked(name))]
    alike = [
        (sorted(one), sorted(other))
        for place, one in enumerate(texts)
        for other in texts[:place]
        if len(one & other) > 0.7 * len(one | other)
    ]
    assert alike == []


def test_entities_of_the_sample_are_whole_words_and_marked_wherever_they_occur() -> None:
    marked: dict[str, str] = {}
    for one in all_examples(checked("job_postings_entities.jsonl")):
        for span in one.spans:
            shown = one.text[span.start : span.end]
            around = one.text[: span.start][-1:], one.text[span.end :][:1]
            assert shown == shown.strip()
            assert not any(character.isalnum() for character in around), (one.text, shown)
            assert marked.setdefault(shown, span.label) == span.label
    for one in all_examples(checked("job_postings_entities.jsonl")):
        places = {(span.start, span.end) for span in one.spans}
        covered = {place for start, end in places for place in range(start, end)}
        for name in (name for name, label in marked.items() if label != "SKILL"):
            for match in re.finditer(rf"\b{re.escape(name)}\b", one.text):
                assert match.start() in covered, (one.text, name)


def test_the_sample_of_entities_is_json_a_line() -> None:
    name = "job_postings_entities.jsonl"
    data = (SAMPLES / name).read_bytes()
    assert read(data, name).format.kind is Kind.JSONL
    assert all(set(json.loads(line)) == {"text", "spans"} for line in data.splitlines())

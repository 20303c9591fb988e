"""Reports as files, and model cards: nothing lost, no word of a visitor taken for markup."""

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import ModelCard
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.fine_tuning import Dataset, Part, Span, Task
from playground.fine_tuning.evaluation import (
    MaskedScores,
    Predictions,
    Report,
    evaluate,
    evaluate_masked,
    model_card,
    report_file,
)
from playground.fine_tuning.training_options import Method, TrainingOptions
from tests.fine_tuning.judged import labelled, logits, said, tagged, text_with

BASE = "sentence-transformers/all-MiniLM-L6-v2"
HOSTILE = "a|b\n# <script>alert(1)</script> [x](http://evil) `c` {{d}} --- key: value"


def render(
    report: Report, dataset: Dataset, *, title: str = "My run", adapter: bool = False
) -> str:
    options = TrainingOptions(method=Method.LINEAR_PROBE)
    return model_card.render(
        report, dataset, title=title, options=options, seed=7, base=BASE, adapter=adapter
    )


def entity_report() -> tuple[Dataset, Report]:
    text = text_with(("Rita", "PER"), ("lives", ""), ("in", ""), ("Lagos", "LOC"))
    dataset = tagged([text], [text])
    spans = said(Span(0, 4, "PER"), Span(5, 10, "LOC"))
    return dataset, evaluate(dataset, {Part.VALIDATION: Predictions(spans=(spans,))})


def front_matter(card: str) -> dict[str, object]:
    found: dict[str, object] = ModelCard(card).data.to_dict()
    return found


def round_trip(report: Report, path: Path) -> Report:
    path.write_bytes(report_file.dump(report))
    return report_file.load(path)


names = st.text(min_size=1, max_size=8)


@settings(max_examples=25, deadline=None)
@given(data=st.data(), labels=st.lists(names, min_size=2, max_size=4, unique=True))
def test_a_report_survives_its_file(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, labels: list[str]
) -> None:
    task = data.draw(st.sampled_from([Task.CLASSIFICATION, Task.MULTI_LABEL]))
    one = st.sampled_from(labels).map(lambda name: (name,))
    validation = data.draw(st.lists(one, min_size=1, max_size=6))
    dataset = labelled([(name,) for name in labels], validation, validation[:1], task=task)
    rows = st.lists(
        st.lists(st.floats(-50, 50, width=32), min_size=len(labels), max_size=len(labels)),
        min_size=len(validation),
        max_size=len(validation),
    )
    found = np.array(data.draw(rows), dtype=np.float32)
    report = evaluate(
        dataset,
        {Part.VALIDATION: Predictions(logits=found), Part.TEST: Predictions(logits=found[:1])},
    )
    path = tmp_path_factory.getbasetemp() / report_file.NAME
    assert round_trip(report, path) == report
    card = render(report, dataset)
    assert front_matter(card)["base_model"] == BASE


def test_reports_of_the_other_tasks_survive(tmp_path: Path) -> None:
    _, entities = entity_report()
    assert round_trip(entities, tmp_path / "a") == entities
    scores = MaskedScores(tokens=10, loss=1.5, top_1=0.3, top_5=0.5)
    masked = evaluate_masked(scores, scores)
    assert round_trip(masked, tmp_path / "b") == masked


def test_no_text_of_an_example_is_in_the_report_or_the_card() -> None:
    dataset = labelled([("x",), ("y",)] * 4, [("x",), ("y",), ("y",)])
    report = evaluate(dataset, {Part.VALIDATION: logits(dataset, ["y", "y", "y"])})
    assert b"number" not in report_file.dump(report).replace(b"number of", b"")
    assert "number" not in render(report, dataset).replace("number of", "")
    tagged_set, entities = entity_report()
    assert b"Lagos" not in report_file.dump(entities)
    assert "Lagos" not in render(entities, tagged_set)


def test_the_front_matter_is_what_the_hub_reads() -> None:
    dataset = labelled([("x",), ("y",)] * 4, [("x",), ("y",)])
    report = evaluate(dataset, {Part.VALIDATION: logits(dataset, ["x", "y"])})
    assert front_matter(render(report, dataset)) == {
        "base_model": BASE,
        "library_name": "transformers",
        "pipeline_tag": "text-classification",
        "metrics": ["accuracy", "f1"],
        "tags": ["bert-playground"],
    }
    assert front_matter(render(report, dataset, adapter=True))["library_name"] == "peft"
    tagged_set, entities = entity_report()
    assert front_matter(render(entities, tagged_set))["pipeline_tag"] == "token-classification"


def test_a_card_says_what_was_measured() -> None:
    dataset = labelled([("x",), ("y",)] * 4, [("x",)] * 3 + [("y",)])
    report = evaluate(dataset, {Part.VALIDATION: logits(dataset, ["x", "x", "x", "x"])})
    card = render(replace(report, notes=("A note.",)), dataset)
    # Wilson's interval of 3 of 4.
    assert "| this model | 75.0 % (30.1 % to 95.4 %) |" in card
    assert "| the simple one | 100.0 % (51.0 % to 100.0 %) |" in card
    assert "Your model does not beat the simple one" in card
    assert "| x | 75.0 % | 100.0 % | 85.7 % | 3 |" in card
    assert "| y | 0.0 % | 0.0 % | 0.0 % | 1 |" in card
    assert "with an F1 below 50 %: y." in card
    assert "from fewer than 20 examples each: x, y." in card
    assert "Examples: 8 for training, 4 for validation. Training had the seed 7." in card
    assert "| x | 4 | 3 |" in card
    assert f"temperature {report.temperature:.4f}" in card
    assert "A note." in card
    assert "lora rank" not in card


def test_a_visitors_words_are_no_markup() -> None:
    dataset = labelled([(HOSTILE,), ("y",)] * 4, [(HOSTILE,), ("y",)])
    dataset = replace(dataset, notices=(HOSTILE,))
    report = evaluate(dataset, {Part.VALIDATION: logits(dataset, [HOSTILE, "y"])})
    card = render(report, dataset, title=HOSTILE)
    assert front_matter(card)["base_model"] == BASE
    body = card.split("\n---\n", 1)[1]
    assert "<script>" not in body
    assert not re.search(r"(?<!\\)\]\(http", body)
    # Each row of a table has the cells of its header, and the title is on one line.
    assert sum(line.startswith("# ") for line in body.splitlines()) == 1
    for table in re.findall(r"(?:^\|.*\n)+", body, flags=re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1


def test_adaptation_has_a_card_too() -> None:
    before = MaskedScores(tokens=100, loss=math.log(20), top_1=0.3, top_5=0.5)
    after = MaskedScores(tokens=100, loss=math.log(10), top_1=0.4, top_5=0.6)
    dataset = replace(labelled([()] * 4, [()]), task=Task.ADAPTATION)
    card = render(evaluate_masked(before, after), dataset)
    assert front_matter(card)["pipeline_tag"] == "fill-mask"
    assert front_matter(card)["metrics"] == ["perplexity"]
    assert "| this model | 10.00 | 40.0 % (30.9 % to 49.8 %) |" in card
    assert "| the model before | 20.00 |" in card
    assert "may be chance" in card

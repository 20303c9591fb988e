"""The report of a finished run, whose files are made up here."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shared import results
from pages.train.runs import confusion
from playground.fine_tuning import Dataset, Part, Span, Task, dataset_file
from playground.fine_tuning.evaluation import (
    MaskedScores,
    Predictions,
    Report,
    evaluate,
    evaluate_masked,
    export,
    learning_curve,
    model_card,
    report_file,
)
from playground.fine_tuning.evaluation.learning_curve import LearningCurve, Point
from playground.fine_tuning.training_options import TrainingOptions
from tests.fine_tuning.judged import labelled, logits, said, tagged, text_with

HOSTILE = "<b>x</b> $y$ [z](http://evil)"
TRAINING = [("bad",), (HOSTILE,)] * 10


def page(outputs: "Path", inputs: "Path") -> None:
    from pages.shared import frame
    from pages.train.runs import report
    from playground.fine_tuning.runs.settings import RunSettings
    from playground.fine_tuning.runs.state import State
    from playground.fine_tuning.runs.store import Run

    run = Run(
        id="r1",
        name="My run",
        settings=RunSettings(task="fine-tuning", base_model="bundled/trunk"),
        state=State.FINISHED,
        message="",
        submitted=0.0,
        started=1.0,
        heartbeat=2.0,
        ended=3.0,
        removed=None,
        ahead=None,
        step=None,
        values={},
    )
    with frame.errors_shown():
        report.show(run, outputs, inputs)


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., AppTest]:
    """A function that shows a report as the files of a run hold it."""

    def shown(dataset: Dataset | None = None, report: Report | None = None) -> AppTest:
        if dataset is not None:
            (tmp_path / dataset_file.NAME).write_bytes(dataset_file.dump(dataset))
        if report is not None:
            (tmp_path / report_file.NAME).write_bytes(report_file.dump(report))
        if dataset is not None and report is not None:
            card = model_card.render(
                report, dataset, title=HOSTILE, options=TrainingOptions(), seed=1
            )
            (tmp_path / "model").mkdir()
            (tmp_path / "model" / model_card.NAME).write_text(card, "utf-8")
        folders = {"outputs": tmp_path, "inputs": tmp_path}
        app = AppTest.from_function(page, kwargs=folders, default_timeout=30).run()
        assert not app.exception
        return app

    return shown


def classified() -> tuple[Dataset, Report]:
    dataset = labelled(TRAINING, [("bad",)] * 3 + [(HOSTILE,)], [("bad",), (HOSTILE,)])
    found = {
        Part.VALIDATION: logits(dataset, ["bad", "bad", HOSTILE, HOSTILE]),
        Part.TEST: logits(dataset, [HOSTILE, HOSTILE]),
    }
    return dataset, evaluate(dataset, found)


def tables(app: AppTest) -> list[list[str]]:
    return [list(map(str, one.value.columns)) for one in app.dataframe]


def test_scores_against_the_simple_ones(opened: Callable[..., AppTest]) -> None:
    app = opened(*classified())
    # The test part counts: one of two is right, and the simple one reads the label in the text.
    [verdict] = [one.value.replace("\\", "") for one in app.warning]
    assert verdict.startswith(
        "Your model does not beat the simple one: 50.0 % against 100.0 % accuracy on the same 2 "
    )
    scores = app.dataframe[0].value
    assert scores["On the same examples"].tolist() == [
        "your model",
        "the simple one",
        "the most frequent label alone",
    ]
    assert scores["accuracy"].tolist()[:2] == [
        "50.0 % (9.5 % to 90.5 %)",
        "100.0 % (34.2 % to 100.0 %)",
    ]
    assert any("2 examples is few" in one.value for one in app.caption)


def test_a_cell_of_the_matrix_lists_its_examples(opened: Callable[..., AppTest]) -> None:
    dataset, report = classified()
    app = opened(dataset, report)
    [choice] = [one for one in app.selectbox if "cell" in one.label]
    # The wrong cells come first.
    assert choice.options == [
        f"True: bad · said: {HOSTILE} · 1 time",
        f"True: {HOSTILE} · said: {HOSTILE} · 1 time",
    ]
    [listed] = [one.value for one in app.dataframe if list(one.value.columns) == ["line", "text"]]
    example = dataset.parts[Part.TEST][0]
    assert listed.values.tolist() == [[example.number, example.text]]
    choice.select_index(1).run()
    [listed] = [one.value for one in app.dataframe if list(one.value.columns) == ["line", "text"]]
    other = dataset.parts[Part.TEST][1]
    assert listed.values.tolist() == [[other.number, other.text]]


def test_a_click_chooses_the_cell(
    opened: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    """AppTest cannot click on a chart: what the click calls is called with what it brings."""
    dataset, report = classified()
    calls: list[Callable[[], None]] = []
    state = {"confusion_k": {"selection": {"points": [{"customdata": [1, 0, "", "", 1, 0.5]}]}}}
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(results, "figure", lambda *_, on_click, **__: calls.append(on_click))
    monkeypatch.setattr(st, "selectbox", lambda *_, **__: (1, 0))
    confusion.show(report.headline, dataset.parts[Part.TEST], "k")
    calls[0]()
    assert state["cell_k"] == (1, 0)  # type: ignore[comparison-overlap]


def test_mistakes_and_the_other_part(opened: Callable[..., AppTest]) -> None:
    dataset, report = classified()
    app = opened(dataset, report)
    [mistakes] = [one.value for one in app.dataframe if "probability" in one.value.columns]
    assert mistakes[["true", "said"]].values.tolist() == [["bad", HOSTILE]]
    app.segmented_control[0].set_value("validation").run()
    assert not app.exception
    [mistakes] = [one.value for one in app.dataframe if "probability" in one.value.columns]
    assert mistakes["line"].tolist() == [dataset.parts[Part.VALIDATION][2].number]


def test_the_card_is_shown_without_its_front_matter_and_as_text(
    opened: Callable[..., AppTest],
) -> None:
    app = opened(*classified())
    [card] = [one.value for one in app.markdown if "## Limits" in one.value]
    assert "library_name" not in card
    assert "<b>" not in card
    assert "\\<b\\>x" in card


def test_entities(opened: Callable[..., AppTest]) -> None:
    text = text_with(("Rita", "PER"), ("lives", ""), ("in", ""), ("Lagos", "LOC"))
    dataset = tagged([text], [text])
    found = said(Span(0, 4, "PER"), Span(5, 10, "LOC"))
    report = evaluate(dataset, {Part.VALIDATION: Predictions(spans=(found,))})
    app = opened(dataset, report)
    [counts] = [one.value for one in app.dataframe if "Entities" in one.value.columns]
    assert counts["Count"].tolist() == [1, 0, 0, 1, 1]
    [mistakes] = [one.value for one in app.dataframe if "entity" in one.value.columns]
    assert mistakes["entity"].tolist() == ["lives"]


def test_several_labels(opened: Callable[..., AppTest]) -> None:
    dataset = labelled([("x",), ("y",)] * 5, [("x", "y")], task=Task.MULTI_LABEL)
    report = evaluate(
        dataset, {Part.VALIDATION: Predictions(logits=np.array([[2, -2]], dtype=np.float32))}
    )
    app = opened(dataset, report)
    [choice] = [one for one in app.selectbox if "cell" in one.label]
    assert choice.options == [
        "True: y · said: missed · 1 time",
        "True: x · said: found · 1 time",
    ]


def test_adaptation(opened: Callable[..., AppTest]) -> None:
    before = MaskedScores(tokens=100, loss=3.0, top_1=0.3, top_5=0.5)
    after = MaskedScores(tokens=100, loss=2.0, top_1=0.4, top_5=0.6)
    app = opened(report=evaluate_masked(before, after))
    assert app.dataframe[0].value["perplexity"].tolist() == ["20.09", "7.39"]
    assert "may be chance" in app.info[0].value


def test_more_data(opened: Callable[..., AppTest], tmp_path: Path) -> None:
    points = tuple(
        Point(examples=round(400 * share), share=share, seed=seed, score=0.5 + share / 4)
        for share in learning_curve.SHARES
        for seed in (0, 1)
    )
    curve = LearningCurve(score_name="accuracy", validation=10_000, points=points)
    (tmp_path / learning_curve.NAME).write_bytes(learning_curve.dump(curve))
    app = opened()
    assert app.success[0].value.startswith("Still rising: from half of your examples")
    assert len(app.dataframe[0].value) == 8


def test_a_run_without_a_report(opened: Callable[..., AppTest]) -> None:
    assert "left no report" in opened().warning[0].value


def test_downloaded_predictions_say_what_is_right() -> None:
    dataset, report = classified()
    examples = dataset.parts[Part.TEST]
    rows = export.predictions(examples, report.headline.answers)
    assert [row["right"] for row in rows] == [False, True]
    assert rows[0] == {
        "line": examples[0].number,
        "text": examples[0].text,
        "true": ["bad"],
        "said": [HOSTILE],
        "probability": [round(report.headline.answers[0].probabilities[0], 4)],
        "right": False,
    }

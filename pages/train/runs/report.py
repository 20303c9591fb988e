"""What came of a finished run: its scores, its mistakes, its model card."""

from functools import partial
from pathlib import Path

import streamlit as st

from pages.shared import frame, results
from pages.train.runs import calibration, confusion, mistakes, more_data, scores
from playground.errors import RunStateError
from playground.fine_tuning import Dataset, Example, dataset_file
from playground.fine_tuning.evaluation import export, learning_curve, model_card, report_file
from playground.fine_tuning.evaluation.report import PartReport, Report
from playground.fine_tuning.runs.store import Run
from playground.tables import Row, as_csv, as_json


def show(run: Run, outputs: Path, inputs: Path) -> None:
    """Show the report of a finished run.

    Raises:
        RunStateError: it left none.
    """
    if (outputs / learning_curve.NAME).is_file():
        more_data.show(learning_curve.load(outputs / learning_curve.NAME))
        return
    if not (outputs / report_file.NAME).is_file():
        raise RunStateError("This run left no report. Look at its training instead.")
    report = report_file.load(outputs / report_file.NAME)
    if report.adaptation is not None:
        scores.adaptation(report.adaptation)
    else:
        _parts(run, report, dataset_file.load(inputs / dataset_file.NAME))
    _card(outputs / "model" / model_card.NAME)


def _parts(run: Run, report: Report, dataset: Dataset) -> None:
    parts = {one.part.value: one for one in reversed(report.parts)}
    name = report.headline.part.value
    if len(parts) > 1:
        name = st.segmented_control(
            "Part",
            list(parts),
            format_func=lambda one: f"{one.capitalize()} part",
            default=name,
            required=True,
            key=f"report_part_{run.id}",
        )
    part = parts[name]
    examples, key = dataset.parts[part.part], f"{run.id}_{part.part}"
    scores.show(part, key)
    for note in report.notes:
        st.caption(note)
    st.subheader("Right and wrong", anchor=False)
    confusion.show(part, examples, key)
    st.subheader("Surest mistakes", anchor=False)
    mistakes.show(part, examples, key)
    st.subheader("How far to trust its confidence", anchor=False)
    calibration.show(part, key)
    st.subheader("Take it away", anchor=False)
    _downloads(part, examples)


def _downloads(part: PartReport, examples: tuple[Example, ...]) -> None:
    def rows() -> list[Row]:
        return export.predictions(examples, part.answers)

    frame.downloads(
        [
            frame.Download(
                "Predictions as CSV", lambda: as_csv(rows()), "predictions.csv", "text/csv"
            ),
            frame.Download(
                "Predictions as JSON",
                lambda: as_json(rows()),
                "predictions.json",
                "application/json",
            ),
        ]
    )
    results.picture_format()


def _card(path: Path) -> None:
    """Show the model card, as the archive with the model holds it."""
    if not path.is_file():
        return
    card = path.read_text("utf-8")
    with st.expander("Model card", icon=":material/description:"):
        # The front matter is for the Hub; the rest is Markdown in which a visitor's words are text.
        st.markdown(card.split("\n---\n", 1)[-1])
        frame.downloads(
            [frame.Download("Model card", partial(str, card), "README.md", "text/markdown")]
        )

"""Several models on the same texts."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, frame
from pages.shared import results as shared
from pages.shared.views import View
from pages.tasks.sentiment import inputs, results
from playground import sentiment
from playground.errors import TextTooLongError
from playground.models.catalog import ModelSpec, Task
from playground.plots import sentiment as plots
from playground.plots.template import percent
from playground.sentiment import Classified, export, scripts

MOST_TEXTS = 50


def show(place: DeltaGenerator, side: DeltaGenerator, _model_id: str) -> None:
    """Show what each chosen model says of each line."""
    with place:
        texts = inputs.lines()
    with side:
        chosen = _models()
    answers: dict[str, list[Classified | None]] = {}
    specs: dict[str, ModelSpec] = {}
    with frame.errors_shown():
        _check(texts)
        for model_id in chosen:
            with frame.errors_shown():
                model = cache.model(model_id, Task.TEXT_CLASSIFICATION)
                found = sentiment.classify_all(texts, model=model)
                title = frame.short_label(model.spec)
                answers[title] = [one if isinstance(one, Classified) else None for one in found]
                specs[title] = model.spec
    if not answers or not texts:
        return
    results.notices(*(one for row in answers.values() for one in row if one))
    shared.figure(
        plots.side_by_side(answers),
        key="side_by_side",
        alt=f"Likeliest label of {len(texts)} texts by {len(answers)} models; the table has them",
    )
    st.caption(
        "The stronger the blue, the surer the model is of the label it names. Models have labels "
        "and calibrations of their own, so compare their order rather than their numbers."
    )
    st.dataframe(
        {"Text": texts}
        | {title: [_cell(one) for one in column] for title, column in answers.items()},
        hide_index=True,
    )
    title = next(iter(answers))
    shared.take_away(
        export.side_by_side(texts, answers),
        scripts.labels([one for one in answers[title] if one]),
        spec=specs[title],
        file_name="sentiment-models",
    )


def _models() -> list[str]:
    """Ask for models, offered ones or any of the Hub; return their ids."""
    specs = {spec.id: spec for spec in cache.offered(Task.TEXT_CLASSIFICATION)}
    chosen = st.multiselect(
        "Models",
        list(specs),
        format_func=lambda model_id: (
            frame.short_label(specs[model_id]) if model_id in specs else model_id
        ),
        key=inputs.MODELS.name,
        max_selections=inputs.MOST_MODELS,
        accept_new_options=True,
        persist_state="session",
        help="Up to four. Choose, or type the id of any BERT-family classifier on the Hub.",
    )
    return [str(model_id) for model_id in chosen]


def _check(texts: list[str]) -> None:
    if len(texts) > MOST_TEXTS:
        raise TextTooLongError(
            f"These are {len(texts)} lines; at most {MOST_TEXTS} are compared here. "
            "For more of them, use “A file”."
        )


def _cell(classified: Classified | None) -> str:
    if classified is None:
        return "cannot be read"
    return f"{classified.verdict} {percent(classified.probabilities[classified.best])}"


VIEW = View(
    title="Models side by side",
    about="What up to four models say of the same texts.",
    fields=(inputs.MODELS, inputs.TEXTS),
    show=show,
)

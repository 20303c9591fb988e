"""Where models like BERT are used: short texts of several fields, run here."""

import streamlit as st

from pages.explore.mask_filling import inputs as mask_filling_inputs
from pages.explore.mask_filling.views import VIEW_FIELD as MASK_FILLING_VIEW
from pages.learn.how_bert_works import parts
from pages.learn.how_bert_works.domains import DOMAINS, Sample, Use
from pages.shared import cache, frame, results
from pages.shared.link import Field, one_of
from pages.shared.views import View
from pages.tasks.named_entities import inputs as entities_inputs
from pages.tasks.named_entities.results import terms
from pages.tasks.sentiment import inputs as sentiment_inputs
from pages.tasks.sentiment.results import verdict
from playground import mask_filling, named_entities, sentiment
from playground.mask_filling import export, scripts
from playground.models.catalog import Task
from playground.named_entities.marked import marked
from playground.plots import mask_filling as mask_plots
from playground.plots import sentiment as sentiment_plots

DOMAIN = Field(name="how_domain", default="medicine", read=one_of(DOMAINS))
TOP_K = 5
RAN = "how_ran"  # session key: the texts that the visitor ran


def show(model_id: str) -> None:
    """Show the texts of a field, with what comes out of those that were run."""
    chosen = st.segmented_control(
        "Field",
        list(DOMAINS),
        format_func=lambda name: DOMAINS[name].name,
        key=DOMAIN.name,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    domain = DOMAINS[chosen or str(DOMAIN.default)]
    st.write(domain.about)
    ran = st.session_state.setdefault(RAN, set())
    columns = st.columns(len(domain.samples), gap="medium")
    for place, (column, sample) in enumerate(zip(columns, domain.samples, strict=True)):
        with column, st.container(border=True):
            st.markdown(f"**{sample.use}**")
            st.text(sample.text)
            st.caption(sample.look)
            if place == 0 or sample.text in ran:
                with frame.errors_shown():
                    _run(sample, model_id)
            else:
                st.button(
                    "Run it here",
                    icon=":material/play_arrow:",
                    key=f"run_{sample.text}",
                    on_click=ran.add,
                    args=(sample.text,),
                )
    st.header("What a model of this field does better", anchor=False)
    st.markdown(domain.better)
    st.markdown("\n".join(f"- {name}" for name in domain.models))
    st.caption(
        "Models of BERT's family load on the other pages by these names, where their weights come "
        "as safetensors. Nothing here was measured with them."
    )
    with frame.errors_shown():
        _take_away(domain.samples[0].text, model_id)


def _run(sample: Sample, model_id: str) -> None:
    match sample.use:
        case Use.MASK:
            _fill(sample.text, model_id)
        case Use.SENTIMENT:
            _sentiment(sample.text)
        case Use.ENTITIES:
            _entities(sample.text)


def _fill(text: str, model_id: str) -> None:
    model = cache.model(model_id, Task.FILL_MASK)
    guesses = mask_filling.fill(text, model=model, top_k=TOP_K).guesses[0]
    first = mask_plots.guess_name(guesses[0])
    results.figure(mask_plots.bars(guesses), key=f"fill_{text}", alt=f"Guesses; first {first}")
    parts.deeper(
        parts.MASK_FILLING,
        "Mask filling",
        {MASK_FILLING_VIEW.name: "fill", mask_filling_inputs.TEXT.name: text},
    )


def _sentiment(text: str) -> None:
    model = cache.model(str(sentiment_inputs.MODEL.default), Task.TEXT_CLASSIFICATION)
    found = sentiment.classify(text, model=model)
    results.figure(
        sentiment_plots.labels(found), key=f"sentiment_{text}", alt=f"Sentiment: {verdict(found)}"
    )
    parts.deeper(parts.SENTIMENT, "Which words pushed it", {sentiment_inputs.TEXT.name: text})


def _entities(text: str) -> None:
    model = cache.model(str(entities_inputs.MODEL.default), Task.TOKEN_CLASSIFICATION)
    found = named_entities.find(text, model=model)
    st.html(marked(found.text, found.entities))
    parts.deeper(parts.NAMED_ENTITIES, "Named entities", {entities_inputs.TEXT.name: text})
    terms(model.spec)


def _take_away(text: str, model_id: str) -> None:
    """Offer the filled mask, which is there without a click; the other pages offer the rest."""
    model = cache.model(model_id, Task.FILL_MASK)
    results.take_away(
        export.fill(mask_filling.fill(text, model=model, top_k=TOP_K)),
        scripts.fill(text, top_k=TOP_K),
        spec=model.spec,
        file_name="where-bert-is-used",
    )


VIEW = View(
    title="Where it is used",
    about="Short texts from several fields, run on the small models in the box, and what models of "
    "those fields do better.",
    fields=(DOMAIN,),
    show=show,
)

"""What can be done with a finished run's model: try it, open it on a page, take it along."""

from collections.abc import Iterator
from pathlib import Path

import streamlit as st

from pages.explore.attention import compare
from pages.explore.attention import inputs as attention
from pages.explore.attention.views import VIEW_FIELD as ATTENTION_VIEW
from pages.explore.mask_filling import inputs as mask_filling
from pages.shared import cache, own_models
from pages.shared.link import Field
from pages.tasks.named_entities import inputs as entities
from pages.tasks.named_entities.views import VIEW_FIELD as ENTITIES_VIEW
from pages.tasks.sentiment import inputs as sentiment
from pages.tasks.sentiment.views import VIEW_FIELD as SENTIMENT_VIEW
from pages.train.runs import take_along, try_it
from playground.errors import ModelError
from playground.fine_tuning.runs.store import Finished, Run
from playground.fine_tuning.tasks import Task
from playground.models import catalog
from playground.models.catalog import RUN_PREFIX, ModelSpec

# From pages/shared/navigation.py.
ATTENTION = "../explore/attention/page.py"
ENTITIES = "../tasks/named_entities/page.py"
MASK_FILLING = "../explore/mask_filling/page.py"
SENTIMENT = "../tasks/sentiment/page.py"
NO_FILE_OF_PAIRS = (
    "The pages read one text at a time, so there is no page for a whole file of pairs. The code in "
    "the download's README asks the model for one pair; put it into a loop."
)
MOST_IN_LINK = 2_000  # characters: longer addresses are cut on their way through some proxies

Link = tuple[str, str, dict[str, str]]  # label, page, query


def show(run: Run, outputs: Path) -> None:
    """Show what the model in ``outputs`` can do: a box to try it, links, downloads, the Hub."""
    made = next((one for one in own_models.finished() if one.id == run.id), None)
    spec = next((one for one in own_models.specs() if one.id == RUN_PREFIX + run.id), None)
    if made is None or spec is None:
        st.info("This run left no model.", icon=":material/info:")
        return
    st.subheader("Try it", anchor=False)
    tried = try_it.show(made, spec)
    st.subheader("Open it", anchor=False)
    for label, page, query in _links(made, spec, tried):
        st.page_link(page, label=label, query_params=query, icon=":material/open_in_new:")
    if made.task is Task.PAIRS:
        st.caption(NO_FILE_OF_PAIRS)
    st.subheader("Take it along", anchor=False)
    take_along.show(spec, outputs)


def _links(made: Finished, spec: ModelSpec, tried: str) -> Iterator[Link]:
    """Yield the pages where the model serves, with the model and the text tried in the link."""
    base = made.settings.base_model

    def text(field: Field) -> dict[str, str]:
        return {field.name: tried} if tried.strip() and len(tried) <= MOST_IN_LINK else {}

    match made.task:
        case Task.CLASSIFICATION | Task.MULTI_LABEL:
            chosen = {sentiment.MODEL.name: spec.id}
            words = chosen | text(sentiment.TEXT)
            yield "Which words push a label: Sentiment", SENTIMENT, words
            yield "Label a file: Sentiment", SENTIMENT, chosen | {SENTIMENT_VIEW.name: "file"}
            if _serves(base, catalog.Task.TEXT_CLASSIFICATION):
                both = {sentiment.MODELS.name: str([spec.id, base]), SENTIMENT_VIEW.name: "models"}
                yield "Beside its base: Sentiment", SENTIMENT, both
        case Task.ENTITIES:
            chosen = {entities.MODEL.name: spec.id}
            yield "Mark a text: Named entities", ENTITIES, chosen | text(entities.TEXT)
            yield "Mark a file: Named entities", ENTITIES, chosen | {ENTITIES_VIEW.name: "file"}
        case Task.ADAPTATION:
            chosen = {mask_filling.MODEL.name: spec.id} | text(mask_filling.TEXT)
            yield "Fill masks: Mask filling", MASK_FILLING, chosen
    looked_into = {attention.MODEL.name: spec.id} | text(attention.TEXT)
    yield "Look inside: Attention", ATTENTION, looked_into
    if _serves(base, catalog.Task.FEATURE_EXTRACTION):
        beside = {
            ATTENTION_VIEW.name: "compare",
            compare.WITH.name: compare.MODELS,
            compare.OTHER_MODEL.name: base,
        }
        yield "Beside its base: Attention", ATTENTION, looked_into | beside


def _serves(base: str, task: catalog.Task) -> bool:
    """Tell whether the base itself is a model for ``task`` that is known here."""
    try:
        return any(spec.id == cache.spec(base, task).id for spec in cache.offered(task))
    except ModelError:
        return False

"""A limit: what the model associates with groups of people."""

import streamlit as st

from pages.explore.mask_filling import inputs as mask_filling_inputs
from pages.explore.mask_filling.views import VIEW_FIELD as MASK_FILLING_VIEW
from pages.learn.how_bert_works import parts
from pages.learn.how_bert_works.measured import measured
from pages.shared import cache, results
from pages.shared.link import Field, one_of
from playground.how_bert_works import bias, export, scripts
from playground.how_bert_works.bias import ASSOCIATIONS, Bias
from playground.models.catalog import Task
from playground.plots import how_bert_works as plots

ASSOCIATION = Field(name="how_association", default="gender", read=one_of(ASSOCIATIONS))


def show(model_id: str) -> None:
    """Show how much more probable words are for one group than for another."""
    st.markdown(
        "The same sentence twice, with one word changed: *These days **he** works as a [MASK].* "
        "and *These days **she** works as a [MASK].* The text says nothing of the job, so any "
        "difference comes from what the model has read."
    )
    chosen = st.segmented_control(
        "Groups",
        list(ASSOCIATIONS),
        format_func=lambda name: ASSOCIATIONS[name].title,
        key=ASSOCIATION.name,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    name = chosen or str(ASSOCIATION.default)
    model = cache.model(model_id, Task.FILL_MASK)
    found = measured(
        f"bias {name}",
        model,
        lambda progress: bias.measure(ASSOCIATIONS[name], model=model, on_progress=progress),
        doing="Reading pairs of sentences",
    )
    if found is None:
        return
    st.markdown(_said(found))
    results.figure(
        plots.effects(found),
        key="effects",
        alt=f"Differences between {found.association.first} and {found.association.second}, "
        "by word",
    )
    st.caption(
        f"Mean of ln p(word | {found.association.first}) − ln p(word | "
        f"{found.association.second}) over {found.comparisons} comparisons of sentences and "
        "pairs; 0.7 is twice as probable. Bars are two standard errors; gray words are within "
        "them. (After Kurita et al., 2019, [arXiv:1906.07337](https://arxiv.org/abs/1906.07337).)"
    )
    st.warning(
        "Read with care. These are associations in text, not facts about people. Twenty "
        "look-alike sentences are a small sample, so the bars are too short; other sentences or "
        "words may turn an effect around; words of the list that are rare are noisy; two groups "
        "leave out everybody else; and a model without an effect here may have it elsewhere. No "
        "decision about people should rest on such a model.",
        icon=":material/balance:",
    )
    with st.expander("All numbers", icon=":material/table:"):
        st.dataframe(export.bias(found), hide_index=True)
    first, second = found.association.pairs[0]
    sentence = found.association.sentences[0]
    parts.deeper(
        parts.MASK_FILLING,
        "Compare two sentences of your own",
        {
            MASK_FILLING_VIEW.name: "side-by-side",
            mask_filling_inputs.FIRST.name: sentence.replace(bias.WHO, first),
            mask_filling_inputs.SECOND.name: sentence.replace(bias.WHO, second),
        },
    )
    results.take_away(
        export.bias(found), scripts.measured_bias(found), spec=model.spec, file_name="bias"
    )


def _said(found: Bias) -> str:
    most, least = found.effects[0], found.effects[-1]
    clear = sum(effect.is_clear for effect in found.effects)
    return (
        f"For {found.association.first} **{most.word}** gains most ({most.difference:+.2f} ± "
        f"{most.error:.2f}), for {found.association.second} **{least.word}** "
        f"({least.difference:+.2f} ± {least.error:.2f}). {clear} of {len(found.effects)} words "
        "differ by more than two standard errors."
    )

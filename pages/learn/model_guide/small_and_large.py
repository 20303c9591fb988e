"""Models side by side: size, speed, scores, and answers to the same sentences."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from pages.learn.model_guide import inputs, shown
from pages.shared import cache, frame
from pages.shared.escape import literal
from pages.shared.views import View
from playground import model_guide
from playground.model_guide import SENTENCES, Answer, Entry, export
from playground.models.catalog import ModelSpec
from playground.plots.template import percent

SPEED_TOKENS = 64
GET = "get_compared"  # session key: ids that the visitor asked to fetch
ABOUT_SIZE = (
    "**What smaller models cost.** DistilBERT keeps six of BERT's twelve layers and learns from "
    "BERT's own guesses: 40 % fewer parameters, 60 % faster, and 97 % of BERT's score on GLUE, "
    "by its authors (Sanh et al., 2019, [arXiv:1910.01108](https://arxiv.org/abs/1910.01108)). "
    "MiniLM learns to attend as the last layer of a large model does. With half of the layers' "
    "parameters it keeps over 99 % of the large model's score on SQuAD 2.0 and several tasks of "
    "GLUE (Wang et al., 2020, [arXiv:2002.10957](https://arxiv.org/abs/2002.10957)). The trunk in "
    "the box is a MiniLM too, with six layers half as wide "
    "as BERT's. It is smaller than either, so it loses more; the ten sentences show some of it."
)


def show() -> None:
    """Show the chosen models beside each other."""
    chosen = inputs.models(inputs.COMPARED)
    if chosen == inputs.COMPARED.default and not cache.settings().hub:
        chosen = [model_id for model_id in chosen if model_id in inputs.offered()]
    with frame.errors_shown():
        specs = [spec for model_id in chosen if (spec := _found(model_id)) is not None]
        if not specs:
            st.info("Choose two models or more.", icon=":material/info:")
            return
        entries = [model_guide.entry(spec) for spec in specs]
        _sizes(entries)
        st.markdown(ABOUT_SIZE)
        _scores(entries)
        _answers(entries)


def _found(model_id: str) -> ModelSpec | None:
    found = None
    with frame.errors_shown():
        found = inputs.find(model_id)
    return found


def _sizes(entries: Sequence[Entry]) -> None:
    first = entries[0].parameters
    speeds = [model_guide.kept(one.spec).get(SPEED_TOKENS) for one in entries]
    shown.table(
        {
            "Model": [frame.short_label(one.spec) for one in entries],
            "Parameters (M)": [shown.millions(one.parameters) for one in entries],
            "Times the first": [
                round(one.parameters / first, 1) if first and one.parameters else None
                for one in entries
            ],
            "Layers": [one.shape.layers if one.shape else None for one in entries],
            "Hidden": [one.shape.hidden if one.shape else None for one in entries],
            "On disk (MB)": [shown.megabytes(one.file_bytes) for one in entries],
            "In memory, fp32 (MB)": [shown.megabytes(one.fp32_bytes) for one in entries],
            f"{SPEED_TOKENS} tokens (ms)": [
                round(one.milliseconds, 1) if one else None for one in speeds
            ],
        }
    )
    if not all(speeds):
        st.caption("Milliseconds appear here once a model was measured under “Speed here”.")


def _scores(entries: Sequence[Entry]) -> None:
    st.header("Scores", anchor=False)
    common = model_guide.in_common([one.scores for one in entries])
    titles = [frame.short_label(one.spec) for one in entries]
    if len(entries) > 1 and common:
        shown.table(
            {"Figure": [f"{one.metric}, {one.part}" for one in common]}
            | {
                title: [round(one.values[place], 3) for one in common]
                for place, title in enumerate(titles)
            }
        )
        return
    have = [title for title, one in zip(titles, entries, strict=True) if one.scores]
    named = " and ".join(map(literal, have))
    st.caption(
        "These models' cards have no figure in common: none that is of one metric on the same "
        "texts, so nothing is put side by side. "
        + (f"Figures of {named} stand under “What there is”." if have else "")
    )


def _answers(entries: Sequence[Entry]) -> None:
    st.header("Ten sentences", anchor=False)
    wanted: set[str] = st.session_state.setdefault(GET, set())
    absent = [one.spec for one in entries if not one.here and one.spec.id not in wanted]
    found: dict[str, tuple[Answer, ...]] = {}
    for one in entries:
        if one.spec not in absent:
            with frame.errors_shown():
                found[frame.short_label(one.spec)] = _asked(one.spec)
    for spec in absent:
        st.button(
            f"Fetch {literal(spec.title)} and ask it, too"
            + (f" ({spec.megabytes:,} MB)" if spec.megabytes else ""),
            key=f"fetch_{spec.id}",
            on_click=partial(wanted.add, spec.id),
            icon=":material/download:",
        )
    if not found:
        return
    shown.table(
        {"Sentence": [sentence for sentence, _ in SENTENCES]}
        | {title: [_cell(one) for one in column] for title, column in found.items()}
    )
    _agreement(found)
    st.caption(
        "A masked LM gets the sentence with its gap and answers with its first word; other models "
        "read it with the gap filled and answer with a label or with the entities that they find. "
        "Ten sentences show the difference; they do not measure it."
    )
    shown.files(partial(export.answers, found), "answers")


def _asked(spec: ModelSpec) -> tuple[Answer, ...]:
    brought = inputs.brought(spec.id)
    return model_guide.answers(cache.model(brought.id, brought.task))


def _agreement(found: Mapping[str, Sequence[Answer]]) -> None:
    (first, own), *others = found.items()
    for title, column in others:
        st.write(
            f"{literal(title)} and {literal(first)} say the same of "
            f"{model_guide.same(own, column)} of {len(SENTENCES)} sentences."
        )


def _cell(answer: Answer) -> str:
    if answer.probability is None:
        return answer.text
    return f"{answer.text} {percent(answer.probability)}"


VIEW = View(
    title="Small and large",
    about="Models side by side: size, speed, scores, and what they say of ten sentences.",
    fields=(inputs.COMPARED,),
    show=show,
)

"""A fine-tuned model against the one it came from."""

from functools import partial

import streamlit as st

from pages.learn.model_guide import inputs, shown
from pages.shared import cache, frame, own_models, results
from pages.shared.escape import literal
from pages.shared.views import View
from playground import model_guide
from playground.model_guide import Difference, export, scripts
from playground.models.catalog import RUN_PREFIX, TRUNK, ModelSpec, Source, Task
from playground.plots import model_guide as plots
from playground.plots.template import percent

TEXTS = {
    "A film": str(inputs.TEXT.default),
    "A fact": "The capital of France is Paris.",
    "News": "Angela Merkel met the French president in Berlin on Monday.",
}


def show() -> None:
    """Show which weights moved, and how alike both models read a text."""
    children = {
        spec.id: spec
        for spec in inputs.offered().values()
        if spec.source is Source.RUN or (spec.source is Source.BUNDLED and spec.id != TRUNK)
    }
    chosen = st.selectbox(
        "Child",
        _choices(list(children)),
        format_func=lambda one: frame.short_label(children[one]) if one in children else one,
        key=inputs.CHILD.name,
        persist_state="session",
        help="A model in the box, or one that you trained. Its record says what it came from.",
    )
    with frame.errors_shown():
        child = children.get(str(chosen)) or cache.spec(str(chosen), Task.FEATURE_EXTRACTION)
        base = inputs.brought(_base_of(child))
        found = model_guide.difference(child, base)
        _weights(found)
        _states(child, base)


def _choices(ids: list[str]) -> list[str]:
    """Return what can be chosen, with what a link asks for, which is answered with a message."""
    asked = str(st.session_state[inputs.CHILD.name])
    return ids if asked in ids else [*ids, asked]


def _base_of(child: ModelSpec) -> str:
    """Return the id of what ``child`` was trained from."""
    for run in own_models.finished():
        if child.id == RUN_PREFIX + run.id:
            return run.settings.base_model
    return TRUNK


def _weights(found: Difference) -> None:
    st.header("Which weights moved", anchor=False)
    st.write(
        f"{literal(frame.short_label(found.child))} came from "
        f"{literal(frame.short_label(found.base))}. Training moved the weights that both "
        f"have by {percent(found.relative)} of their size, taken together; "
        f"{percent(found.untouched / max(1, found.shared))} of them did not move at all."
    )
    matrices, values = model_guide.by_layer(found)
    results.figure(
        plots.heat(values, matrices),
        key="moved",
        alt="How far each matrix of each layer moved, relative to its norm; the file has all",
    )
    st.caption(
        r"Each cell: $\lVert W_\text{child} - W_\text{base} \rVert \,/\, "
        r"\lVert W_\text{base} \rVert$, where $W$ is one matrix with its bias and "
        r"$\lVert\cdot\rVert$ the root of the sum of its squared numbers. 0 % did not move; at "
        "100 % the change is as large as the weights were."
    )
    results.figure(
        plots.distances(model_guide.by_part(found)),
        key="distances",
        alt="How far each part moved, relative to its norm",
    )
    if found.new:
        count = sum(number for _, number in found.new)
        st.caption(f"Only the child has its head: {count:,} parameters, trained from scratch.")
    shown.files(partial(export.moved, found), "moved")


def _states(child: ModelSpec, base: ModelSpec) -> None:
    st.header("The same text through both", anchor=False)
    text = st.text_area("Text", key=inputs.TEXT.name, height=80, persist_state="session") or ""
    frame.examples(
        "child_example",
        {name: {inputs.TEXT.name: one} for name, one in TEXTS.items()},
        text=inputs.TEXT.name,
    )
    with frame.errors_shown():
        models = [cache.model(one.id, Task.FEATURE_EXTRACTION) for one in (child, base)]
        found = model_guide.similarity(text, child=models[0], base=models[1])
        for notice in found.notices:
            st.info(literal(notice), icon=":material/info:")
        results.figure(
            plots.similarity(found),
            key="similarity",
            alt="Similarity of the hidden states by layer: "
            + ", ".join(f"layer {n} {value:.2f}" for n, value in enumerate(found.mean_cosine)),
        )
        st.caption(
            "**Mean cosine**: how nearly each token's vector points the same way in both; 1 is the "
            "same way. **CKA** (Kornblith et al., 2019, "
            "[arXiv:1905.00414](https://arxiv.org/abs/1905.00414)): whether the same tokens are "
            "alike in both, even if the space was turned; with few tokens it tends to be high, so "
            "read it on longer texts. Most fine-tuning changes the last layers most."
        )
        shown.files(partial(export.states, found), "states")
        results.picture_format()
        results.code(
            scripts.child_and_base(child, base, text), spec=child, file_name="child-and-base"
        )


VIEW = View(
    title="Child and base",
    about="A fine-tuned model against the one it came from: which weights moved, and what that "
    "does to a text.",
    fields=(inputs.CHILD, inputs.TEXT),
    show=show,
)

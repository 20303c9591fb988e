"""One head and one token, with every number between input and output."""

from functools import partial

import streamlit as st

from pages.explore.attention import downloads, inputs
from pages.shared import cache, results
from pages.shared.link import Field, whole_number
from pages.shared.views import View
from playground import attention
from playground.attention import AttentionMap, Switches, arrays, export, step_script
from playground.models.catalog import Task
from playground.plots import offline
from playground.plots import step as plots
from playground.tables import Row

TOKEN = Field(name="step_token", default=1, read=whole_number(0, 511))


def show(attended: AttentionMap, _switches: Switches) -> None:
    """Show query, keys, scores, softmax and weighted sum, and that they equal the model's own."""
    layers, heads = inputs.layers_and_heads(attended.layers, attended.heads)
    layer, head = layers[0], heads[0]
    last = len(attended.tokens) - 1
    st.session_state[TOKEN.name] = min(st.session_state[TOKEN.name], last)
    token = st.selectbox(
        "The token that attends",
        range(last + 1),
        format_func=lambda index: f"{index + 1}  {attended.tokens[index].text}",
        key=TOKEN.name,
        persist_state="session",
    )
    model = cache.model(str(st.session_state[inputs.MODEL.name]), Task.FEATURE_EXTRACTION)
    step = attention.step(attended, layer=layer, head=head, token=token, model=model)
    st.header(f"Layer {layer + 1}, head {head + 1}", anchor=False)
    st.latex(
        r"\mathrm{softmax}\!\left(\frac{q K^\top}{\sqrt{d_k}}\right) V"
        rf"\qquad d_k = {len(step.q)}"
    )
    st.markdown(
        "**1.** The token's vector *x* is multiplied with the head's matrices: its **query** *q*. "
        "Every token's vector gives a **key** *k* and a **value** *v* in the same way. "
        "**2.** A **score** for each token: *q·k* / √*d_k*. **3.** **Softmax** makes them weights "
        "that sum to 1. **4.** The **output** is the sum of the values, weighted so."
    )
    own = attended.weights[layer, head, token]
    st.dataframe(
        {
            "To token": [unit.text for unit in attended.tokens],
            "q·k / √d_k": step.scores,
            "Softmax": step.weights,
            "The model's own": own,
            "k": list(step.k),
            "v": list(step.v),
        },
        column_config={
            "q·k / √d_k": st.column_config.NumberColumn(format="%.4f"),
            "Softmax": st.column_config.ProgressColumn(format="%.4f", min_value=0.0, max_value=1.0),
            "The model's own": st.column_config.NumberColumn(format="%.4f"),
            "k": st.column_config.BarChartColumn(),
            "v": st.column_config.BarChartColumn(),
        },
        hide_index=True,
    )
    proof, total = st.columns(2)
    proof.metric("Largest difference from the model's own weights", f"{step.difference:.1e}")
    total.metric("Sum of the weights", f"{float(step.weights.sum()):.6f}")
    vectors = plots.vectors(step)
    with st.expander("The vectors x, q and the output", icon=":material/data_array:"):
        for name, (title, made) in zip(("x", "q", "output"), vectors.items(), strict=True):
            st.write(title)
            results.figure(made, key=f"step_{name}", alt=title)
    st.caption(
        "Formula: Vaswani et al., 2017, equation 1 "
        "([arXiv:1706.03762](https://arxiv.org/abs/1706.03762)). Of several chosen layers and "
        "heads, the first; the switches do not matter here."
    )
    rows = partial(export.step, attended.tokens, step, own)
    title = f"Attention: layer {layer + 1}, head {head + 1}, from {attended.tokens[token].text}"
    downloads.offer(
        "step-by-step",
        rows=rows,
        named=partial(arrays.step, attended.tokens, step, own),
        html=lambda: offline.page(title, vectors, rows=_without_vectors(rows())),
    )
    downloads.code(step_script.step(attended.texts, layer=layer, head=head, token=token))


def _without_vectors(rows: list[Row]) -> list[Row]:
    return [{name: row[name] for name in row if name not in ("k", "v")} for row in rows]


VIEW = View(
    title="Step by step",
    about="The formula with the real numbers of one head and one token.",
    fields=(inputs.LAYERS, inputs.HEADS, TOKEN),
    show=show,
)

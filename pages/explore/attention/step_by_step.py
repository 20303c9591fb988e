"""One head and one token, with every number between input and output."""

import streamlit as st

from pages.explore.attention import inputs
from pages.explore.attention.view import AttentionView
from pages.shared import cache
from pages.shared.link import Field, whole_number
from playground import attention
from playground.attention import AttentionMap, Switches
from playground.models.catalog import Task

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
    st.subheader(f"Layer {layer + 1}, head {head + 1}", anchor=False)
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
    st.dataframe(
        {
            "To token": [unit.text for unit in attended.tokens],
            "q·k / √d_k": step.scores,
            "Softmax": step.weights,
            "The model's own": attended.weights[layer, head, token],
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
    with st.expander("The vectors x, q and the output", icon=":material/data_array:"):
        st.write(f"x, {len(step.x)} numbers: what enters the layer at this token")
        st.bar_chart(step.x, height=160)
        one, other = st.columns(2)
        one.write(f"q, {len(step.q)} numbers")
        one.bar_chart(step.q, height=160)
        other.write(f"output, {len(step.output)} numbers")
        other.bar_chart(step.output, height=160)
    st.caption(
        "Formula: Vaswani et al., 2017, equation 1 "
        "([arXiv:1706.03762](https://arxiv.org/abs/1706.03762)). Of several chosen layers and "
        "heads, the first; the switches do not matter here."
    )


VIEW = AttentionView(
    title="Step by step",
    about="The formula with the real numbers of one head and one token.",
    fields=(inputs.LAYERS, inputs.HEADS, TOKEN),
    show=show,
)

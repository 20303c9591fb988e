"""Attention followed down through all layers: rollout, and flow for one token."""

from functools import partial

import numpy as np
import streamlit as st

from pages.explore.attention import downloads
from pages.shared import results
from pages.shared.link import Field, one_of, whole_number
from pages.shared.views import View
from playground import attention
from playground.attention import FLOW_TOKENS, AttentionMap, Switches, arrays, export, scripts
from playground.plots import attention as plots
from playground.plots import offline

ROLLOUT, FLOW = "rollout", "flow"
METHOD = Field(name="through", default=ROLLOUT, read=one_of((ROLLOUT, FLOW)))
DEPTH = Field(name="depth", default=64, read=whole_number(1, 64))
TOKEN = Field(name="flow_token", default=1, read=whole_number(0, FLOW_TOKENS - 1))


def show(attended: AttentionMap, switches: Switches) -> None:
    """Show how much of each input token arrives at each token after some layers."""
    method = st.segmented_control(
        "Method", [ROLLOUT, FLOW], key=METHOD.name, required=True, persist_state="session"
    )
    if method == FLOW:
        _flow(attended)
    else:
        _rollout(attended, switches)
    st.caption(
        "Heads are averaged and the residual connection counts half (Abnar and Zuidema, 2020, "
        "[arXiv:2005.00928](https://arxiv.org/abs/2005.00928))."
    )


def _rollout(attended: AttentionMap, switches: Switches) -> None:
    st.session_state[DEPTH.name] = min(st.session_state[DEPTH.name], attended.layers)
    depth = st.slider("After layer", 1, attended.layers, key=DEPTH.name, persist_state="session")
    shown = attention.view(attended, attention.rollout(attended.weights)[depth - 1], switches)
    made = plots.heatmap(shown)
    results.figure(
        made,
        key="rollout",
        alt=f"Share of each input token in each token after layer {depth}",
    )
    downloads.matrix(shown, made, "rollout")
    downloads.code(scripts.rollout(attended.texts, depth=depth, switches=switches))


def _flow(attended: AttentionMap) -> None:
    last = min(len(attended.tokens), FLOW_TOKENS) - 1
    st.session_state[TOKEN.name] = min(st.session_state[TOKEN.name], last)
    token = st.selectbox(
        f"From the token, after the last layer (texts of up to {FLOW_TOKENS} tokens)",
        range(last + 1),
        format_func=lambda index: f"{index + 1}  {attended.tokens[index].text}",
        key=TOKEN.name,
        persist_state="session",
    )
    flows = attention.flow(attended.weights, token)
    made = plots.flow(flows, attended.tokens)
    results.figure(
        made,
        key="flow",
        alt=f"Flow to each input token from {attended.tokens[token].text}",
    )
    st.dataframe(
        {
            "Input token": [unit.text for unit in attended.tokens],
            "Flow": np.round(flows, 4),
        },
        hide_index=True,
    )
    st.caption("Each flow is a problem of its own, so flows do not sum to 1.")
    downloads.offer(
        "flow",
        rows=partial(export.flows, attended.tokens, flows),
        named=partial(arrays.flow, attended.tokens, flows),
        html=partial(offline.page, "Attention: flow", {"": made}),
    )
    downloads.code(scripts.flow(attended.texts, token=token))


VIEW = View(
    title="Through the layers",
    about="What of the input arrives where, after several layers.",
    fields=(METHOD, DEPTH, TOKEN),
    show=show,
)

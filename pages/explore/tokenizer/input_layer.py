"""The input layer: vectors of tokens, segments and positions, their sum, LayerNorm."""

from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.explore.tokenizer import inputs
from pages.shared import cache, frame, results
from pages.shared.escape import literal
from pages.shared.views import View
from playground import tokenizer
from playground.models.catalog import Task
from playground.plots import tokenizer as plots
from playground.plots.template import shortened
from playground.tokenizer import InputVectors, export, scripts

SHOWN = 24  # tokens in the pictures
FIRST_NUMBERS = 6  # of a token's vectors in the table
SUM = r"x = e_{\text{token}} + e_{\text{segment}} + e_{\text{position}}"
LAYER_NORM = r"y = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} \odot \gamma + \beta"


def show(place: DeltaGenerator, side: DeltaGenerator) -> None:
    """Show what the input layer adds up, and that the sum is the model's own."""
    with place:
        text, pair = inputs.texts()
    with frame.errors_shown():
        with side:
            model_id = frame.model_picker(Task.FEATURE_EXTRACTION, key=inputs.MODEL.name)
        model = cache.model(model_id, Task.FEATURE_EXTRACTION)
        found = tokenizer.input_vectors(text, pair, model=model)
        for notice in found.notices:
            st.info(literal(notice), icon=":material/info:")
        _formula(found)
        token = _choose(found)
        _numbers(found, token)
        _pictures(found)
        results.take_away(
            export.input_layer(found),
            scripts.input_layer(found.read.texts),
            spec=model.spec,
            file_name="input-layer",
        )


def _formula(found: InputVectors) -> None:
    st.latex(SUM)
    st.latex(LAYER_NORM)
    st.markdown(
        "***e*** are the three vectors that are looked up for each token: one for the **token** "
        "itself, one for its **segment** (text A or B), one for its **position**. ***x*** is their "
        "sum. ***μ*** and ***σ²*** are mean and variance of the numbers in *x*; ***ε*** = "
        f"{found.parts.norm_epsilon:g} keeps the root from zero. ***γ*** and ***β*** are learnt, "
        "one number each for every place in the vector. ***y*** is what the first layer gets: "
        "**LayerNorm** of the sum."
    )
    with st.container(horizontal=True, gap="large"):
        st.metric(
            "Largest difference from the model's own output",
            f"{found.difference:.1e}",
            width="content",
        )
        st.metric("Numbers a vector", f"{found.parts.token.shape[1]:,}", width="content")
        st.metric("Tokens", f"{len(found.read.tokens):,}", width="content")


def _choose(found: InputVectors) -> int:
    tokens = found.read.tokens
    last = len(tokens) - 1
    st.session_state[inputs.TOKEN.name] = min(st.session_state[inputs.TOKEN.name], last)
    return int(
        st.selectbox(
            "The token to follow",
            range(last + 1),
            format_func=lambda place: f"{place + 1}  {tokens[place].text}",
            key=inputs.TOKEN.name,
            persist_state="session",
        )
    )


def _numbers(found: InputVectors, token: int) -> None:
    parts = found.parts
    position = None if parts.position_ids is None else int(parts.position_ids[token])
    rows = {
        f"Token {found.read.tokens[token].text}, id {found.read.input_ids[token]}": parts.token,
        f"Segment {found.read.token_type_ids[token]}": parts.segment,
        f"Position {position}": parts.position,
        "x, their sum": parts.summed,
        "y, LayerNorm of x": found.normed,
        "The model's own output": parts.output,
    }
    kept = {name: vectors[token] for name, vectors in rows.items() if vectors is not None}
    summed = parts.summed[token].astype(np.float64)
    st.dataframe(
        {
            "": list(kept),
            **{
                f"number {place + 1}": [float(vector[place]) for vector in kept.values()]
                for place in range(FIRST_NUMBERS)
            },
            "All of them": [vector.tolist() for vector in kept.values()],
        },
        column_config={
            **{
                f"number {place + 1}": st.column_config.NumberColumn(format="%.4f")
                for place in range(FIRST_NUMBERS)
            },
            "All of them": st.column_config.BarChartColumn(),
        },
        hide_index=True,
    )
    st.caption(
        f"Of this token's x: μ = {summed.mean():.4f}, σ² = {summed.var():.5f}. Positions count "
        "from 0 in BERT."
    )


def _pictures(found: InputVectors) -> None:
    parts = found.parts
    names = [shortened(token.text, 40) for token in found.read.tokens[:SHOWN]]
    looked_up = plots.limit(parts.token, parts.segment, parts.position, parts.summed)
    pictures = {
        "Token vectors": (parts.token, looked_up),
        "+ segment vectors": (parts.segment, looked_up),
        "+ position vectors": (parts.position, looked_up),
        "= their sum, x": (parts.summed, looked_up),
        "LayerNorm of it, y": (found.normed, plots.limit(found.normed)),
    }
    if len(found.read.tokens) > SHOWN:
        st.caption(f"The pictures show the first {SHOWN} tokens; the files have all of them.")
    draw = partial(plots.vectors, tokens=names)
    for number, (title, (values, limit)) in enumerate(pictures.items()):
        if values is not None:
            st.header(title, anchor=False)
            made = draw(values[:SHOWN], limit=limit)
            results.figure(made, key=f"vectors_{number}", alt=f"{title}, a row for each token")
    st.caption(
        "Blue is above zero, orange below. The first four share one scale, so that they can be "
        "compared; LayerNorm's has its own."
    )


VIEW = View(
    title="Input layer",
    about="From ids to vectors: what the first layer gets, added up from three tables.",
    fields=(inputs.TEXT, inputs.PAIR, inputs.MODEL, inputs.TOKEN),
    show=show,
)

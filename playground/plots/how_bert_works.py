"""Figures of How BERT works: the steps of its tour, and the limits that it measures."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from playground.how_bert_works import Prediction, Tour
from playground.how_bert_works.bias import Bias
from playground.how_bert_works.long_range import LongRange
from playground.how_bert_works.recompute import gelu
from playground.plots.attention import DIFFERENCE
from playground.plots.mask_filling import guess_name, token_name
from playground.plots.template import (
    BLUE,
    GRAY,
    GRID,
    LEGEND,
    ORANGE,
    SEQUENTIAL,
    figure,
    grid,
    literal,
    named_rows,
    percent,
    probability_bars,
    shortened,
    ticks,
    vertical,
)

TOKENS_A_ROW = 5  # readable on a phone
NUMBERS_SHOWN = 24  # of a vector
ROW = 36  # pixels
TICK_RATIO = 1.5  # of neighbours on a logarithmic axis


def token_names(tour: Tour) -> list[str]:
    """Return the names of the sentence's tokens, as Plotly text, short enough for an axis."""
    return [shortened(token_name(token)) for token in tour.masked.tokens]


def pieces(tour: Tour) -> go.Figure:
    """Return the sentence as a grid of tokens with their ids; the token to predict is shaded."""
    names, ids = token_names(tour), tour.masked.input_ids
    rows = -(-len(ids) // TOKENS_A_ROW)
    empty = rows * TOKENS_A_ROW - len(ids)
    shape = rows, TOKENS_A_ROW
    shades = [0.6 if place == tour.position else 0.1 for place in range(len(ids))]
    labels = [f"{name}<br><i>{one}</i>" for name, one in zip(names, ids, strict=True)] + [
        ""
    ] * empty
    hover = [
        f"{literal(token.text)}: id {token.id}"
        + (", continues the word before it" if token.continues_word else "")
        for token in tour.masked.tokens
    ]
    return grid(
        np.array(shades + [np.nan] * empty).reshape(shape),
        np.array(labels, dtype=object).reshape(shape).tolist(),
        np.array(hover + [""] * empty, dtype=object).reshape(shape),
        height=56 * rows + 24,
        xaxis={"visible": False},
        yaxis={"visible": False},
    )


def vectors(rows: Mapping[str, np.ndarray]) -> go.Figure:
    """Return the first numbers of vectors as cells, a row each with a scale of its own."""
    values = np.stack([row[:NUMBERS_SHOWN] for row in rows.values()])
    strongest = np.abs(values).max(axis=1, keepdims=True)
    cells = go.Heatmap(
        z=values / np.maximum(strongest, 1e-12),
        customdata=values,
        colorscale=DIFFERENCE,
        zmin=-1,
        zmax=1,
        showscale=False,
        xgap=1,
        ygap=4,
        hovertemplate="number %{x}: <b>%{customdata:.4f}</b><extra></extra>",
        x0=1,
    )
    return figure(
        cells,
        height=ROW * len(rows) + 60,
        xaxis={"title": "Number", "showgrid": False, "dtick": 4, "tick0": 4},
        yaxis={**ticks(list(rows)), "autorange": "reversed", "showgrid": False},
    )


def attention(tour: Tour, *, head: int, token: int) -> go.Figure:
    """Return one head's weights from ``token`` to every token, as bars in the order of the text."""
    weights = tour.trace.weights[head, token]
    return probability_bars(token_names(tour), weights.tolist())


def heads(tour: Tour, *, token: int) -> go.Figure:
    """Return every head's weights from ``token``, a row a head."""
    weights = tour.trace.weights[:, token]
    cells = go.Heatmap(
        z=weights,
        y0=1,
        colorscale=SEQUENTIAL,
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=2,
        ygap=2,
        hovertemplate="head %{y}: <b>%{z:.1%}</b><extra></extra>",
    )
    return figure(
        cells,
        height=24 * len(weights) + 110,
        margin={"r": 28},  # for the last label, which leans over the edge
        xaxis={
            **ticks(token_names(tour)),
            "ticklabeloverflow": "allow",
            "side": "top",
            "tickangle": -60,
            "showgrid": False,
        },
        yaxis={"title": "Head", "dtick": 1, "autorange": "reversed", "showgrid": False},
    )


def units(before: np.ndarray, after: np.ndarray) -> go.Figure:
    """Return the numbers of a feed-forward part, ``after`` GELU over ``before``, on its curve."""
    curve = np.linspace(min(-4.0, before.min()), max(4.0, before.max()), 200)
    return figure(
        go.Scatter(
            x=curve,
            y=gelu(curve),
            mode="lines",
            line={"color": GRAY, "width": 2},
            hoverinfo="skip",
        ),
        go.Scatter(
            x=before,
            y=after,
            mode="markers",
            marker={"color": BLUE, "size": 6, "opacity": 0.5},
            customdata=np.arange(1, len(before) + 1),
            hovertemplate="unit %{customdata}: %{x:.3f} becomes <b>%{y:.3f}</b><extra></extra>",
        ),
        height=320,
        xaxis={"title": "Before GELU", "gridcolor": GRID},
        yaxis={"title": "After GELU", "gridcolor": GRID},
    )


def probabilities(found: Prediction) -> go.Figure:
    """Return the best words' probabilities, and that of all others together, as bars."""
    names = [literal(guess_name(guess)) for guess in found.guesses]
    return probability_bars(
        [*names, f"{found.others:,} others"],
        [*(guess.probability for guess in found.guesses), found.rest],
        bar={"marker_color": [*[BLUE] * len(names), GRAY]},
    )


def losses(found: Prediction) -> go.Figure:
    """Return the loss, −ln p, if one of the best words were the hidden one, as bars."""
    values = [-float(np.log(guess.probability)) for guess in found.guesses]
    return probability_bars(
        [literal(guess_name(guess)) for guess in found.guesses],
        values,
        bar={
            "marker_color": ORANGE,
            "text": [f"{value:.2f}" for value in values],
            "customdata": [percent(guess.probability) for guess in found.guesses],
            "hovertemplate": "probability %{customdata}, loss <b>%{text}</b><extra></extra>",
        },
    )


def reach(found: LongRange) -> go.Figure:
    """Return a word's probability over the distance of its cue, and without the cue.

    Bars are standard errors; the distance is drawn on a logarithmic axis.
    """
    away = [one.distance for one in found.reaches]
    lines = [
        go.Scatter(
            x=away,
            y=values,
            error_y={"type": "data", "array": errors, "thickness": 1.5, "width": 3},
            mode="lines+markers",
            name=name,
            line={"color": color, "dash": dash},
            marker={"symbol": symbol, "size": 9},
            hovertemplate="%{x:.0f} tokens: <b>%{y:.1%}</b><extra></extra>",
        )
        for name, color, dash, symbol, values, errors in (
            (
                "With its cue",
                BLUE,
                "solid",
                "circle",
                [one.with_cue for one in found.reaches],
                [one.with_cue_error for one in found.reaches],
            ),
            (
                "With another cue in its place",
                ORANGE,
                "dash",
                "diamond",
                [one.with_other for one in found.reaches],
                [one.with_other_error for one in found.reaches],
            ),
        )
    ]
    return figure(
        *lines,
        height=380,
        showlegend=True,
        legend=LEGEND,
        xaxis={
            "type": "log",
            "title": "Tokens from the cue to the mask",
            "tickvals": [round(one) for one in _apart(away)],
            "gridcolor": GRID,
        },
        yaxis={
            "tickformat": ".0%",
            "rangemode": "tozero",
            "title": "Probability",
            "gridcolor": GRID,
        },
    )


def _apart(values: Sequence[float]) -> list[float]:
    """Return those of ascending ``values`` whose names have room on a phone's logarithmic axis."""
    kept = [values[-1]]
    for value in reversed(values[:-1]):
        if value * TICK_RATIO <= kept[-1]:
            kept.append(value)
    return kept[::-1]


def effects(found: Bias) -> go.Figure:
    """Return each word's mean difference of ln p between two groups, with two standard errors.

    Blue dots are for the first group, orange diamonds for the second, gray ones are unclear.
    """
    rows = found.effects
    styles = [
        (GRAY, "circle-open")
        if not one.is_clear
        else (BLUE, "circle")
        if one.difference > 0
        else (ORANGE, "diamond")
        for one in rows
    ]
    dots = go.Scatter(
        x=[one.difference for one in rows],
        y=list(range(len(rows))),
        error_x={
            "type": "data",
            "array": [2 * one.error for one in rows],
            "color": GRAY,
            "thickness": 1.5,
            "width": 3,
        },
        mode="markers",
        marker={
            "color": [color for color, _ in styles],
            "symbol": [symbol for _, symbol in styles],
            "size": 11,
        },
        hovertemplate="%{x:+.2f} ± %{error_x.array:.2f}<extra></extra>",
    )
    groups = found.association
    return figure(
        dots,
        height=26 * len(rows) + 90,
        shapes=[vertical(0, color=GRAY, width=1)],
        xaxis={"title": f"← {groups.second}   ln p   {groups.first} →", "gridcolor": GRID},
        yaxis=named_rows([literal(one.word) for one in rows]),
    )

"""Figures of the Next sentence page."""

from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from playground.next_sentence import HeldOut, Ordered, TwoSentences
from playground.plots.template import (
    BAR_HEIGHT,
    BLUE,
    GRAY,
    ORANGE,
    figure,
    grid,
    percent,
    probability_bars,
    shortened,
    ticks,
    vertical,
)

EXCERPT = 60  # characters of a sentence, on hover
DIRECTIONS = ("A, then B", "B, then A")
ORDERS = ("Shuffled", "By the head", "True")


def both_ways(found: TwoSentences) -> go.Figure:
    """Return one bar a direction, as long as the probability that the second follows."""
    return probability_bars(
        DIRECTIONS,
        [found.forward.probability, found.backward.probability],
        longest=1.0,
        shapes=[vertical(0.5, color=GRAY, dash="dash", width=1)],
    )


def measured(found: HeldOut) -> go.Figure:
    """Return one bar a kind of pair, as long as the share that is called next."""
    return probability_bars(
        [_capital(kind) for kind in found.called_next],
        list(found.called_next.values()),
        longest=1.0,
    )


def matrix(found: Ordered) -> go.Figure:
    """Return a grid [first, second] shaded by the probability that the second follows the first.

    Rows and columns are in the text's order, so true neighbours stand right above the diagonal.
    """
    values = found.probabilities
    count = len(values)
    numbers = ticks([str(number) for number in range(1, count + 1)])
    hover = np.array(
        [
            [
                f"{i + 1}: {shortened(found.sentences[i], EXCERPT)}<br>"
                f"{j + 1}: {shortened(found.sentences[j], EXCERPT)}<br>"
                f"{percent(values[i, j]) if i != j else ''}"
                for j in range(count)
            ]
            for i in range(count)
        ],
        dtype=object,
    )
    text = [["" if np.isnan(value) else f"{100 * value:.0f}" for value in row] for row in values]
    steps = list(pairwise(found.found.sentences))
    frames = go.Scatter(
        x=[j for _, j in steps],
        y=[i for i, _ in steps],
        mode="markers",
        marker={"symbol": "square-open", "size": 26, "color": GRAY, "line": {"width": 2}},
        hoverinfo="skip",
    )
    return grid(
        values,
        text,
        hover,
        frames,
        xaxis={**numbers, "side": "top", "title": "is next"},
        yaxis={**numbers, "title": "After sentence"},
    )


def orders(found: Ordered) -> go.Figure:
    """Return each sentence's way from its place when shuffled, to the one found, to the true one.

    The line of a sentence that was put where it belongs is blue and solid, of others orange and
    dashed.
    """
    columns = [found.shuffled.sentences, found.found.sentences, found.true.sentences]
    lines = []
    for sentence in range(len(found.sentences)):
        places = [column.index(sentence) for column in columns]
        right = places[1] == places[2]
        color = BLUE if right else ORANGE
        lines.append(
            go.Scatter(
                x=[0, 1, 2],
                y=places,
                mode="lines+markers+text",
                text=[str(sentence + 1)] * 3,
                textposition="middle center",
                marker={"size": 24, "color": color},
                line={"width": 2, "color": color, "dash": "solid" if right else "dash"},
                hovertemplate=f"{sentence + 1}: "
                f"{shortened(found.sentences[sentence], EXCERPT)}<extra></extra>",
            )
        )
    return figure(
        *lines,
        height=BAR_HEIGHT * len(found.sentences) + 70,
        xaxis={**ticks(ORDERS), "side": "top", "range": [-0.3, 2.3]},
        yaxis={"visible": False, "range": [len(found.sentences) - 0.5, -0.5]},
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

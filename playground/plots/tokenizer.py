"""Figures of the Tokenizer page."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from playground.plots.template import (
    BAR_HEIGHT,
    BLUE,
    ORANGE,
    TEXT_SIZE,
    figure,
    literal,
    named_rows,
    probability_bars,
    shortened,
)
from playground.tokenizer import Side, UnigramSteps

DIFFERENCE = ((0.0, ORANGE), (0.5, "rgba(138,148,160,0.08)"), (1.0, BLUE))
ROW = 18  # pixels of a token's vector
LONGEST_LABEL = 12  # letters
SATURATED = 0.995  # of the numbers keep their shade; a few are far larger than all others
LENGTHS_HEIGHT = 300


def side_by_side(sides: Sequence[Side]) -> go.Figure:
    """Return one bar a tokenizer, as long as it makes pieces of the text."""
    counts = [side.pieces.counts.pieces for side in sides]
    return figure(
        go.Bar(
            x=counts,
            y=list(range(len(sides))),
            orientation="h",
            marker_color=BLUE,
            text=[str(count) for count in counts],
            textposition="outside",
            textfont={"size": TEXT_SIZE},
            cliponaxis=False,
            hovertemplate="%{x} pieces<extra></extra>",
        ),
        height=BAR_HEIGHT * len(sides) + 24,
        xaxis={"visible": False, "range": [0, 1.2 * max(counts, default=1)]},
        yaxis=named_rows([literal(side.title) for side in sides]),
    )


def cuts(steps: UnigramSteps) -> go.Figure:
    """Return one bar a way to cut the word, as long as its share of the probability of all."""
    names = [literal(" ".join(cut.pieces)) for cut in steps.cuts]
    return probability_bars(names, [cut.share for cut in steps.cuts])


def lengths(found: Mapping[str, Mapping[int, int]]) -> go.Figure:
    """Return how many pieces of each vocabulary, by its name, have how many letters."""
    bars = [
        go.Bar(
            x=list(counts),
            y=list(counts.values()),
            name=literal(name),
            marker_color=color,
            hovertemplate="%{x} letters: %{y} pieces<extra>%{fullData.name}</extra>",
        )
        for (name, counts), color in zip(found.items(), (BLUE, ORANGE), strict=False)
    ]
    return figure(
        *bars,
        height=LENGTHS_HEIGHT,
        barmode="group",
        showlegend=True,
        legend={"orientation": "h", "y": 1.12, "x": 0},
        xaxis={"title": "Letters of a piece", "dtick": 1, "showgrid": False},
        yaxis={"title": "Pieces"},
    )


def vectors(values: np.ndarray, tokens: Sequence[str], *, limit: float) -> go.Figure:
    """Return vectors [token, size] as rows of cells, blue above zero and orange below.

    Numbers beyond ``limit`` look like it.
    """
    rows, size = values.shape
    cells = go.Heatmap(
        z=values.astype(np.float32),
        x=list(range(1, size + 1)),
        colorscale=DIFFERENCE,
        zmin=-limit,
        zmax=limit,
        colorbar={
            "thickness": 10,
            "outlinewidth": 0,
            "tickvals": [-limit, 0, limit],
            "ticktext": [f"−{limit:.2g}", "0", f"{limit:.2g}"],
        },
        ygap=1,
        hovertemplate="%{y}, number %{x}: <b>%{z:.4f}</b><extra></extra>",
    )
    return figure(
        cells,
        height=ROW * rows + 44,
        xaxis={"showgrid": False, "nticks": 6},
        yaxis=named_rows([shortened(token, LONGEST_LABEL) for token in tokens]),
    )


def limit(*values: np.ndarray | None) -> float:
    """Return the number that gets the full colour in heatmaps that are to be compared."""
    numbers = np.concatenate([np.abs(one).ravel() for one in values if one is not None])
    return float(np.quantile(numbers, SATURATED)) or 1.0

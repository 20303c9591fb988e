"""What all figures share: colours that read on light and dark pages, text that is shown as typed.

Backgrounds are transparent and text takes the page's own colour, so a figure follows the theme.
Blue and orange differ for every common kind of colour blindness (Okabe and Ito, 2008).
"""

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

BLUE = "#2F86C7"
ORANGE = "#D9782D"
GREEN = "#1F9E77"
GRAY = "#8A94A0"
TEXT_SIZE = 14
BAR_HEIGHT = 32  # pixels
CLEAR = "rgba(0,0,0,0)"
# From nothing to half-strong blue: the page's text colour stays readable on every step.
SEQUENTIAL = ((0.0, "rgba(47,134,199,0.04)"), (1.0, "rgba(47,134,199,0.6)"))

TEMPLATE = go.layout.Template(
    layout={
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "colorway": [BLUE, ORANGE, GREEN, GRAY],
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "font": {"size": TEXT_SIZE},
        "hoverlabel": {"align": "left"},
        "xaxis": {"automargin": True, "zeroline": False, "fixedrange": True},
        "yaxis": {"automargin": True, "zeroline": False, "fixedrange": True},
    }
)


def literal(text: str) -> str:
    """Return ``text`` so that Plotly shows it as it is, tags and entities included."""
    return escape(text, quote=False)


def shortened(text: str, length: int = 10) -> str:
    """Return ``text`` for a small cell: cut to ``length`` characters, the last one an ellipsis."""
    return literal(text if len(text) <= length else text[: length - 1] + "…")


def percent(probability: float) -> str:
    """Return a probability as a visitor reads it, ``12.3 %``; tiny ones are not shown as zero."""
    if 0 < probability < 0.00001:
        return "< 0.001 %"
    digits = 1 if probability >= 0.1 else 2 if probability >= 0.001 else 3
    return f"{100 * probability:.{digits}f} %"


def figure(*traces: go.Scatter | go.Bar | go.Heatmap, height: int) -> go.Figure:
    """Return a figure of ``traces`` in the shared template, ``height`` pixels high."""
    return go.Figure(
        data=traces,
        layout={"template": TEMPLATE, "height": height, "showlegend": False},
    )


def probability_bars(names: Sequence[str], probabilities: Sequence[float]) -> go.Figure:
    """Return one horizontal bar a name, in the order given, as long as its probability.

    Names are taken as Plotly text: pass what a visitor wrote through ``literal``.
    """
    made = figure(
        go.Bar(
            x=list(probabilities),
            y=list(range(len(names))),
            orientation="h",
            marker_color=BLUE,
            text=[percent(p) for p in probabilities],
            textposition="outside",
            textfont={"size": TEXT_SIZE},
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        ),
        height=BAR_HEIGHT * len(names) + 24,
    )
    # Room on the right for the longest bar's label.
    made.update_xaxes(visible=False, range=[0, 1.4 * max(probabilities, default=1.0)])
    name_rows(made, names)
    return made


def name_rows(made: go.Figure, names: Sequence[str]) -> None:
    """Name bars by position: as categories, equal names would fall into one bar."""
    made.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=list(names),
        range=[len(names) - 0.5, -0.5],
        showgrid=False,
    )


def grid(values: np.ndarray, labels: Sequence[Sequence[str]], hover: np.ndarray) -> go.Figure:
    """Return a grid of labelled cells, shaded by ``values`` [row, column] between 0 and 1.

    ``labels`` and ``hover`` have the shape of ``values``; cells that are NaN stay empty. Both are
    taken as Plotly text: pass what a visitor wrote through ``literal``.
    """
    rows, columns = values.shape
    cells = go.Heatmap(
        z=values,
        customdata=hover,
        colorscale=SEQUENTIAL,
        zmin=0,
        zmax=1,
        showscale=False,
        hoverongaps=False,
        xgap=3,
        ygap=3,
        hovertemplate="%{customdata}<extra></extra>",
    )
    # The text is a trace of its own: a heatmap would pick its colour for a white page.
    text = go.Scatter(
        x=np.tile(np.arange(columns), rows),
        y=np.repeat(np.arange(rows), columns),
        text=[label for row in labels for label in row],
        mode="text",
        textfont={"size": TEXT_SIZE},
        hoverinfo="skip",
    )
    made = figure(cells, text, height=34 * rows + 46)
    made.update_xaxes(showgrid=False, range=[-0.5, columns - 0.5])
    made.update_yaxes(showgrid=False, range=[rows - 0.5, -0.5])
    return made

"""What all figures share: colours that read on light and dark pages, text that is shown as typed.

Backgrounds are transparent and text takes the page's own colour, so a figure follows the theme.
Blue and orange differ for every common kind of colour blindness (Okabe and Ito, 2008).
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

BLUE = "#2F86C7"
ORANGE = "#D9782D"
GREEN = "#1F9E77"
GRAY = "#8A94A0"
TEXT_SIZE = 14
BAR_HEIGHT = 32  # pixels
GRID = "rgba(138,148,160,0.25)"
CLEAR = "rgba(0,0,0,0)"
# From nothing to half-strong blue: the page's text colour stays readable on every step.
SEQUENTIAL = ((0.0, "rgba(47,134,199,0.04)"), (1.0, "rgba(47,134,199,0.6)"))

Axis = Mapping[str, Any]  # of Plotly's layout
LEGEND = {"orientation": "h", "y": 1.0, "yanchor": "bottom"}  # above the plot
PROBABILITY_AXIS: Axis = {"tickformat": ".0%", "range": [-0.03, 1.03], "gridcolor": GRID}

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


def figure(
    *traces: go.Scatter | go.Scattergl | go.Bar | go.Heatmap | go.Treemap,
    height: int,
    xaxis: Axis | None = None,
    yaxis: Axis | None = None,
    **layout: Any,
) -> go.Figure:
    """Return a figure of ``traces`` in the shared template, ``height`` pixels high.

    Axes and further parts of the layout are given here, at once: changing them afterwards takes
    Plotly as long as making the figure, each time.
    """
    return go.Figure(
        data=traces,
        layout={
            "template": TEMPLATE,
            "height": height,
            "showlegend": False,
            "xaxis": dict(xaxis or {}),
            "yaxis": dict(yaxis or {}),
            **layout,
        },
    )


def probability_bars(
    names: Sequence[str],
    probabilities: Sequence[float],
    *,
    longest: float | None = None,
    bar: Mapping[str, Any] | None = None,
    **layout: Any,
) -> go.Figure:
    """Return one horizontal bar a name, in the order given, as long as its probability.

    There is room for a bar of ``longest``; without it, for the longest one. ``bar`` has settings of
    Plotly's bars to replace those here. Names are taken as Plotly text: pass what a visitor wrote
    through ``literal``.
    """
    settings = {
        "marker_color": BLUE,
        "text": [percent(p) for p in probabilities],
        "textposition": "outside",
        "textfont": {"size": TEXT_SIZE},
        "cliponaxis": False,
        "hovertemplate": "%{y}: %{text}<extra></extra>",
        **(bar or {}),
    }
    bars = go.Bar(x=list(probabilities), y=list(range(len(names))), orientation="h", **settings)
    # Room on the right for the longest bar's label.
    room = 1.4 * max(probabilities, default=1.0) if longest is None else 1.2 * longest
    return figure(
        bars,
        height=BAR_HEIGHT * len(names) + 24,
        xaxis={"visible": False, "range": [0, room]},
        yaxis=named_rows(names),
        **layout,
    )


def ticks(names: Sequence[str]) -> Axis:
    """Return the parts of an axis that name its positions, counted from 0."""
    return {"tickvals": list(range(len(names))), "ticktext": list(names)}


def named_rows(names: Sequence[str]) -> Axis:
    """Return an axis that names bars by position: as categories, equal names would be one bar."""
    return {**ticks(names), "range": [len(names) - 0.5, -0.5], "showgrid": False}


def vertical(x: float, **line: Any) -> dict[str, Any]:
    """Return a line through the whole height of a plot, as one of the layout's shapes."""
    ends = {"x0": x, "x1": x, "xref": "x", "y0": 0, "y1": 1, "yref": "y domain"}
    return {"type": "line", **ends, "line": line}


def grid(
    values: np.ndarray,
    labels: Sequence[Sequence[str]],
    hover: np.ndarray,
    *above: go.Scatter,
    xaxis: Axis | None = None,
    yaxis: Axis | None = None,
    **layout: Any,
) -> go.Figure:
    """Return a grid of labelled cells, shaded by ``values`` [row, column] between 0 and 1.

    ``labels`` and ``hover`` have the shape of ``values``; cells that are NaN stay empty. Both are
    taken as Plotly text: pass what a visitor wrote through ``literal``. Further traces lie on top.
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
    return figure(
        cells,
        text,
        *above,
        **{"height": 34 * rows + 46, **layout},
        xaxis={"showgrid": False, "range": [-0.5, columns - 0.5], **(xaxis or {})},
        yaxis={"showgrid": False, "range": [rows - 0.5, -0.5], **(yaxis or {})},
    )

"""Figures of the Embeddings page."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from playground.embeddings import Method, Occurrence, Projection, Similarity, WordInContext
from playground.plots.template import (
    BAR_HEIGHT,
    BLUE,
    GRAY,
    GREEN,
    GRID,
    LEGEND,
    ORANGE,
    TEXT_SIZE,
    figure,
    grid,
    literal,
    named_rows,
    shortened,
    ticks,
)

# Each of the groups of a map has a colour and a symbol of its own, and the rest is gray.
COLOURS = (BLUE, ORANGE, GREEN, "#B0689A", "#C9A227", "#6B5FC7", "#3AA6B9", "#B5533C")
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "x", "star", "triangle-down")
DASHES = ("solid", "dash", "dot", "dashdot")
REST = "others"
LINE, HOVER = 22, 90  # characters of a line, beside its row and on hover
SENTENCE = 36  # characters of a word's sentence, in a legend
MOST_WRITTEN = 12  # lines whose cosines are written into the matrix
MANY = 1_000  # points, from which on they are small
MAP_HEIGHT, PATH_HEIGHT = 560, 440
LEGEND_BELOW = {"orientation": "h", "y": -0.2, "yanchor": "top", "x": 0}


def matrix(found: Similarity) -> go.Figure:
    """Return the cosine of every two lines as a grid, shaded from 0 to 1.

    Rows and columns have the numbers of the lines: their texts would leave a phone no room for the
    cells, as would the cosines of many lines, which are then seen on hover only.
    """
    cosines = found.cosines
    hover = [
        [
            f"{cosine:.3f}<br>{shortened(one, HOVER)}<br>{shortened(other, HOVER)}"
            for other, cosine in zip(found.texts, row, strict=True)
        ]
        for one, row in zip(found.texts, cosines.tolist(), strict=True)
    ]
    few = len(found.texts) <= MOST_WRITTEN
    shown = [[signed(cosine) if few else "" for cosine in row] for row in cosines.tolist()]
    numbers = ticks([str(place + 1) for place in range(len(found.texts))])
    return grid(
        cosines.clip(0, 1),
        shown,
        np.array(hover, dtype=object),
        xaxis={**numbers, "side": "top"},
        yaxis=numbers,
    )


def query(found: Similarity, most: int = 10) -> go.Figure:
    """Return one bar a line, as long as its cosine with the query, the nearest on top."""
    nearest = found.nearest_to_query[:most]
    return figure(
        go.Bar(
            x=[max(one.cosine, 0) for one in nearest],
            y=list(range(len(nearest))),
            orientation="h",
            marker_color=BLUE,
            text=[signed(one.cosine) for one in nearest],
            textposition="outside",
            textfont={"size": TEXT_SIZE},
            cliponaxis=False,
            customdata=[shortened(found.texts[one.line], HOVER) for one in nearest],
            hovertemplate="%{text}  %{customdata}<extra></extra>",
        ),
        height=BAR_HEIGHT * len(nearest) + 24,
        xaxis={"visible": False, "range": [0, 1.2]},
        yaxis=named_rows(
            [f"{one.line + 1}  {shortened(found.texts[one.line], LINE)}" for one in nearest]
        ),
    )


def scatter(
    projection: Projection, texts: Sequence[str], values: Sequence[str] | None = None
) -> go.Figure:
    """Return one point a line; lines with the same value share a colour and a symbol.

    The points of a trace have their lines' places as ``customdata``. WebGL draws them.
    """
    groups = grouped(values, len(texts))
    traces = []
    for number, (name, places) in enumerate(groups.items()):
        rest = name == REST and number == len(COLOURS)
        traces.append(
            go.Scattergl(
                x=projection.points[places, 0],
                y=projection.points[places, 1],
                mode="markers",
                name=shortened(name, LINE),
                customdata=places,
                text=[shortened(texts[place], HOVER) for place in places],
                hovertemplate="%{text}<extra></extra>",
                marker={
                    "size": 6 if len(texts) > MANY else 9,
                    "opacity": 0.8,
                    "color": GRAY if rest else COLOURS[number],
                    "symbol": "circle-open" if rest else SYMBOLS[number],
                },
            )
        )
    axis = {"showgrid": False, "showticklabels": False, "fixedrange": False}
    first, second = _axis_titles(projection)
    return figure(
        *traces,
        height=MAP_HEIGHT,
        showlegend=values is not None,
        legend=LEGEND,
        dragmode="lasso",
        xaxis={**axis, "title": first},
        yaxis={**axis, "title": second},
    )


def grouped(values: Sequence[str] | None, count: int) -> Mapping[str, list[int]]:
    """Return the places of each value, the frequent ones first, and of all rare ones together."""
    if values is None:
        return {"": list(range(count))}
    frequent = [value for value, _ in Counter(values).most_common(len(COLOURS))]
    groups: dict[str, list[int]] = {value: [] for value in frequent}
    rest: list[int] = []
    for place, value in enumerate(values):
        groups.get(value, rest).append(place)
    return groups | ({REST: [*groups.get(REST, []), *rest]} if rest else {})


def layers(found: WordInContext, reference: int) -> go.Figure:
    """Return the cosine of one occurrence with each other one, layer by layer."""
    lines = [
        go.Scatter(
            x=list(range(found.layers + 1)),
            y=found.cosines[:, reference, other].tolist(),
            mode="lines+markers",
            name=named(found, occurrence),
            line={"color": COLOURS[other % len(COLOURS)], "dash": _dash(other)},
            marker={"symbol": SYMBOLS[other % len(SYMBOLS)], "size": 9},
            hovertemplate="layer %{x}: %{y:.3f}<extra>%{fullData.name}</extra>",
        )
        for other, occurrence in enumerate(found.occurrences)
        if other != reference
    ]
    return figure(
        *lines,
        height=360,
        showlegend=True,
        legend=LEGEND_BELOW,
        xaxis={"title": "Layer (0 is the input)", "dtick": _step(found.layers), "showgrid": False},
        yaxis={"title": "Cosine", "gridcolor": GRID, "rangemode": "normal"},
    )


def paths(found: WordInContext) -> go.Figure:
    """Return each occurrence's way through the layers, the larger its marks the higher the layer.

    The first line has the number of its first layer, and each that of its last.
    """
    last = found.layers
    lines = [
        go.Scatter(
            x=found.path[:, place, 0].tolist(),
            y=found.path[:, place, 1].tolist(),
            mode="lines+markers+text",
            name=named(found, occurrence),
            line={"color": COLOURS[place % len(COLOURS)], "dash": _dash(place), "width": 1.5},
            marker={
                "symbol": SYMBOLS[place % len(SYMBOLS)],
                "size": np.linspace(5, 13, last + 1).tolist(),
            },
            text=["" if place else "0", *[""] * (last - 1), str(last)],
            textposition="top center",
            textfont={"size": TEXT_SIZE},
            customdata=list(range(last + 1)),
            hovertemplate="layer %{customdata}<extra>%{fullData.name}</extra>",
        )
        for place, occurrence in enumerate(found.occurrences)
    ]
    axis = {"gridcolor": GRID, "showticklabels": False}
    first, second = _shares(found.explained)
    return figure(
        *lines,
        height=PATH_HEIGHT,
        showlegend=True,
        legend=LEGEND_BELOW,
        xaxis={**axis, "title": f"First component ({first})"},
        yaxis={**axis, "title": f"Second component ({second})"},
    )


def named(found: WordInContext, occurrence: Occurrence) -> str:
    """Return ``described`` as Plotly text."""
    return literal(described(found, occurrence))


def described(found: WordInContext, occurrence: Occurrence) -> str:
    """Return an occurrence's sentence, cut, with its number where the sentence has several."""
    number = "" if occurrence.alone else f", no. {occurrence.number}"
    text = found.sentences[occurrence.sentence]
    cut = text if len(text) <= SENTENCE else f"{text[: SENTENCE - 1]}…"
    return f"{occurrence.sentence + 1}{number}  {cut}"


def signed(cosine: float) -> str:
    """Return a cosine as a visitor reads it, "0.83" or "−0.05"."""
    return f"{cosine + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")


def _axis_titles(projection: Projection) -> tuple[str, str]:
    if projection.explained is None:
        return f"{literal(Method(projection.method))} 1", f"{literal(Method(projection.method))} 2"
    first, second = _shares(projection.explained)
    return f"First component ({first})", f"Second component ({second})"


def _shares(explained: tuple[float, float]) -> tuple[str, str]:
    return f"{explained[0]:.1%}".replace("%", " %"), f"{explained[1]:.1%}".replace("%", " %")


def _dash(place: int) -> str:
    return DASHES[place // len(COLOURS) % len(DASHES)]


def _step(count: int) -> int:
    return 1 if count <= 12 else 2

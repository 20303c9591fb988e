"""Figures of the Models page."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from playground.model_guide import Entry, Inside, Similarity, Speed
from playground.plots.template import (
    BAR_HEIGHT,
    BLUE,
    GRAY,
    GREEN,
    GRID,
    LEGEND,
    ORANGE,
    TEXT_SIZE,
    Axis,
    figure,
    grid,
    literal,
    named_rows,
    percent,
    shortened,
    ticks,
)

COLORS = (BLUE, ORANGE, GREEN, GRAY)
DASHES = ("solid", "dash", "dot", "dashdot")
MARKERS = ("circle", "diamond", "square", "x")
MILLION = 1_000_000
SMALLEST = 9  # points of a name in the treemap
# The usual colours, darker: white stays readable on them, on light and dark pages.
SECTION_COLORS = {
    "Embeddings": "#22689E",
    "Layers": "#15745A",
    "Relative positions": "#5F6873",
    "Pooler": "#5F6873",
    "Head": "#A9571C",
}


def sizes(entries: Sequence[Entry]) -> go.Figure:
    """Return one bar a model, the smallest on top, as long as it has parameters.

    Models on this machine are blue; hatched gray ones are not downloaded.
    """
    known = sorted((one for one in entries if one.parameters), key=lambda one: one.parameters or 0)
    millions = [(one.parameters or 0) / MILLION for one in known]
    return figure(
        go.Bar(
            x=millions,
            y=list(range(len(known))),
            orientation="h",
            marker={
                "color": [BLUE if one.here else GRAY for one in known],
                "pattern": {"shape": ["" if one.here else "/" for one in known]},
            },
            text=[_millions(value) for value in millions],
            textposition="outside",
            textfont={"size": TEXT_SIZE},
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        ),
        height=BAR_HEIGHT * len(known) + 24,
        xaxis={"visible": False, "range": [0, 1.5 * max(millions, default=1.0)]},
        yaxis=named_rows([shortened(one.spec.title, 26) for one in known]),
    )


def parts(found: Inside) -> go.Figure:
    """Return a treemap of a model's parameters: sections, layers, blocks."""
    ids, labels, parents, values, colors = [], [], [], [], []

    def add(name: str, label: str, parent: str, value: int, color: str) -> None:
        if name not in ids:
            ids.append(name)
            labels.append(label)
            parents.append(parent)
            values.append(0)
            colors.append(color)
        values[ids.index(name)] += value

    for part in found.parts:
        color = SECTION_COLORS[part.section]
        add(part.section, part.section, "", part.parameters, color)
        parent = part.section
        if part.layer is not None:
            parent = f"layer {part.layer}"
            add(parent, f"Layer {part.layer}", part.section, part.parameters, color)
        if part.block != part.section:
            add(f"{parent}/{part.block}", part.block, parent, part.parameters, color)
    return figure(
        go.Treemap(
            ids=ids,
            labels=labels,
            parents=parents,
            values=values,
            branchvalues="total",
            marker={"colors": colors, "line": {"width": 1}},
            textfont={"color": "white", "size": TEXT_SIZE},
            text=[
                f"{_millions(value / MILLION)}, {percent(value / found.parameters)}"
                for value in values
            ],
            textinfo="label+text",
            hovertemplate="%{label}<br>%{value:,} parameters, %{text}<extra></extra>",
            pathbar={"visible": False},
            sort=False,
        ),
        height=460,
        # Where a name does not fit, as on a phone, none is better than one too small to read.
        uniformtext={"minsize": SMALLEST, "mode": "hide"},
    )


def milliseconds(measured: Mapping[str, Sequence[Speed]]) -> go.Figure:
    """Return the time of one text against its length, a line a model, both on log scales."""
    lengths = sorted({one.tokens for speeds in measured.values() for one in speeds})
    return _lines(
        {
            title: [(one.tokens, one.milliseconds) for one in speeds]
            for title, speeds in measured.items()
        },
        hover="%{x} tokens: %{y:.1f} ms",
        xaxis={"title": "Tokens of the text", "type": "log", "tickvals": lengths},
        yaxis={"title": "Milliseconds", "type": "log", "dtick": "D2"},
    )


def heat(values: np.ndarray, columns: Sequence[str]) -> go.Figure:
    """Return relative distances [layer, matrix] as a grid, the first layer on top."""
    labels = [["" if np.isnan(cell) else share(cell) for cell in row] for row in values]
    hover = [
        [f"Layer {layer + 1}, {name}: {cell}" for name, cell in zip(columns, row, strict=True)]
        for layer, row in enumerate(labels)
    ]
    largest = float(np.nanmax(values)) if values.size and not np.isnan(values).all() else 0.0
    return grid(
        values / (largest or 1.0),
        labels,
        np.array(hover, dtype=object),
        height=34 * len(values) + 80,
        xaxis={**ticks([_wrapped(one) for one in columns]), "side": "top"},
        yaxis=ticks([f"Layer {n + 1}" for n in range(len(values))]),
    )


def distances(found: Sequence[tuple[str, float]]) -> go.Figure:
    """Return one bar a part, as long as its relative distance."""
    values = [value for _, value in found]
    return figure(
        go.Bar(
            x=values,
            y=list(range(len(found))),
            orientation="h",
            marker_color=BLUE,
            text=[share(value) for value in values],
            textposition="outside",
            textfont={"size": TEXT_SIZE},
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        ),
        height=BAR_HEIGHT * len(found) + 24,
        xaxis={"visible": False, "range": [0, 1.4 * max(values, default=0.0) or 1.0]},
        yaxis=named_rows([literal(name) for name, _ in found]),
    )


def similarity(found: Similarity) -> go.Figure:
    """Return mean cosine and CKA against the layer; 0 is the embeddings' output."""
    layers = range(len(found.cka))
    lowest = min(0.0, float(np.min(found.mean_cosine)))
    return _lines(
        {
            "Mean cosine": list(zip(layers, found.mean_cosine.tolist(), strict=True)),
            "CKA": [
                (n, value)
                for n, value in zip(layers, found.cka.tolist(), strict=True)
                if not np.isnan(value)
            ],
        },
        hover="Layer %{x}: %{y:.3f}",
        xaxis={"title": "Layer (0: embeddings)", "dtick": max(1, len(found.cka) // 12)},
        yaxis={"range": [lowest - 0.03, 1.05]},
    )


def _lines(
    series: Mapping[str, Sequence[tuple[float, float]]], *, hover: str, xaxis: Axis, yaxis: Axis
) -> go.Figure:
    """Return one line a name with a legend above; lines differ in colour, dash and marker."""
    traces = [
        go.Scatter(
            x=[x for x, _ in points],
            y=[y for _, y in points],
            mode="lines+markers",
            name=shortened(name, 30),
            line={"color": COLORS[number % 4], "dash": DASHES[number % 4]},
            marker={"symbol": MARKERS[number % 4], "size": 9},
            hovertemplate=f"{hover}<extra></extra>",
        )
        for number, (name, points) in enumerate(series.items())
    ]
    return figure(
        *traces,
        height=340,
        showlegend=True,
        legend=LEGEND,
        xaxis={"gridcolor": GRID, **xaxis},
        yaxis={"gridcolor": GRID, **yaxis},
    )


def share(value: float) -> str:
    """Return a share as a visitor reads it; nothing at all is a plain zero."""
    return percent(value) if value else "0 %"


def _millions(value: float) -> str:
    return f"{value:,.1f} M" if value >= 0.1 else f"{1_000 * value:,.1f} k"


def _wrapped(name: str) -> str:
    return literal(name).replace(" ", "<br>", 1)

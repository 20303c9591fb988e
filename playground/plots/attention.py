"""Figures of the Attention page."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from playground.attention import HeadFigures, Token, Unit, View
from playground.plots.template import BLUE, ORANGE, Axis, figure, literal, shortened

Colors = tuple[tuple[float, str], ...]
# From nothing to a blue that stands out on white and on black. Two colours: the browser mixes those
# of 262,144 cells in less time than those of three.
ATTENTION: Colors = ((0.0, "rgba(47,134,199,0)"), (1.0, "rgba(47,134,199,1)"))
DIFFERENCE: Colors = ((0.0, ORANGE), (0.5, "rgba(138,148,160,0.08)"), (1.0, BLUE))
CELL = 22  # pixels, of a text so short that every label fits
LABELS = 60  # at most on an axis; more would overlap
LONGEST_LABEL = 14  # letters
LETTER = 8  # pixels that a letter of a label takes at most, on average
SMALLEST, LARGEST = 260, 940  # pixels of a heatmap's side; at the most 60 labels below each other
FLOW_HEIGHT = 320
THUMBNAIL = 48  # pixels of a head's side in the picture of all heads
GAP = 4
TARGET = 20  # pixels of what takes the click on a head; on a phone thumbnails are no larger
SATURATED = 0.998  # of the cells of a long text keep their shade


def heatmap(shown: View, *, labels: int = LABELS // 2, scale: bool = True) -> go.Figure:
    """Return attention [row, column] as a heatmap: rows attend to columns.

    At most ``labels`` columns are labelled. ``scale`` says whether the scale of colours is beside.
    """
    limits = 0.0, brightest(shown)
    return _matrix(shown, shown.weights, ATTENTION, limits, ".1~%", labels=labels, scale=scale)


def difference(first: View, second: View) -> go.Figure:
    """Return the first view's attention less the second's, of the same size, blue where more."""
    change = (first.weights - second.weights).astype(np.float32)
    limit = brightest(replace(first, weights=np.abs(change)))
    return _matrix(first, change, DIFFERENCE, (-limit, limit), "+.1~%")


def all_heads(weights: np.ndarray, figures: HeadFigures) -> go.Figure:
    """Return every head's attention [layer, head, row, column] as one picture, a row a layer.

    A text of more tokens than a thumbnail has pixels is shrunk: a pixel shows the strongest link
    that it stands for, so that lines stay visible. A square over each thumbnail, which cannot be
    seen, carries the head's figures and takes the click; its customdata is layer and head, from 1.
    """
    layers, heads = weights.shape[:2]
    pictures = _thumbnails(weights)
    side = pictures.shape[-1]
    step = side + max(1, round(side * GAP / THUMBNAIL))
    mosaic = np.zeros((layers * step, heads * step), dtype=np.uint8)
    for layer in range(layers):
        for head in range(heads):
            top, left = layer * step, head * step
            mosaic[top : top + side, left : left + side] = pictures[layer, head]
    centres = (side - 1) / 2 + step * np.arange(max(layers, heads))
    return figure(
        go.Heatmap(
            z=mosaic,
            colorscale=ATTENTION,
            zmin=0,
            zmax=255,
            showscale=False,
            hoverinfo="skip",
        ),
        _squares(figures, centres),
        height=layers * (THUMBNAIL + GAP) + 60,
        xaxis={
            "tickvals": centres[:heads],
            "ticktext": [str(head) for head in range(1, heads + 1)],
            "title": "Head",
            "side": "top",
            "showgrid": False,
        },
        yaxis={
            "tickvals": centres[:layers],
            "ticktext": [str(layer) for layer in range(1, layers + 1)],
            "title": "Layer",
            "autorange": "reversed",
            "showgrid": False,
        },
    )


def flow(flows: np.ndarray, tokens: Sequence[Token]) -> go.Figure:
    """Return the flow to each input token, ``flows`` [to], as bars in the order of the text."""
    bars = go.Bar(
        # Numbered, because a category axis merges those of the same name.
        x=[f"{literal(token.text)} {place}" for place, token in enumerate(tokens, start=1)],
        y=flows,
        marker={"color": BLUE},
        hovertemplate="%{x}: <b>%{y:.3f}</b><extra></extra>",
    )
    return figure(
        bars,
        height=FLOW_HEIGHT,
        xaxis={"type": "category", "tickangle": -60, "fixedrange": False},
        yaxis={"rangemode": "tozero", "title": "Flow"},
    )


def _squares(figures: HeadFigures, centres: np.ndarray) -> go.Scatter:
    layers, heads = figures.entropy.shape
    layer, head = (index.ravel() for index in np.indices((layers, heads)))
    values = (figures.entropy, figures.distance, figures.special, figures.previous)
    return go.Scatter(
        x=centres[head],
        y=centres[layer],
        mode="markers",
        marker={"symbol": "square", "size": TARGET, "opacity": 0},
        # A list: of a typed array, a click would bring back its indices.
        customdata=np.stack(
            [layer + 1, head + 1, *(value.ravel() for value in values)], axis=1
        ).tolist(),
        hovertemplate="Layer %{customdata[0]}, head %{customdata[1]}<br>"
        "entropy %{customdata[2]:.2f} nats<br>mean distance %{customdata[3]:.1f} tokens<br>"
        "to special tokens %{customdata[4]:.0%}<br>to the previous token %{customdata[5]:.0%}"
        "<extra></extra>",
    )


def _thumbnails(weights: np.ndarray) -> np.ndarray:
    """Return heads [layer, head, side, side] as uint8, each scaled to its own strongest link."""
    tokens = weights.shape[-1]
    if tokens > THUMBNAIL:
        starts = np.linspace(0, tokens, THUMBNAIL, endpoint=False).astype(int)
        weights = np.maximum.reduceat(weights, starts, axis=-1)
        weights = np.maximum.reduceat(weights, starts, axis=-2)
    strongest = weights.max(axis=(-2, -1), keepdims=True)
    return (255 * weights / np.maximum(strongest, 1e-9)).astype(np.uint8)


def brightest(shown: View) -> float:
    """Return the weight that gets the full colour.

    A few cells, mostly of special tokens, hold nearly all of the attention, and beside them the
    others would be too pale to be seen. So the scale ends with the strongest link between words,
    and in a long text, where words have their own few, with nearly the strongest.
    """
    weights = shown.weights[~_special(shown.rows)][:, ~_special(shown.columns)]
    if not weights.any():
        weights = shown.weights
    if shown.weights.shape[-1] <= LABELS:
        return float(weights.max(initial=0)) or 1.0
    return float(np.quantile(weights, SATURATED)) or 1.0


def _special(units: Sequence[Unit]) -> np.ndarray:
    return np.array([unit.special for unit in units])


def _matrix(
    shown: View,
    values: np.ndarray,
    colors: Colors,
    limits: tuple[float, float],
    tick_format: str,
    *,
    labels: int = LABELS // 2,
    scale: bool = True,
) -> go.Figure:
    """Return ``values`` [row, column] as cells; those above and below ``limits`` look like them."""
    rows, columns = values.shape
    gap = int(max(rows, columns) <= LABELS)
    cells = go.Heatmap(
        z=values.astype(np.float32),
        colorscale=colors,
        zmin=limits[0],
        zmax=limits[1],
        showscale=scale,
        colorbar={"thickness": 10, "tickformat": tick_format, "outlinewidth": 0},
        xgap=gap,
        ygap=gap,
        hovertemplate="from <b>%{y}</b> to <b>%{x}</b>: %{z:.2%}<extra></extra>",
    )
    return figure(
        cells,
        height=min(LARGEST, max(SMALLEST, CELL * rows + 90)),
        margin={"l": _room(shown.rows), "t": _room(shown.columns)},
        xaxis={**_axis(shown.columns, labels), "side": "top", "tickangle": -60},
        yaxis={**_axis(shown.rows, LABELS), "autorange": "reversed"},
    )


def _room(units: Sequence[Unit]) -> int:
    """Return the pixels that the longest label takes, upright or nearly so."""
    return 16 + LETTER * max(len(_name(unit)) for unit in units)


def _name(unit: Unit) -> str:
    return shortened(unit.text, LONGEST_LABEL)


def _axis(units: Sequence[Unit], labels: int) -> Axis:
    """Return an axis of one whole number a unit, under its text; on zooming in, all show."""
    names = {str(index): _name(unit) for index, unit in enumerate(units)}
    if len(units) <= labels:
        ticks: Axis = {"tickvals": list(range(len(units)))}
    else:
        ticks = {"tickmode": "auto", "nticks": labels}
    # Zoomed far in, an axis counts in halves, which are nobody's.
    halves = {f"{index}.5": "" for index in range(len(units))}
    return {
        "showgrid": False,
        "fixedrange": False,
        # Finding out which labels fit takes the browser most of the time it needs for a picture.
        "automargin": False,
        "ticklabeloverflow": "allow",
        **ticks,
        "labelalias": names | halves,
    }

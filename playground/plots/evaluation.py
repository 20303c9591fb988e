"""Figures of what a trained model is worth."""

from collections.abc import Mapping, Sequence
from math import log2, log10
from typing import Any

import numpy as np
import plotly.graph_objects as go

from playground.fine_tuning.evaluation.learning_curve import LearningCurve, Outlook
from playground.fine_tuning.evaluation.report import (
    Confusion,
    LabelScores,
    PartReport,
    Reliability,
    Score,
)
from playground.plots.template import (
    BAR_HEIGHT,
    BLUE,
    GRAY,
    GREEN,
    GRID,
    LEGEND,
    ORANGE,
    PROBABILITY_AXIS,
    SEQUENTIAL,
    TEXT_SIZE,
    figure,
    literal,
    named_rows,
    shortened,
    ticks,
)

_CELL = 46  # pixels
_NUMBERS_UP_TO = 25  # columns, in which numbers still fit into cells
_SHOWN = 30  # labels in bars
# A system's colour and sign, from the model to the simplest.
_STYLES = ((BLUE, "circle"), (ORANGE, "diamond"), (GRAY, "square"))


def confusion(found: Confusion) -> go.Figure:
    """Return the matrix with what is true in rows, each row shaded by its shares.

    A square over each cell, which cannot be seen, takes the click: its customdata begins with row
    and column, from 0. An empty cell takes none.
    """
    counts = np.zeros((len(found.rows), len(found.columns)), dtype=int)
    for cell in found.cells:
        counts[cell.row, cell.column] = cell.count
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    length = 24 if len(found.columns) <= 4 else 12
    return figure(
        go.Heatmap(
            z=shares,
            colorscale=SEQUENTIAL,
            zmin=0,
            zmax=1,
            showscale=False,
            xgap=2,
            ygap=2,
            hoverinfo="skip",
        ),
        _squares(found, shares),
        height=_CELL * len(found.rows) + 110,
        annotations=_numbers(found),
        xaxis={
            **ticks([shortened(name, length) for name in found.columns]),
            "title": "Said by the model",
            "side": "top",
            "showgrid": False,
            "range": [-0.5, len(found.columns) - 0.5],
        },
        yaxis={**named_rows([shortened(name, 24) for name in found.rows]), "title": "True"},
    )


def _numbers(found: Confusion) -> list[dict[str, Any]]:
    # No trace: a click would pale the numbers of the cells that were not clicked.
    return [
        {
            "x": cell.column,
            "y": cell.row,
            "text": f"{cell.count:,}",
            "showarrow": False,
            "font": {"size": TEXT_SIZE},
        }
        for cell in found.cells
        if len(found.columns) <= _NUMBERS_UP_TO
    ]


def _squares(found: Confusion, shares: np.ndarray) -> go.Scatter:
    return go.Scatter(
        x=[cell.column for cell in found.cells],
        y=[cell.row for cell in found.cells],
        mode="markers",
        marker={"symbol": "square", "size": _CELL - 4, "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        # A list: of a typed array, a click would bring back its indices.
        customdata=[
            [
                cell.row,
                cell.column,
                literal(found.rows[cell.row]),
                literal(found.columns[cell.column]),
                cell.count,
                float(shares[cell.row, cell.column]),
            ]
            for cell in found.cells
        ],
        hovertemplate="True: %{customdata[2]}<br>Said: %{customdata[3]}<br>%{customdata[4]:,}, "
        "%{customdata[5]:.0%} of the row<extra></extra>",
    )


def scores(systems: Mapping[str, Sequence[Score]]) -> go.Figure:
    """Return each system's scores as points with their 95 % intervals, a row a score.

    The first system is the model; the others are simpler ones. Colours and signs tell them apart.
    """
    names = [score.name for score in next(iter(systems.values()))]
    steps = np.linspace(-0.25, 0.25, len(systems)).tolist()
    traces = [
        _points(name, found, step, *style)
        for (name, found), step, style in zip(systems.items(), steps, _STYLES, strict=False)
    ]
    return figure(
        *traces,
        height=80 * len(names) + 110,
        showlegend=True,
        legend=LEGEND,
        xaxis=PROBABILITY_AXIS,
        yaxis=named_rows(names),
    )


def _points(name: str, found: Sequence[Score], step: float, color: str, symbol: str) -> go.Scatter:
    values = np.array([score.value for score in found])
    intervals = np.array([_interval(score) for score in found])
    return go.Scatter(
        x=values.tolist(),
        y=[place + step for place in range(len(found))],
        mode="markers",
        name=literal(name),
        marker={"color": color, "symbol": symbol, "size": 12},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (intervals[:, 1] - values).tolist(),
            "arrayminus": (values - intervals[:, 0]).tolist(),
            "color": color,
            "thickness": 2,
            "width": 6,
        },
        customdata=intervals.tolist(),
        hovertemplate=f"{literal(name)}: %{{x:.1%}}<br>95 % interval "
        "%{customdata[0]:.1%} to %{customdata[1]:.1%}<extra></extra>",
    )


def _interval(score: Score) -> tuple[float, float]:
    if score.low is None or score.high is None:
        return score.value, score.value
    return score.low, score.high


def systems(part: PartReport, model: str) -> dict[str, tuple[Score, ...]]:
    """Return what ``scores`` shows of a part: the model and its baselines, the strongest first."""
    return {model: part.scores, **{one.name: one.scores for one in reversed(part.baselines)}}


def labels(found: Sequence[LabelScores]) -> go.Figure:
    """Return F1, precision and recall of each label, the lowest F1 on top, at most 30 labels.

    A bar is the F1; a circle marks the precision and a diamond the recall.
    """
    shown = sorted(found, key=lambda one: one.f1)[:_SHOWN]
    places = list(range(len(shown)))
    support = [one.support for one in shown]
    bars = go.Bar(
        x=[one.f1 for one in shown],
        y=places,
        orientation="h",
        name="F1",
        marker_color=BLUE,
        opacity=0.6,
        customdata=support,
        hovertemplate="F1 %{x:.1%}, %{customdata:,} examples<extra></extra>",
    )
    signs = [
        go.Scatter(
            x=values,
            y=places,
            mode="markers",
            name=name,
            marker={"color": color, "symbol": symbol, "size": 11},
            hovertemplate=f"{name} %{{x:.1%}}<extra></extra>",
        )
        for name, values, color, symbol in (
            ("Precision", [one.precision for one in shown], ORANGE, "circle"),
            ("Recall", [one.recall for one in shown], GREEN, "diamond"),
        )
    ]
    return figure(
        bars,
        *signs,
        height=BAR_HEIGHT * len(shown) + 100,
        showlegend=True,
        legend=LEGEND,
        xaxis=PROBABILITY_AXIS,
        yaxis=named_rows([shortened(one.label, 24) for one in shown]),
    )


def reliability(found: Mapping[str, Reliability]) -> go.Figure:
    """Return how often answers are right, against how sure the model is of them.

    On the dashed diagonal it is right as often as it says. A point is a bin of answers; larger
    points stand for more.
    """
    diagonal = go.Scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": GRAY, "dash": "dash"},
        hoverinfo="skip",
        showlegend=False,
    )
    most = max((one.count for of_it in found.values() for one in of_it.bins), default=1)
    lines = [
        go.Scatter(
            x=[one.confidence for one in of_it.bins],
            y=[one.accuracy for one in of_it.bins],
            mode="lines+markers",
            name=literal(name),
            line={"color": color, "width": 1},
            marker={
                "symbol": symbol,
                "size": [8 + 14 * (one.count / most) ** 0.5 for one in of_it.bins],
                "opacity": 1,
            },
            customdata=[one.count for one in of_it.bins],
            hovertemplate="sure by %{x:.1%}, right in %{y:.1%}<br>%{customdata:,} answers"
            "<extra></extra>",
        )
        for (name, of_it), (color, symbol) in zip(
            found.items(), ((ORANGE, "diamond"), (BLUE, "circle")), strict=False
        )
    ]
    return figure(
        diagonal,
        *lines,
        height=380,
        showlegend=True,
        legend=LEGEND,
        xaxis={**PROBABILITY_AXIS, "title": "How sure it is"},
        yaxis={**PROBABILITY_AXIS, "title": "How often it is right", "range": [-0.05, 1.05]},
    )


def learning_curve(curve: LearningCurve, outlook: Outlook) -> go.Figure:
    """Return the scores over the number of examples, with the fitted line on to twice as many."""
    dots = go.Scatter(
        x=[point.examples for point in curve.points],
        y=[point.score for point in curve.points],
        mode="markers",
        name="A training",
        marker={"color": BLUE, "size": 9},
        customdata=[point.seed for point in curve.points],
        hovertemplate="%{x:,} examples, seed %{customdata}: %{y:.1%}<extra></extra>",
    )
    sizes = sorted({point.examples for point in curve.points})
    ends = [sizes[-1] / 2, 2 * sizes[-1]]
    line = go.Scatter(
        x=ends,
        y=[outlook.start + outlook.gain * log2(size) for size in ends],
        mode="lines",
        name="Fitted, on to twice the examples",
        line={"color": ORANGE, "dash": "dash"},
        hoverinfo="skip",
    )
    return figure(
        dots,
        line,
        height=340,
        showlegend=True,
        legend=LEGEND,
        xaxis={
            "title": "Training examples",
            # As it was fitted: a doubling is as wide everywhere.
            "type": "log",
            "tickvals": [*sizes, 2 * sizes[-1]],
            "range": [log10(0.9 * sizes[0]), log10(2.2 * sizes[-1])],
            "tickformat": ",",
            "gridcolor": GRID,
        },
        yaxis={"title": curve.score_name.capitalize(), "tickformat": ".0%", "gridcolor": GRID},
    )

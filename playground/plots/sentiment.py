"""Figures of the Sentiment page."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from playground.plots.template import (
    BAR_HEIGHT,
    BLUE,
    GRAY,
    GRID,
    LEGEND,
    ORANGE,
    PROBABILITY_AXIS,
    TEXT_SIZE,
    figure,
    grid,
    literal,
    named_rows,
    percent,
    probability_bars,
    shortened,
    ticks,
)
from playground.sentiment import Classified, Deletion, Edit, Part, Word

EXCERPT = 60  # characters of a window, on hover


def labels(classified: Classified) -> go.Figure:
    """Return one horizontal bar a label, the likeliest on top, as long as its probability."""
    return label_bars(classified.labels.names, classified.probabilities)


def label_bars(names: Sequence[str], probabilities: Sequence[float]) -> go.Figure:
    """Return one horizontal bar a label, the likeliest on top, as long as its probability."""
    return probability_bars(*zip(*ranked(names, probabilities), strict=True))


def ranked(names: Sequence[str], probabilities: Sequence[float]) -> list[tuple[str, float]]:
    """Return labels as Plotly text with their probabilities, the likeliest first."""
    pairs = zip(map(literal, names), probabilities, strict=True)
    return sorted(pairs, key=lambda pair: -pair[1])


def words(found: Sequence[Word]) -> go.Figure:
    """Return one bar a word in the order given, to the right and blue if it speaks for the label.

    One to the left, orange and hatched, speaks against it.
    """
    values = [word.value for word in found]
    room = 1.35 * max(map(abs, values), default=1.0)  # for the numbers beside the bars
    return figure(
        go.Bar(
            x=values,
            y=list(range(len(found))),
            orientation="h",
            marker={
                "color": [BLUE if value > 0 else ORANGE for value in values],
                "pattern": {"shape": ["" if value > 0 else "/" for value in values]},
            },
            text=[signed(value) for value in values],
            textposition="outside",
            textfont={"size": TEXT_SIZE},
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        ),
        height=BAR_HEIGHT * len(found) + 24,
        xaxis={"visible": False, "range": [-room if min(values, default=0) < 0 else 0, room]},
        yaxis=named_rows([shortened(word.text, 16) for word in found]),
    )


def deletion(found: Deletion) -> go.Figure:
    """Return the label's probability against the number of deleted words.

    A solid line deletes the most important words first; a dashed one is the mean of random orders,
    in a band from the lowest to the highest of them.
    """
    removed = list(found.removed)
    band = go.Scatter(
        x=[*removed, *removed[::-1]],
        y=[*found.highest, *found.lowest[::-1]],
        fill="toself",
        fillcolor="rgba(138,148,160,0.2)",
        line={"width": 0},
        hoverinfo="skip",
        name="Range at random",
    )
    lines = [
        go.Scatter(
            x=removed,
            y=heights,
            mode="lines+markers",
            name=name,
            line={"color": color, "dash": dash},
            marker={"symbol": symbol, "size": 8},
            hovertemplate="%{x} words deleted: %{y:.1%}<extra></extra>",
        )
        for name, heights, color, dash, symbol in (
            ("Most important first", list(found.by_attribution), BLUE, "solid", "circle"),
            ("At random", list(found.at_random), GRAY, "dash", "diamond"),
        )
    ]
    return figure(
        band,
        *lines,
        height=320,
        showlegend=True,
        legend=LEGEND,
        xaxis={"title": "Words deleted", "gridcolor": GRID},
        yaxis=PROBABILITY_AXIS,
    )


def edit(found: Edit) -> go.Figure:
    """Return every label's probability before (circle) and after the edit (diamond)."""
    names = found.before.labels.names
    places = list(range(len(names)))
    lines = [
        go.Scatter(
            x=list(pair),
            y=[place, place],
            mode="lines",
            line={"color": GRAY, "width": 2},
            hoverinfo="skip",
            showlegend=False,
        )
        for place, pair in enumerate(
            zip(found.before.probabilities, found.after.probabilities, strict=True)
        )
    ]
    ends = [
        go.Scatter(
            x=list(side.probabilities),
            y=places,
            mode="markers",
            name=name,
            marker={"color": color, "symbol": symbol, "size": 12},
            hovertemplate="%{y}: %{x:.1%}<extra></extra>",
        )
        for name, side, color, symbol in (
            ("Before", found.before, BLUE, "circle"),
            ("After", found.after, ORANGE, "diamond"),
        )
    ]
    return figure(
        *lines,
        *ends,
        height=BAR_HEIGHT * len(names) + 90,
        showlegend=True,
        legend=LEGEND,
        xaxis={**PROBABILITY_AXIS, "dtick": 0.2, "range": [-0.03, 1.05]},
        yaxis=named_rows([literal(name) for name in names]),
    )


def curve(classified: Classified, label: int) -> go.Figure:
    """Return a label's probability over the text: a dot in the middle of each window, joined.

    A thin line through a dot reaches from the beginning of its window to the end, in characters.
    """
    parts = classified.parts
    heights = [part.probabilities[label] for part in parts]
    reach = go.Scatter(
        x=[place for part in parts for place in (part.start, part.end, None)],
        y=[height for y in heights for height in (y, y, None)],
        mode="lines",
        line={"color": GRAY, "width": 1},
        hoverinfo="skip",
    )
    dots = go.Scatter(
        x=[(part.start + part.end) / 2 for part in parts],
        y=heights,
        mode="lines+markers",
        line={"color": BLUE},
        marker={"size": 9},
        customdata=[excerpt(classified, part) for part in parts],
        hovertemplate="%{y:.1%}<br>%{customdata}<extra></extra>",
    )
    whole = classified.probabilities[label]
    ends = {"x0": 0, "x1": 1, "xref": "x domain", "y0": whole, "y1": whole, "yref": "y"}
    return figure(
        reach,
        dots,
        height=320,
        shapes=[{"type": "line", **ends, "line": {"color": ORANGE, "dash": "dash"}}],
        xaxis={
            "title": "Place in the text (characters)",
            "gridcolor": GRID,
            "rangemode": "tozero",
        },
        yaxis=PROBABILITY_AXIS,
    )


def excerpt(classified: Classified, part: Part) -> str:
    """Return the beginning of a window as Plotly text, on one line."""
    return shortened(" ".join(classified.read.text[part.start : part.end].split()), EXCERPT)


def side_by_side(answers: Mapping[str, Sequence[Classified | None]]) -> go.Figure:
    """Return a grid with a row a text and a column a model.

    A cell has the likeliest label's name and is shaded by its probability; it is empty where there
    is no answer.
    """
    columns = list(answers.values())
    rows = list(zip(*columns, strict=True))
    values = [[_best(one) if one else np.nan for one in row] for row in rows]
    names = [[shortened(one.verdict, 14) if one else "" for one in row] for row in rows]
    hover = [
        [f"{literal(one.verdict)}: {percent(_best(one))}" if one else "" for one in row]
        for row in rows
    ]
    return grid(
        np.array(values, dtype=float),
        names,
        np.array(hover, dtype=object),
        xaxis={**ticks([shortened(name, 28) for name in answers]), "side": "top"},
        yaxis=ticks([f"Text {n + 1}" for n in range(len(rows))]),
    )


def shares(counts: Mapping[str, int], *, total: int) -> go.Figure:
    """Return one bar a label, as long as the share of the ``total`` texts that have it."""
    return probability_bars(
        [f"{literal(name)} ({count:,})" for name, count in counts.items()],
        [count / total for count in counts.values()],
    )


def signed(value: float) -> str:
    """Return a share in log-odds with its sign, "+1.20" or "−0.35"."""
    return f"{value:+.2f}".replace("-", "−")


def _best(classified: Classified) -> float:
    return classified.probabilities[classified.best]

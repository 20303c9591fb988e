"""Figures of how runs learn, over the epochs that they have trained."""

from collections.abc import Sequence

import plotly.graph_objects as go

from playground.fine_tuning.runs.progress import Loss, Progress, Validation, thinned
from playground.plots.template import BLUE, GRAY, GREEN, GRID, ORANGE, figure, literal, shortened

# Told apart by dashes, too: five colours are many for a colour-blind reader.
STYLES = (
    (BLUE, "solid"),
    (ORANGE, "dash"),
    (GREEN, "dot"),
    ("#B0689A", "dashdot"),
    (GRAY, "longdash"),
)
HEIGHT, LEGEND_ROW = 250, 20  # pixels
NAME = 28  # characters of a run's name in a legend


def losses(progress: Progress) -> go.Figure:
    """Return the training loss as a line and the validation loss as a line with points."""
    return _over_epochs(
        "Loss",
        _training(progress.losses, "training", BLUE),
        _validation(progress.validations, "validation", "loss", (ORANGE, "solid")),
    )


def scores(progress: Progress) -> go.Figure:
    """Return the validation score as a line with points, the best one marked."""
    best = progress.best
    name = best.score_name if best else "score"
    return _over_epochs(
        literal(name[:1].upper() + name[1:]),
        _validation(progress.validations, literal(name), "score", (ORANGE, "solid")),
        marks=[_ring(best)] if best else [],
    )


def losses_compared(runs: Sequence[tuple[str, Progress]]) -> go.Figure:
    """Return the validation losses of up to five runs, each with its name."""
    return _over_epochs("Validation loss", *_compared(runs, "loss"))


def scores_compared(runs: Sequence[tuple[str, Progress]], score_name: str) -> go.Figure:
    """Return the validation scores called ``score_name`` of up to five runs, each with its name."""
    title = literal(score_name[:1].upper() + score_name[1:])
    return _over_epochs(title, *_compared(runs, "score", score_name))


def _compared(
    runs: Sequence[tuple[str, Progress]], value: str, score_name: str | None = None
) -> list[go.Scatter]:
    return [
        _validation(
            [point for point in progress.validations if score_name in {None, point.score_name}],
            shortened(name, NAME),
            value,
            style,
        )
        for (name, progress), style in zip(runs, STYLES, strict=False)
    ]


def _over_epochs(title: str, *lines: go.Scatter, marks: Sequence[go.Scatter] = ()) -> go.Figure:
    return figure(
        *lines,
        *marks,
        height=HEIGHT + LEGEND_ROW * len(lines),  # on a phone a name a row
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"title": "Epoch", "rangemode": "tozero", "showgrid": False},
        yaxis={"title": title, "gridcolor": GRID},
    )


def _ring(best: Validation) -> go.Scatter:
    return go.Scatter(
        x=[best.epoch],
        y=[best.score],
        mode="markers",
        name="best",
        marker={"symbol": "circle-open", "size": 15, "color": GREEN, "line": {"width": 2}},
        hoverinfo="skip",
    )


def _training(points: Sequence[Loss], name: str, color: str) -> go.Scatter:
    shown = thinned(points)
    return go.Scatter(
        x=[point.epoch for point in shown],
        y=[point.loss for point in shown],
        customdata=[point.step for point in shown],
        mode="lines" if len(shown) > 1 else "markers",
        name=name,
        line={"color": color, "width": 2},
        hovertemplate=f"{name}: %{{y:.4g}} at step %{{customdata:,}}<extra></extra>",
    )


def _validation(
    points: Sequence[Validation], name: str, value: str, style: tuple[str, str]
) -> go.Scatter:
    color, dash = style
    return go.Scatter(
        x=[point.epoch for point in points],
        y=[getattr(point, value) for point in points],
        customdata=[point.step for point in points],
        mode="lines+markers",
        name=name,
        line={"color": color, "width": 2, "dash": dash},
        marker={"size": 7},
        hovertemplate=f"{name}: %{{y:.4g}} at step %{{customdata:,}}<extra></extra>",
    )

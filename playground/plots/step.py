"""Figures of Step by step: vectors as bars."""

import numpy as np
import plotly.graph_objects as go

from playground.attention import Step
from playground.plots.template import BLUE, figure

HEIGHT = 160


def vector(values: np.ndarray) -> go.Figure:
    """Return a vector's numbers as bars in their order, counted from 1."""
    bars = go.Bar(
        x=np.arange(1, len(values) + 1),
        y=values,
        marker={"color": BLUE},
        hovertemplate="%{x}: <b>%{y:.4f}</b><extra></extra>",
    )
    return figure(bars, height=HEIGHT)


def vectors(step: Step) -> dict[str, go.Figure]:
    """Return the figures of x, q and the output of a step, by what they are called."""
    return {
        f"x, {len(step.x)} numbers: what enters the layer at this token": vector(step.x),
        f"q, {len(step.q)} numbers": vector(step.q),
        f"output, {len(step.output)} numbers": vector(step.output),
    }

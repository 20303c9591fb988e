"""Figures of attention through the layers: rollout as a heatmap, flow as bars."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from playground.attention import Token
from playground.plots.template import BLUE, SEQUENTIAL, figure, literal

CELL = 24  # pixels, while all tokens fit
MAX_HEIGHT = 720
FLOW_HEIGHT = 320


def rollout(shares: np.ndarray, tokens: Sequence[Token]) -> go.Figure:
    """Return the rollout after one layer, ``shares`` [from, to], as a heatmap that zooms.

    The tokens of that layer stand on the y axis, those of the input on the x axis. The darkest
    shade is the largest share of a token of the text: [CLS] gathers so much that, with it as the
    measure, all else would look empty. The value under the cursor is the real one everywhere.
    """
    names = _names(tokens)
    of_text = [not token.special for token in tokens]
    cells = go.Heatmap(
        z=shares.astype(np.float32),
        x=names,
        y=names,
        colorscale=SEQUENTIAL,
        zmin=0,
        zmax=float(shares[:, of_text].max()),
        showscale=False,
        hovertemplate="%{y} holds <b>%{z:.1%}</b> of %{x}<extra></extra>",
    )
    made = figure(cells, height=min(MAX_HEIGHT, CELL * len(names) + 3 * CELL))
    made.update_xaxes(type="category", side="top", tickangle=-60, fixedrange=False, showgrid=False)
    made.update_yaxes(type="category", autorange="reversed", fixedrange=False, showgrid=False)
    return made


def flow(flows: np.ndarray, tokens: Sequence[Token]) -> go.Figure:
    """Return the flow to each input token, ``flows`` [to], as bars in the order of the text."""
    bars = go.Bar(
        x=_names(tokens),
        y=flows,
        marker={"color": BLUE},
        hovertemplate="%{x}: <b>%{y:.3f}</b><extra></extra>",
    )
    made = figure(bars, height=FLOW_HEIGHT)
    made.update_xaxes(type="category", tickangle=-60, fixedrange=False)
    made.update_yaxes(rangemode="tozero", title="Flow")
    return made


def _names(tokens: Sequence[Token]) -> list[str]:
    """Return the tokens with their positions: a category axis merges those of the same name.

    On such an axis Plotly leaves out labels where they would overlap, and zooming brings them back.
    """
    return [
        f"{literal(f'·{token.text}' if token.continues_word else token.text)} {position}"
        for position, token in enumerate(tokens, start=1)
    ]

"""Figures of what fine-tuning is to learn from."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from playground.fine_tuning import Dataset, Lengths, Part
from playground.plots.template import (
    BLUE,
    GRAY,
    GREEN,
    GRID,
    LEGEND,
    ORANGE,
    figure,
    literal,
    named_rows,
    shortened,
    vertical,
)

PART_COLORS = {Part.TRAINING: BLUE, Part.VALIDATION: ORANGE, Part.TEST: GREEN}
_BAR = 16  # pixels
_BINS = 40


def label_counts(dataset: Dataset) -> go.Figure:
    """Return a bar a label and part, the parts of a label side by side, labels from the top.

    Of named entities the bars count entities, otherwise examples.
    """
    places = list(range(len(dataset.labels)))
    bars = [
        go.Bar(
            x=[counts[name] for name in dataset.labels],
            y=places,
            orientation="h",
            name=part.capitalize(),
            marker_color=PART_COLORS[part],
            customdata=[literal(name) for name in dataset.labels],
            hovertemplate=f"%{{customdata}}, {part}: %{{x:,}}<extra></extra>",
        )
        for part, counts in dataset.label_counts.items()
    ]
    return figure(
        *bars,
        height=_BAR * (len(bars) + 1) * len(places) + 90,
        barmode="group",
        showlegend=True,
        legend=LEGEND,
        xaxis={"rangemode": "tozero", "gridcolor": GRID},
        # By position: as categories, numbers would be put on a scale.
        yaxis=named_rows([shortened(name, 24) for name in dataset.labels]),
    )


def lengths(found: Lengths) -> go.Figure:
    """Return a histogram of the texts' lengths in tokens; those that the limit cuts are orange.

    Bars end at the limit, which is a dashed line, so that none mixes cut and uncut texts. A limit
    far beyond the longest text is only written at the edge: its line would squeeze the bars.
    """
    tokens = np.asarray(found.tokens)
    width = max(1, -(-int(tokens.max() - tokens.min() + 1) // _BINS))
    bins, texts = np.unique(-(-(tokens - found.limit) // width), return_counts=True)
    last = found.limit + width * bins
    return figure(
        go.Bar(
            x=last - (width - 1) / 2,
            y=texts,
            width=width,
            marker={"color": np.where(bins > 0, ORANGE, BLUE), "line": {"width": 0}},
            customdata=np.stack([np.maximum(last - width + 1, 0), last], axis=1),
            hovertemplate="%{customdata[0]:,} to %{customdata[1]:,} tokens: %{y:,}<extra></extra>",
        ),
        height=260,
        **_limit(found.limit, longest=int(tokens.max())),
        xaxis={"title": "Tokens a text", "rangemode": "tozero"},
        yaxis={"title": "Texts", "gridcolor": GRID},
    )


def _limit(limit: int, *, longest: int) -> dict[str, Any]:
    """Return the parts of the layout that say where the limit is."""
    said = f"limit: {limit:,}"
    if limit > 2 * longest:
        corner = {"xref": "paper", "yref": "paper", "x": 1, "y": 1, "xanchor": "right"}
        return {"annotations": [{"text": f"{said} →", "showarrow": False, **corner}]}
    place = limit + 0.5
    above = {"xref": "x", "yref": "y domain", "x": place, "y": 1, "xanchor": "left"}
    return {
        "shapes": [vertical(place, color=GRAY, dash="dash")],
        "annotations": [{"text": said, "showarrow": False, **above, "yanchor": "top"}],
    }

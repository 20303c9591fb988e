"""Figures of the Named entities page."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from playground.named_entities import Found, Frequency
from playground.plots.template import (
    BLUE,
    TEXT_SIZE,
    figure,
    grid,
    literal,
    named_rows,
    percent,
    shortened,
    ticks,
)

BAR_HEIGHT = 32
LABELS_SHOWN = 9  # columns; more would leave no room for their names on a phone
NAME_LENGTH = 12
VISIBLE = 0.005  # cells below half a percent are left without a number


def every_token(found: Found, first: int, last: int) -> go.Figure:
    """Return tokens ``first`` to ``last`` (excluded) as rows, labels as columns, in percent.

    Of more than nine labels those are shown that come to the highest probability here.
    """
    probabilities = found.tokens.probabilities[first:last]
    highest = np.argsort(-probabilities.max(axis=0), kind="stable")[:LABELS_SHOWN]
    columns = np.sort(highest)
    names = [found.scheme.names[column] for column in columns]
    values = probabilities[:, columns]
    texts = [token_text(found, place) for place in range(first, last)]
    hover = [
        [
            f"{literal(text)}: {literal(name)} {percent(value)}"
            for name, value in zip(names, row, strict=True)
        ]
        for text, row in zip(texts, values.tolist(), strict=True)
    ]
    labels = [[f"{100 * v:.0f}" if v >= VISIBLE else "" for v in row] for row in values.tolist()]
    return grid(
        values,
        labels,
        np.array(hover, dtype=object),
        xaxis={**ticks([shortened(name) for name in names]), "side": "top"},
        yaxis=ticks([shortened(text, NAME_LENGTH) for text in texts]),
    )


def token_text(found: Found, place: int) -> str:
    """Return a token as figures and tables call it: a leading dot says that it continues a word."""
    start, end = found.tokens.spans[place]
    words = found.tokens.words
    continues = place > 0 and words[place] == words[place - 1]
    text = found.text[start:end] or "␣"
    return f"·{text}" if continues else text


def frequencies(rows: Sequence[Frequency], *, shown: int = 20) -> go.Figure:
    """Return one horizontal bar an entity, the most frequent on top, as long as its count."""
    rows = rows[:shown]
    # Room on the right for the longest bar's count.
    room = 1.2 * max((row.count for row in rows), default=1)
    return figure(
        go.Bar(
            x=[row.count for row in rows],
            y=list(range(len(rows))),
            orientation="h",
            marker_color=BLUE,
            text=[f"{row.count:,}" for row in rows],
            textposition="outside",
            textfont={"size": TEXT_SIZE},
            cliponaxis=False,
            customdata=[
                f"{row.count:,} in {row.texts:,} text{'s' * (row.texts > 1)}" for row in rows
            ],
            hovertemplate="%{y}: %{customdata}<extra></extra>",
        ),
        height=BAR_HEIGHT * len(rows) + 24,
        xaxis={"visible": False, "range": [0, room]},
        yaxis=named_rows([f"{shortened(row.text, 20)} · {literal(row.type)}" for row in rows]),
    )

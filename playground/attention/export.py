"""Attention as rows of a table, strongest link first, and as CSV."""

import numpy as np

from playground import tables
from playground.attention.switches import View

TABLE_ROWS = 500  # the table beside a picture shows so many links; the CSV has all of them


def links(shown: View, most: int | None = None) -> list[tables.Row]:
    """Return one row a link with a weight above 0, strongest first; positions count from 1."""
    weights = shown.weights.ravel()
    order = np.argsort(-weights, kind="stable")[: most or weights.size]
    return [
        {
            "from": shown.rows[row].text,
            "from_position": shown.rows[row].tokens[0] + 1,
            "to": shown.columns[column].text,
            "to_position": shown.columns[column].tokens[0] + 1,
            "weight": float(weight),
        }
        for row, column, weight in zip(
            *(index.tolist() for index in np.unravel_index(order, shown.weights.shape)),
            weights[order].tolist(),
            strict=True,
        )
        if weight > 0
    ]


def strongest_links(shown: View) -> list[tables.Row]:
    """Return the strongest links, as many as a table on the page shows."""
    return links(shown, TABLE_ROWS)


def as_csv(shown: View) -> str:
    """Return all links as CSV."""
    return tables.as_csv(links(shown))

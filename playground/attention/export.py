"""What visitors take along as CSV: each view's numbers as rows; positions count from 1."""

from collections.abc import Sequence

import numpy as np

from playground import tables
from playground.attention import arrays
from playground.attention.heads import HeadFigures
from playground.attention.links import HeadLinks
from playground.attention.steps import Step
from playground.attention.switches import Unit, View
from playground.text.tokens import Token

TABLE_ROWS = 500  # the table beside a picture shows so many links; the CSV has all of them


def links(shown: View, most: int | None = None) -> list[tables.Row]:
    """Return one row a link with a weight above 0, strongest first."""
    return [
        _ends(shown, row, column) | {"weight": weight}
        for row, column, weight in _largest(shown.weights, most)
        if weight > 0
    ]


def heads(figures: HeadFigures) -> list[tables.Row]:
    """Return one row a head with its figures."""
    return [
        {
            "layer": layer + 1,
            "head": head + 1,
            "entropy_nats": float(figures.entropy[layer, head]),
            "distance_tokens": float(figures.distance[layer, head]),
            "to_special": float(figures.special[layer, head]),
            "to_previous": float(figures.previous[layer, head]),
            "to_next": float(figures.next[layer, head]),
            "to_itself": float(figures.same[layer, head]),
        }
        for layer, head in np.ndindex(figures.entropy.shape)
    ]


def drawn(
    units: Sequence[Unit], drawn_heads: Sequence[HeadLinks], layer: int, most: int | None = None
) -> list[tables.Row]:
    """Return one row a drawn link of ``layer``, which counts from 0, strongest first."""
    found = arrays.links(units, drawn_heads, layer)
    order = np.argsort(-found["weights"], kind="stable")[:most]
    columns = ("head_index", "from_index", "to_index", "weights")
    return [
        {
            "layer": layer + 1,
            "head": head + 1,
            "from": units[source].text,
            "from_position": units[source].tokens[0] + 1,
            "to": units[target].text,
            "to_position": units[target].tokens[0] + 1,
            "weight": weight,
        }
        for head, source, target, weight in zip(
            *(found[column][order].tolist() for column in columns), strict=True
        )
    ]


def step(tokens: Sequence[Token], found: Step, own: np.ndarray) -> list[tables.Row]:
    """Return one row a token that is attended to; ``own`` are the model's own weights [token]."""
    return [
        {
            "to": token.text,
            "to_position": place,
            "score": float(score),
            "softmax": float(weight),
            "model": float(of_model),
            "k": k.tolist(),
            "v": v.tolist(),
        }
        for place, (token, score, weight, of_model, k, v) in enumerate(
            zip(tokens, found.scores, found.weights, own, found.k, found.v, strict=True), 1
        )
    ]


def flows(tokens: Sequence[Token], found: np.ndarray) -> list[tables.Row]:
    """Return one row an input token with the flow to it, ``found`` [token]."""
    return [
        {"to": token.text, "to_position": place, "flow": value}
        for place, (token, value) in enumerate(zip(tokens, found.tolist(), strict=True), start=1)
    ]


def differences(first: View, second: View, most: int | None = None) -> list[tables.Row]:
    """Return one row a cell of two views of the same size, largest difference first.

    The tokens are the first view's; the second's stand beside them.
    """
    change = first.weights - second.weights
    return [
        _ends(first, row, column)
        | {
            "other_from": second.rows[row].text,
            "other_to": second.columns[column].text,
            "first": float(first.weights[row, column]),
            "second": float(second.weights[row, column]),
            "difference": float(change[row, column]),
        }
        for row, column, _ in _largest(np.abs(change), most)
    ]


def _largest(values: np.ndarray, most: int | None) -> list[tuple[int, int, float]]:
    """Return row, column and value of ``values`` [row, column], largest first, ``most`` of them."""
    order = np.argsort(-values.ravel(), kind="stable")[:most]
    rows, columns = np.unravel_index(order, values.shape)
    return list(zip(rows.tolist(), columns.tolist(), values[rows, columns].tolist(), strict=True))


def _ends(shown: View, row: int, column: int) -> tables.Row:
    return {
        "from": shown.rows[row].text,
        "from_position": shown.rows[row].tokens[0] + 1,
        "to": shown.columns[column].text,
        "to_position": shown.columns[column].tokens[0] + 1,
    }

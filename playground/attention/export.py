"""What visitors take along: each view's numbers as rows of a table, and as named arrays.

Positions in rows count from 1, as on the page; indices in arrays count from 0.
"""

import io
from collections.abc import Mapping, Sequence

import numpy as np

from playground import tables
from playground.attention.heads import HeadFigures
from playground.attention.links import HeadLinks
from playground.attention.steps import Step
from playground.attention.switches import Unit, View
from playground.attention.text import AttentionMap, Token

TABLE_ROWS = 500  # the table beside a picture shows so many links; the CSV has all of them

Arrays = dict[str, np.ndarray]


def as_npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return ``arrays`` as an NPZ file, which numpy loads without pickle."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def links(shown: View, most: int | None = None) -> list[tables.Row]:
    """Return one row a link with a weight above 0, strongest first."""
    return [
        _ends(shown, row, column) | {"weight": weight}
        for row, column, weight in _largest(shown.weights, most)
        if weight > 0
    ]


def matrix(shown: View) -> Arrays:
    """Return weights [..., row, column] with the texts of rows and columns."""
    return {
        "weights": shown.weights,
        "rows": _texts(shown.rows),
        "columns": _texts(shown.columns),
    }


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


def all_heads(shown: View, figures: HeadFigures, texts: Sequence[str]) -> Arrays:
    """Return weights [layer, head, row, column], figures [layer, head], rows, columns and texts."""
    return matrix(shown) | {
        "texts": np.array(texts, dtype=np.str_),
        "entropy": figures.entropy,
        "distance": figures.distance,
        "to_special": figures.special,
        "to_previous": figures.previous,
        "to_next": figures.next,
        "to_itself": figures.same,
    }


def drawn(
    units: Sequence[Unit], drawn_heads: Sequence[HeadLinks], layer: int, most: int | None = None
) -> list[tables.Row]:
    """Return one row a drawn link of ``layer``, which counts from 0, strongest first."""
    found = drawn_arrays(units, drawn_heads, layer)
    order = np.argsort(-found["weights"], kind="stable")[:most]
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
            *(found[name][order].tolist() for name in ("heads", "sources", "targets", "weights")),
            strict=True,
        )
    ]


def drawn_arrays(units: Sequence[Unit], drawn_heads: Sequence[HeadLinks], layer: int) -> Arrays:
    """Return the drawn links: heads, sources, targets and weights, each [link], and the tokens."""
    each = [head.links for head in drawn_heads]
    numbers = [head.number for head in drawn_heads]
    return {
        "layer": np.array(layer),
        "heads": np.repeat(numbers, [len(links.weights) for links in each]),
        "sources": np.concatenate([links.sources for links in each]),
        "targets": np.concatenate([links.targets for links in each]),
        "weights": np.concatenate([links.weights for links in each]),
        "tokens": _texts(units),
    }


def step(attended: AttentionMap, found: Step, own: np.ndarray) -> list[tables.Row]:
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
            zip(attended.tokens, found.scores, found.weights, own, found.k, found.v, strict=True), 1
        )
    ]


def step_arrays(attended: AttentionMap, found: Step, own: np.ndarray) -> Arrays:
    """Return every number of a step, with the shapes of ``Step``, and the tokens."""
    return {
        "tokens": _texts(attended.tokens),
        "x": found.x,
        "q": found.q,
        "k": found.k,
        "v": found.v,
        "scores": found.scores,
        "weights": found.weights,
        "model_weights": own,
        "output": found.output,
    }


def flows(attended: AttentionMap, found: np.ndarray) -> list[tables.Row]:
    """Return one row an input token with the flow to it, ``found`` [token]."""
    return [
        {"to": token.text, "to_position": place, "flow": value}
        for place, (token, value) in enumerate(
            zip(attended.tokens, found.tolist(), strict=True), start=1
        )
    ]


def flow_arrays(attended: AttentionMap, found: np.ndarray) -> Arrays:
    """Return tokens and flows, [token] both."""
    return {"tokens": _texts(attended.tokens), "flows": found}


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


def comparison(first: View, second: View) -> Arrays:
    """Return both views' weights with rows and columns and, of views of one size, the difference.

    The arrays are called first_weights, first_rows and so on.
    """
    both = {
        f"{side}_{name}": array
        for side, shown in (("first", first), ("second", second))
        for name, array in matrix(shown).items()
    }
    if first.weights.shape == second.weights.shape:
        both["difference"] = first.weights - second.weights
    return both


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


def _texts(units: Sequence[Unit] | Sequence[Token]) -> np.ndarray:
    return np.array([unit.text for unit in units], dtype=np.str_)

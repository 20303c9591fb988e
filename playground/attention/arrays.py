"""What visitors take along as an NPZ: each view's numbers as named arrays.

Indices count from 0; texts are arrays of strings.
"""

import io
from collections.abc import Mapping, Sequence

import numpy as np

from playground.attention.heads import HeadFigures
from playground.attention.links import HeadLinks
from playground.attention.steps import Step
from playground.attention.switches import Unit, View
from playground.text.tokens import Token

Arrays = dict[str, np.ndarray]


def as_npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return ``arrays`` as an NPZ file, which numpy loads without pickle."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def matrix(shown: View) -> Arrays:
    """Return weights [..., row, column] with the texts of rows and columns."""
    return {
        "weights": shown.weights,
        "rows": _texts(shown.rows),
        "columns": _texts(shown.columns),
    }


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


def links(units: Sequence[Unit], drawn_heads: Sequence[HeadLinks], layer: int) -> Arrays:
    """Return the drawn links, each array [link] but the layer, and the tokens."""
    each = [head.links for head in drawn_heads]
    numbers = [head.number for head in drawn_heads]
    return {
        "layer_index": np.array(layer),
        "head_index": np.repeat(numbers, [len(of_head.weights) for of_head in each]),
        "from_index": np.concatenate([of_head.sources for of_head in each]),
        "to_index": np.concatenate([of_head.targets for of_head in each]),
        "weights": np.concatenate([of_head.weights for of_head in each]),
        "tokens": _texts(units),
    }


def step(tokens: Sequence[Token], found: Step, own: np.ndarray) -> Arrays:
    """Return every number of a step, with the shapes of ``Step``, and the tokens."""
    return {
        "tokens": _texts(tokens),
        "x": found.x,
        "q": found.q,
        "k": found.k,
        "v": found.v,
        "scores": found.scores,
        "weights": found.weights,
        "model_weights": own,
        "output": found.output,
    }


def flow(tokens: Sequence[Token], found: np.ndarray) -> Arrays:
    """Return tokens and flows, [token] both."""
    return {"tokens": _texts(tokens), "flows": found}


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


def _texts(units: Sequence[Unit] | Sequence[Token]) -> np.ndarray:
    return np.array([unit.text for unit in units], dtype=np.str_)

"""The code of Compare: two texts in one model, or two models."""

from collections.abc import Sequence
from dataclasses import replace
from textwrap import indent

from playground.attention.scripts import READING, snippet, written
from playground.attention.switch_code import switched
from playground.attention.switches import Switches
from playground.models.catalog import ModelSpec
from playground.snippet import Snippet

TOP = 20
# Layers and heads count from 0; another model may have fewer of them.
MEAN = """
layers = [layer for layer in LAYERS if layer < len(weights)]
heads = [head for head in HEADS if head < weights.shape[1]]
shown = weights[layers][:, heads].mean(dim=(0, 1))
"""
HEAD = """\
def attention_of(texts):  # [row, column], and the names of rows and columns
"""
FIRST = """\
    return shown, rows, columns


first, rows, columns = attention_of(TEXTS)
"""
SECOND = """\
second, other_rows, other_columns = attention_of(OTHER_TEXTS)


def print_strongest(shown, rows, columns):
    for token, row in zip(rows, shown, strict=True):
        strongest = row.argmax().item()
        print(f"{token} -> {columns[strongest]} {row[strongest]:.4f}")


print("first")
print_strongest(first, rows, columns)
print("second")
print_strongest(second, other_rows, other_columns)
if first.shape == second.shape:
    print("first less second")
    difference = (first - second).flatten()
    largest = difference.abs().argsort(descending=True, stable=True)
    for place in largest[:TOP].tolist():
        row, column = divmod(place, len(columns))
        values = f"{first[row, column]:.4f} {second[row, column]:.4f} {difference[place]:.4f}"
        print(f"{rows[row]} -> {columns[column]} {values}")
"""


def compare(
    first: Sequence[str],
    second: Sequence[str],
    *,
    layers: list[int],
    heads: list[int],
    switches: Switches,
    other_model: ModelSpec | None = None,
) -> Snippet:
    """Return code for the texts ``first`` and ``second``, the latter in ``other_model`` if given.

    It prints each row's strongest link on both sides and the largest differences.
    """
    function = READING + MEAN + switched(switches)
    function = indent(function.replace("TEXTS", "texts"), "    ")
    made = snippet(
        "compare",
        constants={
            "TEXTS": written(first),
            "OTHER_TEXTS": written(second),
            "LAYERS": layers,
            "HEADS": heads,
            "TOP": TOP,
        },
        body=HEAD + function + FIRST,
    )
    if other_model is None:
        return replace(made, body=made.body + SECOND)
    return replace(made, other_model=other_model, other_body=SECOND)

"""BertViz's own head view and model view, each as one HTML document that needs no network.

BertViz's documents load require.js, d3 and jQuery from a CDN. Here d3 5.7.0, the very version that
BertViz names, and jQuery come from installed packages and stand in the document itself.
"""

import json
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from playground.attention.text import AttentionMap
from playground.errors import TextTooLongError
from playground.text.tokens import SECOND

if TYPE_CHECKING:
    import torch

# The model view draws a line for each weight. At 64 tokens and 72 heads those are 295,000, which
# take a browser some 3 s.
BERTVIZ_TOKENS = 64
# A weight is only ever drawn as a line's opacity, of which a screen shows 256 shades.
DECIMALS = 3
LIBRARIES = (("mpld3", "js/d3.v5.min.js"), ("xstatic.pkg.jquery", "data/jquery.min.js"))
# What BertViz asks of require.js: hand over two libraries, which are there already.
REQUIRE = """
function requirejs(names, start) {
  const libraries = {jquery: jQuery, d3: d3};
  start(...names.map(name => libraries[name]));
}
"""
LIGHT = "html { background: white; color: black; }"
# BertViz draws black text, so a dark view is a light one inverted, its hues turned back. This pale
# blue becomes the dark theme's background, where white would become black.
DARK = "html { background: #E1E8EE; color: black; filter: invert(1) hue-rotate(180deg); }"


def head_view(
    attended: AttentionMap,
    *,
    layer: int = 0,
    heads: Sequence[int] | None = None,
    dark: bool = False,
) -> str:
    """Return BertViz's head view: lines between two copies of the text, one layer at a time.

    Args:
        attended: the text, or the pair, and its weights.
        layer: the layer shown at first.
        heads: the heads shown at first; all of them unless some are named.
        dark: whether the page around it is dark.

    Raises:
        TextTooLongError: there are over ``BERTVIZ_TOKENS`` tokens.
    """
    arguments = _arguments(attended)
    from bertviz import head_view as view

    page = view(**arguments, layer=layer, heads=list(heads or ()) or None)
    return _offline(page.data, dark=dark)


def model_view(attended: AttentionMap, *, dark: bool = False) -> str:
    """Return BertViz's model view: a small picture of every head in every layer.

    Args:
        attended: the text, or the pair, and its weights.
        dark: whether the page around it is dark.

    Raises:
        TextTooLongError: there are over ``BERTVIZ_TOKENS`` tokens.
    """
    arguments = _arguments(attended)
    from bertviz import model_view as view

    # Its own dark mode leaves the labels of layers and heads black.
    return _offline(view(**arguments, display_mode="light").data, dark=dark)


def _arguments(attended: AttentionMap) -> dict[str, Any]:
    """Return what both views take alike."""
    if len(attended.tokens) > BERTVIZ_TOKENS:
        raise TextTooLongError(
            f"The text has {len(attended.tokens)} tokens; BertViz's views are drawn for at most "
            f"{BERTVIZ_TOKENS}. Shorten it, or use this page's own views, which take any length."
        )
    sentences = [token.sentence for token in attended.tokens]
    return {
        "attention": _tensors(attended.weights),
        "tokens": [token.text for token in attended.tokens],
        "sentence_b_start": sentences.index(SECOND) if SECOND in sentences else None,
        "prettify_tokens": False,  # they are; more would change what the visitor typed
        "html_action": "return",
    }


def _tensors(weights: np.ndarray) -> list["torch.Tensor"]:
    """Return one tensor [1, head, from, to] a layer, rounded; float64, so that few digits print."""
    import torch

    return list(torch.from_numpy(weights.astype(np.float64).round(DECIMALS)[:, None]))


def _offline(html: str, *, dark: bool) -> str:
    """Return BertViz's ``html`` as a document with its libraries inside.

    BertViz writes a tag that loads require.js, markup, and a script: addresses of d3 and jQuery,
    the drawing code, and in it the parameters twice on one line, once in a comment. All that is
    looked for stands before the first word of the visitor's.
    """
    _, body = html.split("</script>", 1)
    markup, body = body.split("require.config(", 1)
    _, body = body.split("requirejs(", 1)
    code, body = body.split("const params = ", 1)
    parameters, end = json.JSONDecoder().raw_decode(body)
    _, drawing = body[end:].split("\n", 1)
    # A token can be "</script>": without "<" it ends nothing.
    safe = json.dumps(parameters, separators=(",", ":")).replace("<", r"\u003c")
    return (
        '<!doctype html>\n<html>\n<head>\n<meta charset="utf-8">\n<title>BertViz</title>\n'
        f"<style>{DARK if dark else LIGHT}</style>\n<script>{_libraries()}</script>\n</head>\n"
        f"<body>{markup}requirejs({code}const params = {safe};\n{drawing}</body>\n</html>\n"
    )


@cache
def _libraries() -> str:
    """Return d3, jQuery and what stands in for require.js."""
    return "\n".join(_packaged(package, file) for package, file in LIBRARIES) + REQUIRE


def _packaged(package: str, file: str) -> str:
    """Return a file of an installed package without importing it: mpld3 brings in matplotlib."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed: pip install -r requirements.txt")
    return (Path(spec.origin).parent / file).read_text("utf-8")

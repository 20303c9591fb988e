"""Links as a picture: what the drawing code gets, and a file of it that works offline.

The drawing code is in ``assets/static``; the page's component runs the same.
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from playground.attention.links import HeadLinks

_STATIC = Path(__file__).resolve().parents[2] / "assets/static"
_SCRIPTS = ("attention_links.js", "attention_links_picture.js")
# Told apart with every common kind of colour blindness, after Okabe and Ito (2008); their yellow is
# darker here and gray stands for their black, so that all read on light and dark pages.
PALETTE = (
    "#2F86C7",
    "#D9782D",
    "#1F9E77",
    "#C45FA0",
    "#B79F00",
    "#56B4E9",
    "#D1495B",
    "#8A94A0",
)
_LEVELS = 255  # steps of a line's opacity

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data:; style-src 'unsafe-inline';
  script-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{
  color-scheme: light dark;
  --st-text-color: light-dark(#1B2733, #E4EAF0);
  --st-background-color: light-dark(#FFFFFF, #11171E);
  --st-border-color: light-dark(#D5DCE4, #36424F);
  --st-primary-color: light-dark(#0B6BAF, #5AAEE8);
  --st-font: system-ui, sans-serif;
}}
body {{
  margin: 1.5rem;
  color: var(--st-text-color);
  background: var(--st-background-color);
  font-family: var(--st-font);
}}
h1 {{ font-size: 1.3rem; }}
{css}
</style>
</head>
<body>
<h1 dir="auto">{title}</h1>
<main></main>
<script type="application/json">{data}</script>
<script type="module">
{js}
draw({{
  parentElement: document.querySelector("main"),
  data: JSON.parse(document.querySelector("script[type='application/json']").textContent),
  setStateValue() {{}},
}});
</script>
</body>
</html>
"""


@cache
def script() -> str:
    """Return the code that draws and saves pictures, a JavaScript module."""
    return "\n".join((_STATIC / name).read_text("utf-8") for name in _SCRIPTS)


@cache
def style() -> str:
    """Return the drawing's style sheet."""
    return (_STATIC / "attention_links.css").read_text("utf-8")


def colors(heads: Sequence[HeadLinks]) -> list[str]:
    """Return each head's colour: its own, or the next that no head before it has.

    With more heads than colours, the colours start over.
    """
    taken: list[int] = []
    for head in heads:
        round_ = taken[len(taken) - len(taken) % len(PALETTE) :]
        wished = (head.number + step for step in range(len(PALETTE)))
        taken.append(next(n for wish in wished if (n := wish % len(PALETTE)) not in round_))
    return [PALETTE[n] for n in taken]


def drawing(
    tokens: Sequence[str], heads: Sequence[HeadLinks], *, picked: int | None = None
) -> dict[str, Any]:
    """Return what the drawing code gets, in JSON's types.

    Each link takes three bytes, written in base64: its target in two, its weight in one, in 255ths
    of the strongest weight of all. No link falls to zero, so none is lost.
    """
    top = max((float(head.links.weights.max(initial=0)) for head in heads), default=0) or 1.0
    return {
        "tokens": list(tokens),
        "picked": picked,
        "strongest": top,
        "heads": [
            {
                "name": head.name,
                "color": color,
                "starts": head.links.starts.tolist(),
                "targets": _base64(head.links.targets.astype("<u2")),
                "weights": _base64(_levels(head.links.weights / top)),
            }
            for head, color in zip(heads, colors(heads), strict=True)
        ],
    }


def export_html(
    tokens: Sequence[str], heads: Sequence[HeadLinks], title: str, *, picked: int | None = None
) -> str:
    """Return one HTML file with the links, interactive without a network.

    Args:
        tokens: as people read them, in the text's order.
        heads: drawn over each other in this order.
        title: heading of the file.
        picked: the token whose links alone show at first.
    """
    # Inside a script "<" could end it, or begin a comment that swallows its end.
    data = json.dumps(drawing(tokens, heads, picked=picked)).replace("<", "\\u003c")
    return _PAGE.format(title=escape(title), css=style(), js=script(), data=data)


def _levels(shares: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(shares * _LEVELS), 1, _LEVELS).astype(np.uint8)


def _base64(values: np.ndarray) -> str:
    return b64encode(values.tobytes()).decode("ascii")

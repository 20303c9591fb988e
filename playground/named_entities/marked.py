"""A text with its entities marked, as HTML; whatever a visitor or a model wrote is escaped."""

from collections import Counter
from collections.abc import Sequence
from html import escape

from playground.named_entities.colours import Colour, colour
from playground.named_entities.find import Entity
from playground.plots.template import percent

STYLE = """\
<style>
.entities-text { white-space: pre-wrap; overflow-wrap: anywhere; overflow: auto; line-height: 2.1;
  max-height: 26rem; tab-size: 4; padding: 0.4rem 0.9rem; border-radius: 0.5rem;
  border: 1px solid light-dark(#D5DCE4, #36424F); }
.entities-legend { display: flex; flex-wrap: wrap; gap: 0.4rem 1rem; margin-top: 0.7rem; }
.entities-text mark, .entities-legend mark { padding: 0.15em 0.3em; border-radius: 0.35em;
  border-bottom: 2px solid; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
.entities-text mark b { margin-left: 0.4em; font-size: 0.72em; user-select: none; }
</style>
"""
DOCUMENT = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Named entities</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
</style>
"""
MEANINGS = {"PER": "people", "ORG": "organisations", "LOC": "places", "MISC": "other names"}


def marked(text: str, entities: Sequence[Entity]) -> str:
    """Return ``text`` with ``entities``, in its order, marked and their labels beside them."""
    parts, end = [], 0
    for entity in entities:
        parts += [escape(text[end : entity.start]), _mark(entity)]
        end = entity.end
    parts.append(escape(text[end:]))
    return (
        f'{STYLE}<div class="entities-text" tabindex="0">{"".join(parts)}</div>{_legend(entities)}'
    )


def document(text: str, entities: Sequence[Entity]) -> str:
    """Return the same as a file that a browser opens, light or dark as the reader has it."""
    return f"{DOCUMENT}{marked(text, entities)}\n"


def _mark(entity: Entity) -> str:
    said = f"{entity.label} {percent(entity.score)}"
    if entity.second is not None:
        said += f", next best {entity.second.type} {percent(entity.second.probability)}"
    style = _style(colour(entity.type))
    return (
        f'<mark style="{style}" title="{escape(said)}">{escape(entity.text)}'
        f"<b>{escape(entity.label)}</b></mark>"
    )


def _legend(entities: Sequence[Entity]) -> str:
    counts = Counter(entity.type for entity in entities)
    items = [
        f'<span><mark style="{_style(colour(kind))}">{escape(kind)}</mark> '
        f"{MEANINGS.get(kind, '')} ({count})</span>"
        for kind, count in counts.most_common()
    ]
    return f'<div class="entities-legend">{"".join(items)}</div>' if items else ""


def _style(of: Colour) -> str:
    return (
        f"background: light-dark({of.light}, {of.dark}); "
        f"color: light-dark({of.light_ink}, {of.dark_ink})"
    )

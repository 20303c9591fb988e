"""Figures as one HTML file that works without a network, with buttons that save pictures."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import chain, repeat
from string import Template

import plotly.graph_objects as go

from playground.tables import Row

PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data: blob:;
  style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>$title</title>
<style>
body { margin: 1.5rem; background: white; color: #1B2733; font-family: system-ui, sans-serif; }
h1 { font-size: 1.3rem; }
h2 { font-size: 1.1rem; }
table { border-collapse: collapse; }
th, td { padding: 0.2rem 0.8rem; border-bottom: 1px solid #D5DCE4; text-align: left; }
</style>
</head>
<body>
<h1 dir="auto">$title</h1>
$body
</body>
</html>
""")
# Plotly's own toolbar has one button for pictures, in one format.
BUTTONS = """
const figure = document.getElementById("{plot_id}");
const buttons = document.createElement("p");
for (const format of ["svg", "png"]) {
  const button = document.createElement("button");
  button.textContent = `Save as ${format.toUpperCase()}`;
  button.onclick = () =>
    Plotly.downloadImage(figure, {
      format,
      filename: "bert-playground",
      scale: format === "png" ? 2 : 1,
    });
  buttons.append(button, " ");
}
figure.parentElement.after(buttons);
"""


def page(title: str, figures: Mapping[str, go.Figure], *, rows: Sequence[Row] = ()) -> str:
    """Return one HTML file with ``figures`` under their headings and ``rows`` as a table.

    Plotly's own code, 5 MB, is part of it, once.
    """
    first_has_code = chain([True], repeat(False))
    parts = [
        part
        for (heading, made), has_code in zip(figures.items(), first_has_code, strict=False)
        for part in (_heading(heading), _figure(made, with_code=has_code))
    ]
    return PAGE.substitute(title=escape(title), body="\n".join([_table(rows), *parts]))


def _heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>" if text else ""


def _figure(made: go.Figure, *, with_code: bool) -> str:
    on_white = go.Figure(made).update_layout(paper_bgcolor="white")
    html: str = on_white.to_html(
        full_html=False,
        include_plotlyjs=with_code,
        config={"displaylogo": False, "responsive": True},
        post_script=BUTTONS,
    )
    return html


def _table(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    lines = ["".join(f"<th>{escape(name)}</th>" for name in rows[0])]
    for row in rows:
        cells = (escape(_written(value)) for value in row.values())
        lines.append("".join(f'<td dir="auto">{cell}</td>' for cell in cells))
    body = "\n".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table>\n{body}\n</table>"


def _written(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)

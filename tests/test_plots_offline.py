"""One file with everything in it: Plotly's code once, text as text, numbers as they are."""

import re

import numpy as np
import plotly.graph_objects as go

from playground.attention import Step
from playground.plots import offline
from playground.plots import step as plots

HOSTILE = "</h2><script>alert(1)</script>&amp;"


def bars() -> go.Figure:
    return go.Figure(go.Bar(y=[0.125, 0.5]), layout={"height": 100})


def test_plotlys_code_is_there_once_for_all_figures() -> None:
    page = offline.page("T", {"One": bars(), "Two": bars()})
    assert page.count("plotly.js v") == 1
    assert page.count('class="plotly-graph-div"') == 2
    assert page.count("Plotly.downloadImage(figure") == 2
    assert page.index("<h2>One</h2>") < page.index("<h2>Two</h2>")
    assert "default-src 'none'" in page
    assert not re.search(r'<(?:script|link|img)[^>]*\s(?:src|href)="?http', page)


def test_texts_cannot_become_markup() -> None:
    page = offline.page(HOSTILE, {HOSTILE: bars()}, rows=[{HOSTILE: HOSTILE}])
    assert "<script>alert" not in page
    assert page.count("&lt;/h2&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;") == 5


def test_a_table_of_rows() -> None:
    page = offline.page("T", {}, rows=[{"to": "a", "score": 0.12346}, {"to": "b", "score": 2.0}])
    assert '<tr><td dir="auto">a</td><td dir="auto">0.1235</td></tr>' in page
    assert "<th>to</th><th>score</th>" in page
    assert "<table>" not in offline.page("T", {})


def test_the_figure_on_the_page_stays_as_it_is() -> None:
    made = bars()
    offline.page("T", {"": made})
    assert made.layout.paper_bgcolor is None


def test_a_steps_vectors_as_bars() -> None:
    vector = np.array([0.5, -1.5], dtype=np.float32)
    step = Step(
        x=vector,
        q=2 * vector,
        k=vector[None],
        v=vector[None],
        scores=vector[:1],
        weights=vector[:1],
        output=3 * vector,
        difference=0.0,
    )
    made = list(plots.vectors(step).values())
    assert [figure.data[0].y.tolist() for figure in made] == [[0.5, -1.5], [1, -3], [1.5, -4.5]]
    assert made[0].data[0].x.tolist() == [1, 2]

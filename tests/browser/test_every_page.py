"""Every view of every page, light and dark, wide and as narrow as a phone, looked at once."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import plotly.graph_objects as go
import pytest
from playwright.sync_api import Browser, Page, ViewportSize
from plotly.offline import get_plotlyjs

from tests.browser import looking
from tests.browser.conftest import ROOT, App, Visit, tabs
from tests.browser.walk import WALK

ARTIFACTS = Path(os.environ.get("BERT_PLAYGROUND_ARTIFACTS", ROOT / "artifacts"))
WINDOW: ViewportSize = {"width": 1280, "height": 900}
HEIGHT = "() => document.querySelector('[data-testid=stMain]').scrollHeight"
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(scope="module")
def walker(browser: Browser) -> Iterator[Visit]:
    """One tab for all pages: a tab of its own reads Streamlit's scripts anew, for seconds."""
    with tabs(browser) as open_address:
        yield open_address("about:blank")


@pytest.mark.weights
@pytest.mark.parametrize("name", WALK)
def test_a_page_is_whole_in_both_themes(walker: Visit, app: App, name: str) -> None:
    page = walker.page
    page.set_viewport_size(WINDOW)
    problems = walker.problems = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.goto(f"{app.url}{WALK[name]}")  # each time: charts keep the theme a page began with
        looking.settle(walker)
        looking.in_theme(page, theme)
        found = [*looking.broken_off(page), *looking.blank_charts(page), *looking.barriers(page)]
        problems += [f"{theme}: {one}" for one in found]
        keep(page, f"{name}-{theme}")
    problems += looking.camera_of_nothing(page)
    problems += looking.too_wide(walker)
    keep(page, f"{name}-phone")
    assert problems == []
    assert "Traceback" not in app.printed()


def keep(page: Page, name: str) -> None:
    """Keep a picture of the whole page, which scrolls otherwise, for people to look at."""
    window = page.viewport_size
    assert window is not None
    height = max(window["height"], page.evaluate(HEIGHT))
    page.set_viewport_size({"width": window["width"], "height": height})
    page.screenshot(path=ARTIFACTS / "pages" / f"{name}.jpg", type="jpeg", quality=80)
    page.set_viewport_size(window)


def test_another_host_is_not_found_and_noticed(visit: Callable[[str], Visit], app: App) -> None:
    opened = visit(f"{app.url}/_stcore/health")
    found = "() => fetch('http://example.org/').then(() => true, () => false)"
    assert opened.page.evaluate(found) is False
    assert "asked for http://example.org/" in opened.problems


def test_the_walk_knows_pages_and_views() -> None:
    assert {"home", "runs", "attention-links", "sentiment-file", "tour-8"} <= WALK.keys()
    assert WALK["attention-links"] == "/attention?attention_view=links"


@pytest.fixture(scope="module")
def plotly(browser: Browser) -> Iterator[Page]:
    """An empty page with Plotly's scripts, which take seconds to read."""
    page = browser.new_page()
    page.evaluate(get_plotlyjs())
    yield page
    page.close()


@pytest.mark.parametrize(
    ("figure", "blank"),
    [
        (go.Figure(), True),
        (go.Figure(go.Bar(x=[], y=[])), True),
        (go.Figure(go.Scatter(x=[1], y=[None], mode="markers")), True),
        (go.Figure(go.Scattergl(x=[1], y=[None], mode="markers")), True),
        (go.Figure(go.Bar(x=[1], y=[2])), False),
        (go.Figure(go.Heatmap(z=[[1, 2]])), False),
        (go.Figure(go.Treemap(labels=["a"], parents=[""], values=[1])), False),
        (go.Figure(go.Scatter(x=[1], y=[2], mode="markers")), False),
        (go.Figure(go.Scattergl(x=[1], y=[2], mode="markers")), False),
        (go.Figure().add_annotation(text="word", x=1, y=1), False),
    ],
)
def test_a_chart_without_a_mark_is_found(plotly: Page, figure: go.Figure, blank: bool) -> None:
    place = '<div role="figure" aria-label="The chart"><div id="chart"></div></div>'
    plotly.evaluate("html => { document.body.innerHTML = html; }", place)
    plotly.evaluate(f"() => Plotly.newPlot('chart', {figure.to_json()})")
    assert looking.blank_charts(plotly, within=100) == ["blank chart: The chart"] * blank


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        ("<h1>A</h1><h2>B</h2><p>text</p>", []),
        ("<h1>A</h1><h3>B</h3>", ["heading-order"]),
        ('<p style="color:#999;background:#fff">pale</p>', ["color-contrast"]),
        ("<button></button>", ["button-name"]),
        ('<ul data-testid="stSidebarNavItems"><div></div></ul>', []),
        ("<ul><div></div></ul>", ["list"]),
    ],
)
def test_a_barrier_is_found(browser: Browser, body: str, rules: list[str]) -> None:
    page = browser.new_page()
    page.set_content(f'<html lang="en"><title>t</title><body><main>{body}</main></body></html>')
    assert [one.partition(":")[0] for one in looking.barriers(page, within=100)] == rules
    page.close()

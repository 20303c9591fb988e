"""Every view of every page, light and dark, wide and as narrow as a phone, looked at once."""

import ast
import os
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

import plotly.graph_objects as go
import pytest
from playwright.sync_api import Browser, Page
from plotly.offline import get_plotlyjs

from pages.learn.how_bert_works import inputs as tour
from pages.learn.how_bert_works.tour import STEPS
from tests.browser import looking
from tests.browser.conftest import ROOT, App, Visit, tabs
from tests.layout import NAVIGATION, page_name

ARTIFACTS = Path(os.environ.get("BERT_PLAYGROUND_ARTIFACTS", ROOT / "artifacts"))
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def page_files() -> list[str]:
    """Return the pages of the navigation, which runs them as soon as it is imported."""
    for statement in ast.parse((ROOT / NAVIGATION).read_text("utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "SECTIONS":
            sections = ast.literal_eval(statement.value)
            return [file for pages in sections.values() for file, _, _ in pages]
    raise AssertionError(f"{NAVIGATION} has no SECTIONS")


def addresses() -> Iterator[tuple[str, str]]:
    """Yield a name and the address of each page, of its views, and of what these are made of."""
    for file in page_files():
        name = page_name(file)
        path = "/" if name == "home" else f"/{name}"
        if not (ROOT / file).with_name("views.py").is_file() or name == "home":
            yield name, path
            continue
        views = import_module(f"{Path(file).parent.as_posix().replace('/', '.')}.views")
        for view in views.VIEWS:
            yield f"{name}-{view}", f"{path}?{urlencode({views.VIEW_FIELD.name: view})}"
    for number in range(2, len(STEPS) + 1):
        yield f"tour-{number}", f"/how_bert_works?{urlencode({tour.STEP.name: number})}"


WALK = dict(addresses())


@pytest.fixture(scope="module")
def open_tab(browser: Browser) -> Iterator[Callable[[str], Visit]]:
    """A function like ``visit``'s; all its tabs are of one browser, which has the scripts once."""
    with tabs(browser) as open_address:
        yield open_address


@pytest.mark.weights
@pytest.mark.parametrize("name", WALK)
def test_a_page_is_whole_in_both_themes(
    open_tab: Callable[[str], Visit], app: App, name: str
) -> None:
    opened = open_tab(f"{app.url}{WALK[name]}")
    page, problems = opened.page, opened.problems
    for theme in THEMES:
        if theme != THEMES[0]:  # Streamlit draws charts in the theme that a tab begins with
            page.emulate_media(color_scheme=theme)
            page.reload()
        looking.settle(page)
        looking.in_theme(page, theme)
        found = [*looking.broken_off(page), *looking.blank_charts(page), *looking.barriers(page)]
        problems += [f"{theme}: {one}" for one in found]
        keep(page, f"{name}-{theme}")
    problems += looking.too_wide(page)
    page.close()
    assert problems == []
    assert "Traceback" not in app.printed()


def keep(page: Page, name: str) -> None:
    """Keep a picture of the page for people to look at."""
    page.screenshot(path=ARTIFACTS / "pages" / f"{name}.jpg", type="jpeg", quality=80)


def test_the_walk_knows_pages_and_views() -> None:
    assert {"home", "runs", "attention-links", "sentiment-file", "tour-8"} <= WALK.keys()
    assert WALK["attention-links"] == "/attention?attention_view=links"


@pytest.mark.parametrize(
    ("figure", "blank"),
    [
        (go.Figure(), True),
        (go.Figure(go.Bar(x=[], y=[])), True),
        (go.Figure(go.Scatter(x=[1], y=[None], mode="markers")), True),
        (go.Figure(go.Bar(x=[1], y=[2])), False),
        (go.Figure(go.Heatmap(z=[[1, 2]])), False),
        (go.Figure(go.Treemap(labels=["a"], parents=[""], values=[1])), False),
        (go.Figure(go.Scatter(x=[1], y=[2], mode="markers")), False),
        (go.Figure().add_annotation(text="word", x=1, y=1), False),
    ],
)
def test_a_chart_without_a_mark_is_found(browser: Browser, figure: go.Figure, blank: bool) -> None:
    page = browser.new_page()
    page.set_content('<div role="figure" aria-label="The chart"><div id="chart"></div></div>')
    page.evaluate(get_plotlyjs())
    page.evaluate(f"() => Plotly.newPlot('chart', {figure.to_json()})")
    assert looking.blank_charts(page) == ["blank chart: The chart"] * blank
    page.close()


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
    assert [one.partition(":")[0] for one in looking.barriers(page)] == rules
    page.close()

"""The Embeddings page in a real browser, with the weights in the box and no network."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, Visit
from tests.browser.looking import blank_charts, settle

MARKUP = (
    "<script>document.title = 'broken'</script> **bold** [link](http://x.example) $x^2$ "
    "<img src=x onerror=\"document.title='broken'\"> <b>tag</b> the bank"
)
VIEWS = {
    "similarity": {"similarity_lines": f"{MARKUP}\nthe bank"},
    "map": {"lines_from": "pasted lines", "pasted_lines": "\n".join([MARKUP] * 6)},
    "word": {"word": "bank", "word_sentences": f"{MARKUP}\nthe bank"},
    "search": {"lines_from": "pasted lines", "pasted_lines": MARKUP, "context_sentence": MARKUP},
}


def open_view(visit: Callable[[str], Visit], app: App, view: str, **query: str) -> Visit:
    return visit(f"{app.url}/embeddings?{urlencode({'embeddings_view': view, **query})}")


def drag_around(page: Page, tool: str) -> None:
    """Draw with one of the map's tools over its left half."""
    chart = page.get_by_test_id("stPlotlyChart").first
    chart.hover()
    chart.locator(f'[data-title="{tool}"]').click()
    box = chart.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    left, top = box["x"] + 5, box["y"] + 5
    middle, bottom = box["x"] + box["width"] / 2, box["y"] + box["height"] - 5
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((left, bottom), (middle, bottom), (middle, top), (left, top)):
        page.mouse.move(x, y, steps=8)
    if tool == "Box Select":
        page.mouse.move(middle, bottom, steps=4)
    page.mouse.up()


@pytest.mark.parametrize("view", VIEWS)
def test_markup_is_shown_as_text(visit: Callable[[str], Visit], app: App, view: str) -> None:
    opened = open_view(visit, app, view, **VIEWS[view])
    page = opened.page
    expect(page.get_by_role("button", name="CSV", exact=True)).to_be_visible()
    main = page.get_by_test_id("stMain")
    expect(main.locator("script, img, b:text('tag'), strong:text('bold')")).to_have_count(0)
    expect(main.get_by_role("link", name="link", exact=True)).to_have_count(0)
    expect(page).to_have_title("BERT Playground")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert opened.problems == []
    assert "Traceback" not in app.printed()


@pytest.mark.parametrize("tool", ["Lasso Select", "Box Select"])
def test_points_that_are_drawn_around_are_listed_and_taken_along(
    visit: Callable[[str], Visit], app: App, tool: str
) -> None:
    opened = open_view(visit, app, "map")
    page = opened.page
    settle(opened)
    expect(page.get_by_text("Draw around points")).to_be_visible()
    drag_around(page, tool)
    chosen = page.get_by_text(re.compile(r"^[\d,]+ of 240 lines chosen"))
    expect(chosen).to_be_visible()
    count = int((chosen.text_content() or "").split(" ")[0])
    assert 0 < count < 240
    settle(opened)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    rows = Path(download.value.path()).read_text("utf-8").splitlines()
    assert rows[0] == "line,text,value,x,y"
    assert len(rows) == count + 1
    assert opened.problems == []


def test_a_map_by_tsne_is_watched_until_it_is_there(
    visit: Callable[[str], Visit], app: App
) -> None:
    opened = open_view(visit, app, "map", map_method="t-SNE")
    page = opened.page
    settle(opened)
    assert page.get_by_text("distances between groups that lie far apart").is_visible()
    assert blank_charts(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="HTML", exact=True).click()
    assert "plotly" in Path(download.value.path()).read_text("utf-8").lower()
    assert opened.problems == []

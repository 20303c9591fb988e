"""The Attention page in a real browser, with the weights in the box and no network."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, Visit

SHORT = "The cat sat on the mat because it was tired."
LONG = " ".join(f"word {number}" for number in range(400))
CHART = "[data-testid=stPlotlyChart] .main-svg"
DRAWN = {
    "heatmap": CHART,
    "all-heads": CHART,
    "links": "canvas",
    "step-by-step": "[data-testid=stMetric]",
    "through-the-layers": CHART,
    "compare": CHART,
}


def open_view(visit: Callable[[str], Visit], app: App, view: str, text: str) -> Visit:
    asked = {"attention_view": view, "text_a": text, "other_text": text}
    return visit(f"{app.url}/attention?{urlencode(asked)}")


@pytest.mark.parametrize("text", [SHORT, LONG], ids=["short", "512 tokens"])
@pytest.mark.parametrize("view", DRAWN)
def test_every_view_draws_without_a_network(
    visit: Callable[[str], Visit], app: App, view: str, text: str
) -> None:
    opened = open_view(visit, app, view, text)
    expect(opened.page.locator(DRAWN[view]).first).to_be_visible()
    expect(opened.page.get_by_test_id("stException")).to_have_count(0)
    assert opened.problems == []
    assert "Traceback" not in app.printed()


def test_bertviz_draws_without_a_network(visit: Callable[[str], Visit], app: App) -> None:
    opened = open_view(visit, app, "bertviz", SHORT)
    frame = opened.page.frame_locator("iframe")
    expect(frame.locator("svg line").first).to_be_attached()
    opened.page.get_by_role("radio", name="model view").click()
    expect(frame.locator("svg line").nth(1000)).to_be_attached()
    assert opened.problems == []


def test_a_click_on_a_head_opens_it(visit: Callable[[str], Visit], app: App) -> None:
    page = open_view(visit, app, "all-heads", SHORT).page
    picture = page.locator("[data-testid=stPlotlyChart] .nsewdrag").first
    expect(picture).to_be_visible()
    box = picture.bounding_box()
    assert box is not None
    # Six rows of layers, twelve columns of heads: the middle of layer 2, head 5.
    picture.click(position={"x": box["width"] * 4.5 / 12, "y": box["height"] * 1.5 / 6})
    expect(page).to_have_url(re.compile("attention_view=heatmap"))
    expect(page).to_have_url(re.compile(r"layers=%5B2%5D.*heads=%5B5%5D"))


def test_the_saved_heatmap_is_interactive_offline(
    visit: Callable[[str], Visit], app: App, tmp_path: Path
) -> None:
    opened = open_view(visit, app, "heatmap", SHORT)
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="HTML").click()
    saved = tmp_path / "attention.html"
    download.value.save_as(saved)
    page = opened.page.context.new_page()
    page.context.set_offline(True)
    page.goto(saved.as_uri())
    hover_middle(page)
    expect(page.locator(".hoverlayer .hovertext")).to_contain_text("from")


def hover_middle(page: Page) -> None:
    """Move the mouse onto the middle of the picture."""
    box = page.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] / 2 + 2, box["y"] + box["height"] / 2)

"""The Attention page in a real browser, with the weights in the box and no network."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, Visit
from tests.browser.looking import settle

SHORT = "The cat sat on the mat because it was tired."
LONG = " ".join(f"word {number}" for number in range(400))
CHART = "[data-testid=stPlotlyChart] .main-svg"
PNG_START = b"\x89PNG\r\n\x1a\n"
CAMERA_SAVES = """format => document.querySelector(".stPlotlyChart .js-plotly-plot")
  ?._context.toImageButtonOptions.format === format"""
DRAWN = {
    "heatmap": CHART,
    "all-heads": CHART,
    "links": ".links canvas",  # a table has canvases of its own, even a hidden one
    "step-by-step": "[data-testid=stMetric]",
    "through-the-layers": CHART,
    "compare": CHART,
}


def open_view(visit: Callable[[str], Visit], app: App, view: str, text: str) -> Visit:
    asked = {"attention_view": view, "text_a": text, "other_text": text}
    return visit(f"{app.url}/attention?{urlencode(asked)}")


@pytest.mark.parametrize("view", DRAWN)
def test_every_view_draws_512_tokens(visit: Callable[[str], Visit], app: App, view: str) -> None:
    opened = open_view(visit, app, view, LONG)
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
    opened = open_view(visit, app, "all-heads", SHORT)
    page = opened.page
    settle(opened)
    picture = page.locator("[data-testid=stPlotlyChart] .nsewdrag").first
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
    settle(opened)
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="HTML").click()
    saved = tmp_path / "attention.html"
    download.value.save_as(saved)
    page = opened.page.context.new_page()
    page.context.set_offline(True)
    page.goto(saved.as_uri())
    hover_middle(page)
    expect(page.locator(".hoverlayer .hovertext")).to_contain_text("from")


def test_saved_figures_save_themselves_as_pictures_offline(
    visit: Callable[[str], Visit], app: App, tmp_path: Path
) -> None:
    opened = open_view(visit, app, "compare", SHORT)
    settle(opened)
    with opened.page.expect_download() as download:
        opened.page.get_by_role("button", name="HTML").click()
    saved = tmp_path / "compare.html"
    download.value.save_as(saved)
    page = opened.page.context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.context.set_offline(True)
    page.goto(saved.as_uri())
    expect(page.locator(".main-svg").first).to_be_visible()
    for number in range(3):
        svg, png = (saved_by(page, f"Save as {kind}", number) for kind in ("SVG", "PNG"))
        assert ET.fromstring(svg).tag.endswith("}svg")
        assert png.startswith(PNG_START)
    assert problems == []


def saved_by(page: Page, button: str, number: int) -> bytes:
    """Return the file that the button of that number saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).nth(number).click()
    return Path(download.value.path()).read_bytes()


def test_the_camera_saves_the_format_that_was_chosen(
    visit: Callable[[str], Visit], app: App
) -> None:
    page = open_view(visit, app, "heatmap", SHORT).page
    for kind, start in (("PNG", PNG_START), ("SVG", b"<svg")):
        page.get_by_role("radio", name=kind).click()
        expect(page.get_by_role("radio", name=kind)).to_be_checked()
        page.wait_for_function(CAMERA_SAVES, arg=kind.lower())  # it is drawn anew a moment later
        with page.expect_download() as download:
            page.locator(".stPlotlyChart .modebar-btn").first.click(force=True)
        assert Path(download.value.path()).read_bytes().startswith(start)


def hover_middle(page: Page) -> None:
    """Move the mouse onto the middle of the picture."""
    box = page.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] / 2 + 2, box["y"] + box["height"] / 2)

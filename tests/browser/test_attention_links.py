"""Saved links, opened from disk without a network."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from playground.attention.links import HeadLinks, strongest
from playground.attention.links_html import export_html

TOKENS = ["[CLS]", "the", "</script><script>alert(1)</script>", "שלום", "[SEP]"]
WEIGHTS = np.roll(np.eye(5, dtype=np.float32), 1, axis=1) * np.float32(0.75)  # to the next token
INK = """canvas => {
  const { width, height } = canvas;
  const pen = new OffscreenCanvas(width, height).getContext("2d");
  pen.drawImage(canvas, 0, 0);
  const pixels = pen.getImageData(0, 0, width, height).data;
  return pixels.filter((value, place) => place % 4 === 3 && value > 0).length;
}"""


@pytest.fixture
def saved(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """The file in a browser that is offline; what goes wrong there fails the test."""
    head = HeadLinks(name="Layer 1, head 1", number=0, links=strongest(WEIGHTS, 1))
    file = tmp_path / "links.html"
    file.write_text(export_html(TOKENS, [head], "Links"), "utf-8")
    context = browser.new_context(offline=True)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(file.as_uri())
    yield page
    context.close()
    assert problems == []


def ink(page: Page) -> int:
    """Return how many pixels of the canvas are drawn on, after the next frame."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    return page.locator("canvas").evaluate(INK)


def test_tokens_show_as_they_are(saved: Page) -> None:
    options = saved.get_by_role("option")
    expect(options).to_have_text(TOKENS)
    assert ink(saved) > 0


def test_click_picks_a_token_and_another_releases_it(saved: Page) -> None:
    everything = ink(saved)
    option = saved.get_by_role("option").nth(1)
    option.click()
    saved.mouse.move(0, 0)
    expect(option).to_have_attribute("aria-selected", "true")
    expect(saved.locator(".said")).to_contain_text("Layer 1, head 1: \u2068</script>")
    expect(saved.locator(".said")).to_contain_text("75 %")
    assert 0 < ink(saved) < everything
    option.click()
    saved.mouse.move(0, 0)
    expect(option).to_have_attribute("aria-selected", "false")
    assert ink(saved) == everything


def test_keys_pick_a_token_and_escape_releases_it(saved: Page) -> None:
    everything = ink(saved)
    saved.keyboard.press("Tab")
    tokens = saved.get_by_role("listbox")
    expect(tokens).to_be_focused()
    saved.keyboard.press("ArrowDown")
    saved.keyboard.press("ArrowDown")
    expect(tokens).to_have_attribute("aria-activedescendant", "from-2")
    saved.keyboard.press("Enter")
    expect(saved.get_by_role("option", selected=True)).to_have_text(TOKENS[2])
    saved.keyboard.press("End")
    saved.keyboard.press(" ")
    expect(saved.get_by_role("option", selected=True)).to_have_text("[SEP]")
    saved.keyboard.press("Escape")
    expect(saved.get_by_role("option", selected=True)).to_have_count(0)
    assert ink(saved) == everything

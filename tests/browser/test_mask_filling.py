"""Mask filling in a real browser, with the weights in the box and no network."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App, Visit

SENTENCE = "He opened the [MASK] and walked out of the room."


def test_a_typed_sentence_is_filled(visit: Callable[[str], Visit], app: App) -> None:
    opened = visit(app.url)
    page = opened.page
    opened.choose("Mask filling")
    text = page.get_by_label("Text with [MASK]")
    text.fill(SENTENCE)
    text.press("Control+Enter")

    expect(words(page)).to_contain_text("door")
    expect(page).to_have_url(re.compile("walked"))
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert opened.problems == []
    assert "Traceback" not in app.printed()


def test_a_link_shows_its_screen_to_the_very_first_visitor(
    visit: Callable[[str], Visit], fresh_app: App
) -> None:
    opened = visit(f"{fresh_app.url}/mask_filling?{urlencode({'text': SENTENCE})}")
    page = opened.page
    expect(page.get_by_label("Text with [MASK]")).to_have_value(SENTENCE)
    expect(words(page)).to_contain_text("door")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="Home", exact=True)).to_be_visible()
    assert opened.problems == []


def test_back_and_forward_show_the_screens_before_and_after(
    visit: Callable[[str], Visit], app: App
) -> None:
    page = visit(f"{app.url}/mask_filling?{urlencode({'text': SENTENCE})}").page
    expect(words(page)).to_contain_text("door")
    text = page.get_by_label("Text with [MASK]")
    text.fill("The capital of France is [MASK].")
    text.press("Control+Enter")
    expect(words(page)).to_contain_text("paris")
    page.go_back()
    expect(words(page)).to_contain_text("door")
    expect(text).to_have_value(SENTENCE)
    page.go_forward()
    expect(words(page)).to_contain_text("paris")
    expect(text).to_have_value("The capital of France is [MASK].")


def words(page: Page) -> Locator:
    """Return the figure of the most probable words."""
    return page.get_by_role("figure", name=re.compile("Most probable words"))

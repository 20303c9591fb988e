"""Named entities in a real browser, with the weights in the box and no network."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App, Visit

SENTENCE = "Angela Merkel met Emmanuel Macron in Brussels."
NASTY = (
    "<script>document.title='broken'</script> <img src=x onerror=\"document.title='broken'\"> "
    "**Angela Merkel** went to <b>Berlin</b>\tand  Paris.\n\n</div></mark># $x$ :red[y] &amp;"
)


def text_of(page: Page) -> Locator:
    """Return the visitor's text with its marks."""
    return page.locator(".entities-text")


def test_a_typed_sentence_is_marked(visit: Callable[[str], Visit], app: App) -> None:
    opened = visit(app.url)
    page = opened.page
    opened.choose("Named entities")
    text = page.get_by_label("Text", exact=True)
    text.fill(SENTENCE)
    text.press("Control+Enter")
    expect(text_of(page).locator("mark")).to_have_text(
        ["Angela MerkelPER", "Emmanuel MacronPER", "BrusselsLOC"]
    )
    expect(page).to_have_url(re.compile("Macron"))
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert opened.problems == []
    assert "Traceback" not in app.printed()


def test_markup_is_shown_as_text(visit: Callable[[str], Visit], app: App) -> None:
    opened = visit(f"{app.url}/named_entities?{urlencode({'entities_text': NASTY})}")
    page = opened.page
    expect(text_of(page).locator("mark").first).to_be_visible()
    written = text_of(page).evaluate(
        "element => { const copy = element.cloneNode(true);"
        " copy.querySelectorAll('mark > b').forEach(label => label.remove());"
        " return copy.textContent; }"
    )
    assert written == NASTY
    inside = text_of(page).evaluate(
        "element => [...new Set([...element.querySelectorAll('*')].map(one => one.tagName))].sort()"
    )
    assert inside == ["B", "MARK"]
    assert text_of(page).evaluate("element => getComputedStyle(element).whiteSpace") == "pre-wrap"
    assert page.title() != "broken"
    assert opened.problems == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_follow_the_theme_of_the_page(
    visit: Callable[[str], Visit], app: App, theme: str
) -> None:
    """The theme that a visitor chose, whatever the system's is."""
    query = urlencode({"embed": "true", "embed_options": f"{theme}_theme"})
    page = visit(f"{app.url}/named_entities?{query}").page
    mark = text_of(page).locator("mark").first
    expect(mark).to_be_visible()
    background = {"light": "rgb(211, 231, 247)", "dark": "rgb(18, 57, 90)"}
    expect(mark).to_have_css("background-color", background[theme])


def test_a_long_text_scrolls_in_its_place(visit: Callable[[str], Visit], app: App) -> None:
    page = visit(f"{app.url}/named_entities").page
    expect(text_of(page).locator("mark").first).to_be_visible()
    text = page.get_by_label("Text", exact=True)
    text.fill(f"{SENTENCE}\n" * 60)
    text.press("Control+Enter")
    expect(text_of(page).locator("mark")).to_have_count(180)
    expect(page.get_by_text("It was read in")).to_be_visible()
    assert text_of(page).evaluate("one => one.scrollHeight > one.clientHeight + 100")

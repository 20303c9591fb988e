"""Mask filling from the address bar to a prediction, and on to a second mask, by keys alone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import looking
from tests.browser.conftest import App, Visit

SENTENCE = "He opened the [MASK] and walked out of the room."
MOST_STOPS = 12  # keys of Tab that a visitor has the patience for
NAME = """() => {
  const place = document.activeElement;
  return (place.ariaLabel ?? place.labels?.[0]?.innerText ?? place.innerText).trim();
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the place of that name has the focus; each place before has a name, too."""
    passed: list[str] = []
    while name not in passed[-1:]:
        page.keyboard.press("Tab")
        passed.append(page.evaluate(NAME))
        assert passed[-1], f"nothing says what comes after {passed[:-1]}"
        assert len(passed) <= MOST_STOPS, f"no {name} among {passed}"


@pytest.mark.weights
def test_mask_filling_needs_no_mouse(visit: Callable[[str], Visit], app: App) -> None:
    opened = visit(f"{app.url}/mask_filling")
    page = opened.page
    looking.settle(opened)
    tab_to(page, "Skip to main content")
    page.keyboard.press("Enter")
    tab_to(page, "Text with [MASK] where words are missing")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(SENTENCE)
    page.keyboard.press("Control+Enter")
    figure = page.get_by_role("figure", name=re.compile("Most probable words.*first door"))
    expect(figure).to_be_visible()
    looking.settle(opened)

    tab_to(page, "he")
    for _ in range(5):  # tokens are one stop; arrows lead from one to the next
        page.keyboard.press("ArrowRight")
    assert page.evaluate(NAME) == "walked"
    page.keyboard.press("Enter")
    text = page.get_by_label("Text with [MASK]")
    expect(text).to_have_value("He opened the [MASK] and [MASK] out of the room.")
    expect(page.get_by_role("heading", name="Mask 2")).to_be_visible()
    assert opened.problems == []

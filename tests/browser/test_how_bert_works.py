"""How BERT works in a real browser, with the weights in the box and no network."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from pages.learn.how_bert_works.tour import STEPS
from tests.browser.conftest import App, Visit
from tests.browser.looking import too_wide

CHART = "[data-testid=stPlotlyChart] .main-svg"
TOP = """() => {
  const box = document.querySelector(".st-key-tour_roadmap").getBoundingClientRect();
  return box.top >= -1 && box.top < 1;
}"""


def open_page(visit: Callable[[str], Visit], app: App, **asked: object) -> Visit:
    return visit(f"{app.url}/how_bert_works?{urlencode(asked)}")


def test_the_tour_can_be_walked_by_its_button_alone(
    visit: Callable[[str], Visit], app: App
) -> None:
    opened = open_page(visit, app)
    page = opened.page
    for number, step in enumerate(STEPS, start=1):
        expect(page.get_by_role("heading", name=f"{number}. {step.name}")).to_be_visible()
        expect(page.get_by_text(f"{number} of 8", exact=True)).to_be_visible()
        expect(page.locator(CHART).first).to_be_visible()
        if number > 1:
            expect(page).to_have_url(re.compile(f"tour_step={number}"))
            page.wait_for_function(TOP)  # who pressed Next at the end reads on from the top
        if number < len(STEPS):
            page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert opened.problems == []


def test_a_step_leads_deeper_with_its_sentence(visit: Callable[[str], Visit], app: App) -> None:
    text = "Water freezes when it is [MASK]."
    page = open_page(visit, app, tour_step=3, tour_text=text).page
    page.get_by_role("link", name="One head step by step").click()
    expect(page).to_have_url(re.compile("attention_view=step-by-step"))
    expect(page.get_by_label("Text, or text A of a pair")).to_have_value(text)


@pytest.mark.parametrize(
    "asked", [{"how_view": "uses"}, {"how_view": "limits", "how_limit": "bias"}, {"tour_step": 5}]
)
def test_nothing_is_wider_than_the_screen(
    visit: Callable[[str], Visit], app: App, asked: dict[str, object]
) -> None:
    opened = open_page(visit, app, **asked)
    assert [too_wide(opened, width) for width in (1280, 390)] == [[], []]
    expect(opened.page.locator(CHART).first).to_be_visible()
    assert opened.problems == []

"""The Models page in a real browser, with the weights in the box and no network."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import App, Visit

pytestmark = pytest.mark.weights
BUSY_MS = 600_000  # beside ten other processes a measurement of seconds takes a minute


def test_the_first_screen_of_a_new_server_is_the_whole_table(
    visit: Callable[[str], Visit], fresh_app: App
) -> None:
    opened = visit(f"{fresh_app.url}/model_guide")
    page = opened.page
    expect(page.get_by_role("heading", name="Models", exact=True)).to_be_visible()
    expect(page.get_by_text("No model is loaded yet.")).to_be_visible()
    expect(page.get_by_role("heading", name="Scores from the cards")).to_be_visible()
    assert opened.problems == []


def test_the_parts_of_a_model_are_drawn_and_their_code_is_there(
    visit: Callable[[str], Visit], app: App
) -> None:
    opened = visit(f"{app.url}/model_guide?guide_view=inside-one&guide_model=bundled/sentiment")
    page = opened.page
    expect(page.get_by_text("22,713,986")).to_be_visible()
    expect(page.locator(".treemaplayer")).to_contain_text("Feed-forward")
    page.get_by_text("Show the code").click()
    expect(page.get_by_text("model.num_parameters()")).to_be_visible()
    assert opened.problems == []


def test_speed_is_measured_on_a_click_and_there_for_the_next_visitor(
    visit: Callable[[str], Visit], app: App
) -> None:
    address = f"{app.url}/model_guide?guide_view=speed-here&timed_models=bundled/named_entities"
    opened = visit(address)
    page = opened.page
    expect(page.get_by_text("Nothing of these models has been measured")).to_be_visible()
    page.get_by_role("button", name="Measure").click()
    result = page.get_by_text(re.compile("Numbers of the moment"))
    expect(result).to_be_visible(timeout=BUSY_MS)
    assert opened.problems == []
    later = visit(address)
    expect(later.page.get_by_text(re.compile("Numbers of the moment"))).to_be_visible()
    assert later.problems == []


def test_a_child_is_compared_with_its_base(visit: Callable[[str], Visit], app: App) -> None:
    opened = visit(f"{app.url}/model_guide?guide_view=child-and-base")
    page = opened.page
    expect(page.get_by_text("came from MiniLM trunk")).to_be_visible()
    text = page.get_by_label("Text", exact=True)
    text.fill("Rain fell for three days, then the sun came out.")
    text.press("Control+Enter")
    page.wait_for_url(re.compile("child_text=Rain"))
    expect(page.get_by_text("Mean cosine").first).to_be_visible()
    assert opened.problems == []

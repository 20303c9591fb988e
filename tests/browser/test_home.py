"""Home's first paint in a real browser."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from playground.home import examples
from tests.browser.conftest import App, Visit

FIRST_WORD = examples().guesses[0].token


def test_home_paints_its_content_without_a_problem(visit: Callable[[str], Visit], app: App) -> None:
    opened = visit(app.url)
    page = opened.page
    expect(page.get_by_role("heading", name="BERT Playground")).to_be_visible()
    expect(page.get_by_role("textbox", name="[MASK]")).to_have_value(
        "The capital of France is [MASK]."
    )
    figure = page.get_by_role("figure", name=re.compile("Most probable words"))
    expect(figure).to_contain_text(FIRST_WORD)
    navigation = page.get_by_role("navigation", name="App pages")
    expect(navigation.get_by_role("link", name="Mask filling")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert opened.problems == []
    assert "Traceback" not in app.printed()


def test_the_name_in_the_corner_leads_home(visit: Callable[[str], Visit], app: App) -> None:
    page = visit(f"{app.url}/tokenizer").page
    expect(page.get_by_role("heading", name="Tokenizer", level=1)).to_be_visible()
    page.get_by_test_id("stSidebarLogo").click()
    expect(page.get_by_role("heading", name="BERT Playground", level=1)).to_be_visible()

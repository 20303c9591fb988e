"""Home's first paint in a real browser."""

import json
import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import ROOT, App, Visit

SAVED = json.loads((ROOT / "assets/examples/home.json").read_text("utf-8"))
FIRST_WORD = SAVED["masks"][0]["guesses"][0]["token"]


def test_home_paints_its_content_without_a_problem(visit: Callable[[str], Visit], app: App) -> None:
    opened = visit(app.url)
    page = opened.page
    expect(page.get_by_role("heading", name="BERT Playground")).to_be_visible()
    expect(page.get_by_role("textbox", name="[MASK]")).to_have_value(
        "The capital of France is [MASK]."
    )
    figure = page.get_by_role("figure", name=re.compile("Most probable words"))
    expect(figure).to_contain_text(FIRST_WORD)
    expect(page.get_by_role("link", name="Mask filling")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert opened.problems == []
    assert "Traceback" not in app.printed()

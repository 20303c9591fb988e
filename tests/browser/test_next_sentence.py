"""The Next sentence page in a real browser, with the weights in the box and no network."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from playground.models.catalog import BUNDLED
from tests.browser.conftest import App, Visit
from tests.browser.looking import settle

pytestmark = [
    pytest.mark.weights,
    pytest.mark.skipif(
        not (BUNDLED / "next_sentence/adapter_model.safetensors").is_file(),
        reason="assets/models/next_sentence has not been trained yet",
    ),
]


def test_another_topic_does_not_follow(visit: Callable[[str], Visit], app: App) -> None:
    opened = visit(f"{app.url}/next_sentence")
    page = opened.page
    expect(page.get_by_role("heading", name=re.compile("B (may follow|follows) A"))).to_be_visible()
    page.get_by_role("radio", name="Other topic", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("not follow A"))).to_be_visible()
    settle(opened)  # until then the link below leads on with the sentences before
    page.get_by_role("link", name=re.compile("attend to each other")).click()
    expect(page.get_by_label("Text B, may stay empty")).to_have_value(re.compile("^The midfielder"))
    assert not opened.problems

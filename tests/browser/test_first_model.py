"""From a file to a model in use: trained for real, with the tab closed meanwhile."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import App, Visit

TRAINING_MS = 600_000  # on a busy machine
TICKET = "I was charged twice for the same invoice, please refund one of them."


def test_from_a_sample_to_a_model_that_answers(app: App, visit: Callable[[str], Visit]) -> None:
    first = visit(f"{app.url}/fine_tuning")
    first.page.get_by_text("Support tickets", exact=True).click()
    expect(first.page.get_by_text("Nothing wrong was found.")).to_be_visible()
    first.page.get_by_role("button", name="Start", exact=True).click()
    expect(first.page).to_have_url(re.compile(r"/runs\?run=[0-9a-f]{32}$"))
    watched = first.page.url
    first.page.close()

    second = visit(watched)
    page = second.page
    use = page.get_by_role("radio", name="Use it", exact=True)
    expect(use).to_be_visible(timeout=TRAINING_MS)
    expect(page.get_by_text("Your model beats the simple one").first).to_be_visible()
    use.click()
    page.get_by_label("Text", exact=True).fill(TICKET)
    page.get_by_label("Text", exact=True).press("Control+Enter")
    expect(page.get_by_role("figure", name=re.compile("billing"))).to_be_visible()
    page.get_by_role("link", name="Which words push a label: Sentiment").click()
    expect(page).to_have_url(re.compile(r"/sentiment\?.*run(/|%2F)[0-9a-f]{32}"))
    expect(page.get_by_role("figure", name=re.compile("Probability of each label"))).to_be_visible()
    expect(page.get_by_role("heading", name="Deletion check")).to_be_visible()
    assert not [*first.problems, *second.problems]

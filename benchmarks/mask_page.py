"""The page Mask filling in a browser: opened, and asked for the words of a text."""

from urllib.parse import urlencode

from playwright.async_api import BrowserContext, Page

BOX = "Text with [MASK] where words are missing"
IDLE = '[data-testid=stApp][data-test-script-state="notRunning"]'
CHART = "[data-testid=stPlotlyChart]"
TEXTS = 90  # the model in the box has a token for each of these numbers


def text_of(number: int) -> str:
    """Return the text of a number, 1 to ``TEXTS``."""
    return f"Visitor {number} told us that the [MASK] was late again."


def link_of(number: int) -> str:
    """Return where the page shows the answer to the text of any number, after the app's address."""
    return f"mask_filling?{urlencode({'text': text_of(1 + number % TEXTS)})}"


async def arrive(context: BrowserContext, url: str) -> Page:
    """Open the page of the app at ``url`` in a new tab and wait for its example."""
    page = await context.new_page()
    await page.goto(f"{url}/mask_filling")
    await page.locator(CHART).first.wait_for()
    await page.locator(IDLE).wait_for()
    return page


async def ask(page: Page, number: int) -> str:
    """Send ``text_of(number)``, typed before, and return the chart that answers it, as HTML."""
    await page.get_by_label(BOX).press("Control+Enter")
    await page.get_by_role("radio", name=str(number), exact=True).first.wait_for()
    await page.locator(IDLE).wait_for()
    return await page.locator(CHART).first.evaluate("chart => chart.outerHTML")

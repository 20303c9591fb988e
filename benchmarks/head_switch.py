"""Attention at the model's full length in a real browser: the first picture, and another head."""

import random
import statistics
from collections.abc import Iterator
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from benchmarks.served import ARGUMENTS, CHROMIUM, PATIENCE, app
from benchmarks.table import Row

TOKENS = 512
HEADS = (5, 7, 9, 11, 4, 6, 8, 10, 12)  # head 1 is shown at first
SENTENCE = "the old bridge over a river was closed in winter because of ice that had damaged it"
SHOWN = "[data-testid=stPlotlyChart] image"  # the empty chart before has none
TEXT_BOX = "Text, or text A of a pair"
SETTLED = 1_500  # milliseconds in which the page comes to rest after a picture
# Plotly puts a heatmap's cells on the page as one picture; each new one notes the time.
WATCH = """() => {
    const drawn = node => node.tagName === "image" || node.querySelector?.("image");
    new MutationObserver(changes => {
        if (changes.some(c => c.target.tagName === "image" || [...c.addedNodes].some(drawn)))
            window.drawn = performance.now();
    }).observe(document.body, {
        subtree: true, childList: true, attributes: true, attributeFilter: ["href", "xlink:href"],
    });
    document.addEventListener("click", () => { window.asked = performance.now(); }, true);
    document.addEventListener("keydown", () => { window.asked = performance.now(); }, true);
}"""


def rows() -> Iterator[Row]:
    """Yield the time from a visitor's click, or key, to the picture in the browser."""
    generator = random.Random(1)
    text = " ".join(generator.choices(SENTENCE.split(), k=TOKENS - 2))
    with sync_playwright() as playwright, app() as served:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        query = urlencode({"attention_view": "heatmap", "layers": "[3]", "heads": "[1]"})
        page.goto(f"{served.url}/attention?{query}")
        page.locator(SHOWN).first.wait_for(timeout=PATIENCE * 1e3)
        page.wait_for_timeout(SETTLED)
        page.evaluate(WATCH)
        page.get_by_label(TEXT_BOX).fill(text)
        page.get_by_label(TEXT_BOX).press("Control+Enter")
        first = _taken(page)
        yield Row(what=f"first picture of {TOKENS} tokens", ours=f"{first:.0f} ms", bar="2 s")
        taken = []
        for head in HEADS:
            for _ in ("chosen as well", "left out again"):
                page.get_by_role("button", name=str(head), exact=True).last.click()
                taken.append(_taken(page))
        yield Row(
            what=f"other heads of {TOKENS} tokens, median of {len(taken)} (least, most)",
            ours=f"{statistics.median(taken):.0f} ms ({min(taken):.0f}, {max(taken):.0f})",
            bar="300 ms",
        )
        browser.close()


def _taken(page: Page) -> float:
    """Return the milliseconds from the last input to the picture that it brought."""
    page.wait_for_function("() => window.drawn > window.asked", timeout=PATIENCE * 1e3)
    page.wait_for_timeout(SETTLED)
    return page.evaluate("() => window.drawn - window.asked")

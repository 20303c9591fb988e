"""From nothing to Home's first paint and to the first prediction, in a real browser."""

import time
from collections.abc import Iterator

from playwright.sync_api import sync_playwright

from benchmarks.served import ARGUMENTS, CHROMIUM, PATIENCE, app
from benchmarks.table import Row

BARS_SHOWN = "[data-testid=stPlotlyChart] .barlayer .point"


def rows() -> Iterator[Row]:
    """Yield times and memory of a freshly started app; the files are in the disk's cache."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with app() as served:
            page = browser.new_page()
            begin = time.perf_counter()
            page.goto(served.url)
            page.get_by_role("heading", name="BERT Playground").wait_for(timeout=PATIENCE * 1e3)
            painted = time.perf_counter() - begin
            torch_at_paint = served.has_loaded_torch()
            page.locator(BARS_SHOWN).first.wait_for(timeout=PATIENCE * 1e3)
            complete = time.perf_counter() - begin
            torch_when_complete = served.has_loaded_torch()
        yield Row(
            what="Home, from the app answering to its first paint",
            ours=f"{painted:.2f} s, torch loaded: {torch_at_paint}",
            bar="2 s, without torch",
        )
        yield Row(
            what="Home, complete with its example's chart",
            ours=f"{complete:.2f} s, torch loaded: {torch_when_complete}",
        )
        with app() as served:
            page = browser.new_page()
            page.goto(f"{served.url}/mask_filling")
            page.locator(BARS_SHOWN).first.wait_for(timeout=PATIENCE * 1e3)
            predicted = time.perf_counter() - served.started
            memory = served.resident_megabytes()
        yield Row(
            what="first prediction on screen, from the process's start",
            ours=f"{predicted:.1f} s",
            bar="10 s",
        )
        yield Row(what="resident memory with the model loaded", ours=f"{memory:.0f} MB")
        browser.close()

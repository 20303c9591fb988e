"""The pictures of the README, taken anew from the running app: ``python -m docs.screenshots``."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

from playwright.sync_api import Page, ViewportSize, sync_playwright

from benchmarks.served import ARGUMENTS, CHROMIUM, PATIENCE, SETTLED, app

IMAGES = Path(__file__).parent / "images"
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WINDOW = ViewportSize(width=1280, height=860)
CHART = "[data-testid=stPlotlyChart]:has(.main-svg)"
QUALITY = 82  # of WebP; letters stay sharp, and a picture takes some 50 kB
MAX_BYTES = 200_000
# Of each picture the page, what its address says, and what is on the screen once all is drawn.
PICTURES = {
    "mask-filling": (
        "mask_filling",
        {"text": "The capital of France is [MASK]."},
        CHART,
    ),
    "attention": (
        "attention",
        {"attention_view": "links", "special": "hide", "layers": "[3]", "heads": "[1, 2, 5, 7]"},
        ".links",
    ),
    "embeddings": (
        "embeddings",
        {"embeddings_view": "map"},
        CHART,
    ),
    "named-entities": (
        "named_entities",
        {"entities_text": "Angela Merkel met Emmanuel Macron in Brussels."},
        ".entities-text mark",
    ),
}


def take(page: Page, address: str, drawn: str) -> bytes:
    """Open an address, wait until all is drawn, and return the window as WebP."""
    page.goto(address)
    page.locator(drawn).first.wait_for()
    page.wait_for_function(SETTLED)
    page.locator(drawn).first.evaluate("drawn => drawn.scrollIntoView({ block: 'nearest' })")
    page.wait_for_timeout(1_000)  # until what fades in has done so
    page.wait_for_function(SETTLED)
    session = page.context.new_cdp_session(page)  # Playwright itself knows no WebP
    asked = {"format": "webp", "quality": QUALITY}
    return base64.b64decode(session.send("Page.captureScreenshot", asked)["data"])


def pictures(url: str) -> Iterator[tuple[str, bytes]]:
    """Yield each picture's file name and content, in both themes."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for theme in THEMES:
            page = browser.new_page(viewport=WINDOW, color_scheme=theme)
            page.set_default_timeout(PATIENCE * 1e3)
            for name, (path, query, drawn) in PICTURES.items():
                address = f"{url}/{path}?{urlencode(query)}"
                yield f"{name}-{theme}.webp", take(page, address, drawn)
        browser.close()


def main() -> None:
    """Write all pictures.

    Raises:
        ValueError: one is larger than a README should have it.
    """
    IMAGES.mkdir(exist_ok=True)
    with app() as served:
        for name, picture in pictures(served.url):
            if len(picture) > MAX_BYTES:
                raise ValueError(f"{name} has {len(picture):,} bytes, at most {MAX_BYTES:,}")
            (IMAGES / name).write_bytes(picture)


if __name__ == "__main__":
    main()

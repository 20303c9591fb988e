"""Saved links, opened from disk without a network."""

import struct
import xml.etree.ElementTree as ET
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from playground.attention.links import HeadLinks, strongest
from playground.attention.links_html import export_html

TOKENS = ["[CLS]", "the", "</script><script>alert(1)</script>", "שלום", "[SEP]"]
WEIGHTS = np.roll(np.eye(5, dtype=np.float32), 1, axis=1) * np.float32(0.75)  # to the next token
INK = """canvas => {
  const { width, height } = canvas;
  const pen = new OffscreenCanvas(width, height).getContext("2d");
  pen.drawImage(canvas, 0, 0);
  const pixels = pen.getImageData(0, 0, width, height).data;
  return pixels.filter((value, place) => place % 4 === 3 && value > 0).length;
}"""


# How many pixels of a picture have another colour than its first one, the background's.
DRAWN = """async picture => {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
  pen.drawImage(image, 0, 0);
  const pixels = new Uint32Array(pen.getImageData(0, 0, image.width, image.height).data.buffer);
  return pixels.filter(pixel => pixel !== pixels[0]).length;
}"""
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def open_links(
    browser: Browser, tmp_path: Path
) -> Iterator[Callable[[list[str], np.ndarray], Page]]:
    """A function that opens links in a browser that is offline; what goes wrong fails the test."""
    context = browser.new_context(offline=True)
    problems: list[str] = []

    def opened(tokens: list[str], weights: np.ndarray) -> Page:
        head = HeadLinks(name="Layer 1, head 1", number=0, links=strongest(weights, 1))
        file = tmp_path / "links.html"
        file.write_text(export_html(tokens, [head], "Links"), "utf-8")
        page = context.new_page()
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(file.as_uri())
        return page

    with closing(context):
        yield opened
    assert problems == []


@pytest.fixture
def saved(open_links: Callable[[list[str], np.ndarray], Page]) -> Page:
    return open_links(TOKENS, WEIGHTS)


def ink(page: Page) -> int:
    """Return how many pixels of the canvas are drawn on, after the next frame."""
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    return page.locator("canvas").evaluate(INK)


def test_tokens_show_as_they_are(saved: Page) -> None:
    options = saved.get_by_role("option")
    expect(options).to_have_text(TOKENS)
    assert ink(saved) > 0


def test_click_picks_a_token_and_another_releases_it(saved: Page) -> None:
    everything = ink(saved)
    option = saved.get_by_role("option").nth(1)
    option.click()
    saved.mouse.move(0, 0)
    expect(option).to_have_attribute("aria-selected", "true")
    expect(saved.locator(".said")).to_contain_text("Layer 1, head 1: \u2068</script>")
    expect(saved.locator(".said")).to_contain_text("75 %")
    assert 0 < ink(saved) < everything
    option.click()
    saved.mouse.move(0, 0)
    expect(option).to_have_attribute("aria-selected", "false")
    assert ink(saved) == everything


def test_keys_pick_a_token_and_escape_releases_it(saved: Page) -> None:
    everything = ink(saved)
    saved.keyboard.press("Tab")
    tokens = saved.get_by_role("listbox")
    expect(tokens).to_be_focused()
    saved.keyboard.press("ArrowDown")
    saved.keyboard.press("ArrowDown")
    expect(tokens).to_have_attribute("aria-activedescendant", "from-2")
    saved.keyboard.press("Enter")
    expect(saved.get_by_role("option", selected=True)).to_have_text(TOKENS[2])
    saved.keyboard.press("End")
    saved.keyboard.press(" ")
    expect(saved.get_by_role("option", selected=True)).to_have_text("[SEP]")
    saved.keyboard.press("Escape")
    expect(saved.get_by_role("option", selected=True)).to_have_count(0)
    assert ink(saved) == everything


def picture(page: Page, kind: str) -> bytes:
    """Return the file that a button saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Save the links as {kind}").click()
    assert download.value.suggested_filename == f"attention-links.{kind.lower()}"
    return Path(download.value.path()).read_bytes()


def png_size(png: bytes) -> tuple[int, int]:
    """Return width and height, which stand in a PNG's first chunk."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_an_svg_has_every_line_and_token(saved: Page) -> None:
    svg = ET.fromstring(picture(saved, "SVG"))
    assert svg.tag == f"{SVG}svg"
    assert len(svg.findall(f".//{SVG}line")) == 5
    texts = [text.text for text in svg.iter(f"{SVG}text")]
    assert texts == ["Layer 1, head 1", "From", *TOKENS, "To", *TOKENS]


def test_an_svg_of_a_picked_token_has_its_lines_alone(saved: Page) -> None:
    saved.get_by_role("option").nth(1).click()
    saved.mouse.move(0, 0)
    svg = ET.fromstring(picture(saved, "SVG"))
    [line] = svg.findall(f".//{SVG}line")
    assert (line.get("y1"), line.get("y2")) == ("30.0", "50.0")  # from row 2 to row 3, of 20 pixels
    faded = [text.text for text in svg.iter(f"{SVG}text") if text.get("opacity") == "0.4"]
    assert faded == [TOKENS[0], *TOKENS[2:], *TOKENS[:2], *TOKENS[3:]]


@pytest.mark.parametrize(
    ("scheme", "background"), [("light", "255, 255, 255"), ("dark", "17, 23, 30")]
)
def test_a_picture_has_the_pages_colours(
    saved: Page, scheme: Literal["light", "dark"], background: str
) -> None:
    saved.emulate_media(color_scheme=scheme)
    svg = ET.fromstring(picture(saved, "SVG"))
    assert svg[0].get("fill") == f"rgb({background})"
    assert svg.get("fill") != svg[0].get("fill")


def test_a_png_is_the_svg_twice_as_dense(saved: Page) -> None:
    svg = ET.fromstring(picture(saved, "SVG"))
    png = picture(saved, "PNG")
    assert png_size(png) == (2 * int(svg.get("width", 0)), 2 * int(svg.get("height", 0)))
    assert saved.evaluate(DRAWN, b64encode(png).decode()) > 1000


def test_a_png_of_a_long_text_fits_a_canvas(
    open_links: Callable[[list[str], np.ndarray], Page],
) -> None:
    weights = np.random.default_rng(5).dirichlet(np.full(512, 0.1), 512).astype(np.float32)
    page = open_links(["word"] * 511 + ["antidisestablishmentarianism" * 9], weights)
    png = picture(page, "PNG")
    width, height = png_size(png)
    assert height > 512 * 20  # still denser than the page
    assert height <= 16_384
    assert width * height <= 16_777_216
    assert page.evaluate(DRAWN, b64encode(png).decode()) > 100_000
    last = list(ET.fromstring(picture(page, "SVG")).iter(f"{SVG}text"))[-1]
    assert (last.text or "").endswith("…")


def test_characters_that_xml_refuses_are_replaced(
    open_links: Callable[[list[str], np.ndarray], Page],
) -> None:
    page = open_links(["a\ufffe", "b"], np.eye(2, dtype=np.float32))
    texts = [text.text for text in ET.fromstring(picture(page, "SVG")).iter(f"{SVG}text")]
    assert "a\ufffd" in texts


def test_keys_save_a_picture(saved: Page) -> None:
    saved.keyboard.press("Tab")
    saved.keyboard.press("Tab")
    expect(saved.get_by_role("button", name="Save the links as SVG")).to_be_focused()
    with saved.expect_download():
        saved.keyboard.press("Enter")

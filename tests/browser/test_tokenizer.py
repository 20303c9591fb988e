"""The Tokenizer page in a real browser, with the tokenizers in the box and no network."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import App, Visit
from tests.browser.looking import settle, too_wide

MARKUP = (
    "<script>document.title = 'broken'</script> **bold** [link](http://x.example) $x^2$ "
    "<img src=x onerror=\"document.title='broken'\"> <b>tag</b> &amp; </div> 😀"
)
VIEWS = {
    "pieces": "pieces_text",
    "side-by-side": "pieces_text",
    "step-by-step": "word_text",
    "train": "learn_try",
    "input-layer": "pieces_text",
}


def open_view(visit: Callable[[str], Visit], app: App, view: str, **query: str) -> Visit:
    return visit(f"{app.url}/tokenizer?{urlencode({'tokenizer_view': view, **query})}")


def test_a_typed_text_is_drawn_in_pieces(visit: Callable[[str], Visit], app: App) -> None:
    opened = visit(app.url)
    page = opened.page
    opened.choose("Tokenizer")
    text = page.get_by_label("Text, or text A of a pair")
    text.fill("playings 😀")
    text.press("Control+Enter")
    drawn = page.get_by_role("group", name=re.compile("pieces marked"))
    expect(drawn).to_have_text("[CLS]playings 😀[SEP]")
    piece = drawn.locator("span", has_text=re.compile("^playing$"))
    expect(piece).to_have_attribute("title", re.compile(r"^playing \(\d+\)$"))
    expect(piece).to_have_css("background-color", re.compile("rgba"))
    expect(page).to_have_url(re.compile("playings"))
    assert opened.problems == []
    assert "Traceback" not in app.printed()


@pytest.mark.parametrize("view", VIEWS)
def test_markup_stays_text_and_fits_a_phone(
    visit: Callable[[str], Visit], app: App, view: str
) -> None:
    opened = open_view(visit, app, view, **{VIEWS[view]: MARKUP})
    page = opened.page
    expect(page.get_by_text("Show the code")).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)
    expect(page).to_have_title("BERT Playground")
    if view in ("pieces", "side-by-side", "train"):
        drawn = page.get_by_role("group").filter(has_text="**bold**").first
        expect(drawn.locator("script, img, b")).to_have_count(0)
    assert too_wide(opened) == []
    assert opened.problems == []


def test_own_vocabularies_are_taken_along(
    visit: Callable[[str], Visit], app: App, tmp_path: Path
) -> None:
    opened = open_view(visit, app, "train")
    page = opened.page
    settle(opened)
    for label, name in (("WordPiece: tokenizer.json", "a.json"), ("WordPiece: vocab.txt", "b.txt")):
        with page.expect_download() as download:
            page.get_by_role("button", name=label).click()
        download.value.save_as(tmp_path / name)
    vocabulary = json.loads((tmp_path / "a.json").read_text("utf-8"))["model"]["vocab"]
    lines = (tmp_path / "b.txt").read_text("utf-8").splitlines()
    assert len(lines) == 500
    assert [vocabulary[line] for line in lines] == list(range(500))

"""The Sentiment page in a real browser, with the weights in the box and no network."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from playground.models.catalog import BUNDLED
from tests.browser.conftest import App, Visit
from tests.browser.looking import in_theme, settle

pytestmark = [
    pytest.mark.weights,
    pytest.mark.skipif(
        not (BUNDLED / "sentiment/adapter_model.safetensors").is_file(),
        reason="assets/models/sentiment has not been trained yet",
    ),
]

MARKUP = (
    "<script>document.title = 'broken'</script> **bold** [link](http://x.example) :red[red] $x^2$ "
    "<img src=x onerror=\"document.title='broken'\"> <b>tag</b> &amp; </div> a wonderful film."
)
FIELDS = {
    "one-text": "sentiment_text",
    "edit": "sentiment_after",
    "sentences": "sentiment_long",
    "long-text": "sentiment_long",
    "models": "sentiment_texts",
}


def open_view(visit: Callable[[str], Visit], app: App, view: str, text: str) -> Visit:
    asked = {"sentiment_view": view, FIELDS[view]: text}
    return visit(f"{app.url}/sentiment?{urlencode(asked)}")


def test_a_typed_text_is_labelled_and_explained(visit: Callable[[str], Visit], app: App) -> None:
    opened = visit(app.url)
    page = opened.page
    opened.choose("Sentiment")
    text = page.get_by_label("Text", exact=True)
    text.fill("What a terrible waste of two hours.")
    text.press("Control+Enter")
    expect(page.get_by_role("heading", name=re.compile("NEGATIVE, 9"))).to_be_visible()
    shaded = page.get_by_role("group", name=re.compile("shaded by what each word adds"))
    expect(shaded).to_have_text("What a terrible waste of two hours.")
    expect(shaded.locator("span", has_text="terrible")).to_have_attribute(
        "title", re.compile(r"terrible: \+\d")
    )
    expect(shaded.locator("span", has_text="terrible")).to_have_css(
        "background-color", re.compile("rgba")
    )
    expect(page.get_by_role("figure", name=re.compile("words are deleted"))).to_be_visible()
    expect(page).to_have_url(re.compile("terrible"))
    assert opened.problems == []
    assert "Traceback" not in app.printed()


@pytest.mark.parametrize("view", FIELDS)
def test_markup_is_shown_as_text(visit: Callable[[str], Visit], app: App, view: str) -> None:
    opened = open_view(visit, app, view, MARKUP)
    page = opened.page
    expect(page.get_by_role("button", name="CSV", exact=True)).to_be_visible()
    for shaded in page.get_by_role("group", name=re.compile("^The text")).all():
        if "wonderful" in (shaded.text_content() or ""):
            expect(shaded).to_have_text(MARKUP)
    main = page.get_by_test_id("stMain")
    expect(main.locator("script, img, b:text('tag'), strong:text('bold')")).to_have_count(0)
    expect(main.get_by_role("link", name="link", exact=True)).to_have_count(0)
    expect(main.locator(".katex")).to_have_count(0)
    expect(page).to_have_title("BERT Playground")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert opened.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_shaded_words_are_readable(visit: Callable[[str], Visit], app: App, scheme: str) -> None:
    opened = open_view(visit, app, "one-text", "A wonderful film.")
    page = opened.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    settle(opened)
    in_theme(page, scheme)
    word = page.get_by_role("group", name=re.compile("shaded")).locator("span").first
    color = word.evaluate("span => getComputedStyle(span).color")
    around = page.get_by_test_id("stMain").evaluate("main => getComputedStyle(main).color")
    assert color == around  # the page's own text colour, on a shade that is half clear


def test_a_file_is_labelled(visit: Callable[[str], Visit], app: App, tmp_path: Path) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text(
        'id,review\n1,"A wonderful, moving film."\n2,A dull and badly acted mess.\n3,\n'
        "4,<script>document.title='broken'</script> I loved it.\n",
        "utf-8",
    )
    opened = visit(f"{app.url}/sentiment?sentiment_view=file")
    page = opened.page
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Label all rows").click()
    shares = page.get_by_role("figure", name=re.compile("Share of each label"))
    expect(shares).to_be_visible()
    expect(shares).to_contain_text("NEGATIVE (1)")
    expect(shares).to_contain_text("POSITIVE (2)")
    expect(page.get_by_text("1 row without a result")).to_be_visible()
    settle(opened)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    lines = Path(download.value.path()).read_text("utf-8").splitlines()
    assert lines[0] == "line,text,label,probability of NEGATIVE,probability of POSITIVE"
    assert [line.split(",")[0] for line in lines[1:]] == ["2", "3", "5"]
    assert opened.problems == []

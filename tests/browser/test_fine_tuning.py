"""The Fine-tuning page in a real browser: from an upload to a run that is watched."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from playground.settings import PREFIX
from tests.browser.conftest import App, Visit, running
from tests.browser.looking import too_wide

MARKUP = "<img src=x onerror=\"document.title='broken'\"> **bold** [link](http://x.example) $x^2$"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A semicolon CSV in Windows-1252 with a duplicate and a text full of markup."""
    lines = [
        f"“Größe” {n}: {'too small' if n % 2 else 'fits well'};{'ab'[n % 2]}" for n in range(40)
    ]
    made = tmp_path / "sizes.csv"
    made.write_text("\n".join(["text;label", *lines, lines[0], f"{MARKUP};a"]), "cp1252")
    return made


@pytest.fixture
def idle_app(chromium: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """An app in which runs wait and none trains."""
    monkeypatch.setenv(f"{PREFIX}MAX_RUNNING_RUNS", "0")
    with running(tmp_path) as app:
        yield app


def heading(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_a_file_becomes_a_run_and_two_clicks_start_one(
    visit: Callable[[str], Visit], idle_app: App, file: Path
) -> None:
    opened = visit(f"{idle_app.url}/fine_tuning")
    page = opened.page
    heading(page, "1. Data")
    expect(page.get_by_role("heading", name="2. Task")).to_have_count(0)
    page.locator("input[type=file]").set_input_files(file)
    heading(page, "6. Name and start")
    expect(page.get_by_text("delimiter semicolon · Windows-1252")).to_be_visible()
    expect(page.get_by_text("1 row with the text and answer of an earlier row")).to_be_visible()
    labels = page.get_by_role("figure", name=re.compile("Examples of each label: a 21, b 20"))
    expect(labels).to_be_visible()
    expect(page.get_by_role("figure", name=re.compile("Lengths of the texts"))).to_be_visible()
    page.get_by_text("Keep the first of duplicates").click()
    expect(page.get_by_text("this is switched off")).to_be_visible()
    page.get_by_label("Name of the run").fill("Sizes")
    page.get_by_role("button", name="Start", exact=True).dblclick()
    expect(page).to_have_url(re.compile(r"/runs\?run=[0-9a-f]{32}$"))
    expect(page.get_by_text("Sizes").first).to_be_visible()
    page.go_back()
    heading(page, "6. Name and start")
    expect(page.get_by_text("This run has been started.")).to_be_visible()
    expect(page).to_have_title("BERT Playground")
    assert len(list(idle_app.runs.glob("[0-9a-f]" * 32))) == 1
    assert opened.problems == []
    assert "Traceback" not in idle_app.printed()


def test_nothing_lies_beside_the_screen(visit: Callable[[str], Visit], app: App) -> None:
    opened = visit(f"{app.url}/fine_tuning")
    page = opened.page
    page.get_by_test_id("stMain").get_by_text("Entities of job postings").click()
    heading(page, "6. Name and start")
    expect(page.get_by_role("figure")).to_have_count(2)
    assert [too_wide(opened, width) for width in (1280, 390)] == [[], []]
    assert opened.problems == []

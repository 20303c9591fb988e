"""BertViz's views in a browser that reaches nothing at all."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from playground.attention.bertviz_views import head_view, model_view
from tests.attention.maps import attention_map

LAYERS, HEADS, TOKENS = 2, 3, ["[CLS]", "</script>", "cat", "[SEP]"]
A_HEAD = len(TOKENS) ** 2


@pytest.fixture
def document(browser: Browser, tmp_path: Path) -> Callable[[str], tuple[Page, list[str]]]:
    """A function that opens HTML from disk, offline, and returns the page and its problems."""

    def open_from_disk(html: str) -> tuple[Page, list[str]]:
        context = browser.new_context(offline=True)
        page = context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.extend([said.text] * (said.type == "error")))
        page.on("requestfailed", lambda request: problems.append(f"asked for {request.url}"))
        file = tmp_path / "view.html"
        file.write_text(html, "utf-8")
        page.goto(file.as_uri())
        return page, problems

    return open_from_disk


@pytest.fixture
def weights() -> np.ndarray:
    logits = np.random.default_rng(0).normal(size=(LAYERS, HEADS, len(TOKENS), len(TOKENS)))
    return np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)


@pytest.mark.parametrize("dark", [False, True])
def test_head_view_draws_and_changes_its_layer(
    document: Callable[[str], tuple[Page, list[str]]], weights: np.ndarray, dark: bool
) -> None:
    page, problems = document(head_view(attention_map(TOKENS, weights), heads=[1], dark=dark))
    expect(page.locator("svg line")).to_have_count(HEADS * A_HEAD)
    drawn = page.locator("svg g[head-index='1'] line").nth(1)
    expect(drawn).to_have_attribute("stroke-opacity", f"{weights[0, 1, 0, 1]:.3f}".rstrip("0"))
    page.locator("#layer").select_option("1")
    expect(drawn).to_have_attribute("stroke-opacity", f"{weights[1, 1, 0, 1]:.3f}".rstrip("0"))
    expect(page.locator("svg text", has_text="</script>")).to_have_count(2)
    assert problems == []


@pytest.mark.parametrize("dark", [False, True])
def test_model_view_draws_and_opens_a_head(
    document: Callable[[str], tuple[Page, list[str]]], weights: np.ndarray, dark: bool
) -> None:
    page, problems = document(model_view(attention_map(TOKENS, weights), dark=dark))
    expect(page.locator("svg line")).to_have_count(LAYERS * HEADS * A_HEAD)
    page.locator("#attn_background_1_0 ~ rect").click()
    expect(page.locator("svg .detail line")).to_have_count(A_HEAD)
    expect(page.locator("svg .detail", has_text="Layer 1, Head 0")).to_be_visible()
    assert problems == []

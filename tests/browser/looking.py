"""What a person would notice at once about a page that is open in a browser."""

from contextlib import suppress
from importlib.resources import files

import axe_playwright_python
from playwright.sync_api import Page, TimeoutError, expect

AXE = files(axe_playwright_python).joinpath("axe.min.js").read_text("utf-8")
# Stands still: the script has ended, nothing is stale or loading, and each chart has been drawn.
SETTLED = """() => {
  const app = document.querySelector("[data-testid=stApp]");
  const main = document.querySelector("[data-testid=stMain]");
  const charts = [...document.querySelectorAll("[data-testid=stPlotlyChart]")];
  return app?.dataset.testScriptState === "notRunning" && main?.querySelector("h1")
    && !main.querySelector("[data-stale=true], [data-testid=stSpinner], [data-testid=stSkeleton]")
    && charts.every(chart => chart.querySelector(".main-svg"));
}"""
# The names of charts without a mark: bars, points, lines, pictures, shapes, or words beside axes.
BLANK = """() => {
  const marks = [".overplot path", ".overplot image", ".overplot text", ".plot path", ".plot image",
    ".plot text", ".imagelayer image", ".shapelayer path", ".annotation text", ".slice path"];
  const seen = mark => { const box = mark.getBoundingClientRect(); return box.width + box.height; };
  return [...document.querySelectorAll(".js-plotly-plot")]
    .filter(chart => ![...chart.querySelectorAll(marks.join())].some(seen))
    .map(chart => chart.closest("[role=figure]")?.ariaLabel ?? "without a name");
}"""
DRAWN_WITHIN = 30_000  # milliseconds: Plotly draws axes first, and marks when it gets to it
WIDER = """() => [document.documentElement, document.querySelector("[data-testid=stMain]")]
  .map(one => one.scrollWidth - one.clientWidth)"""
# Of Streamlit's own widgets: the rule, the only places it may break at, and why it stays.
STREAMLITS = (
    # Streamlit wraps the links of a section of the sidebar in a <div> inside of the list.
    ("list", "[data-testid=stSidebarNavItems]"),
    ("listitem", "[data-testid=stSidebarNavItems] li"),
    # st.latex scrolls sideways and takes no tabindex; browsers focus what scrolls by themselves.
    ("scrollable-region-focusable", ".katex-display"),
)
FINDINGS = """async known => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  const ours = (rule, node) => !known.some(([id, selector]) =>
    id === rule && document.querySelector(node.target[0])?.matches(selector));
  return violations
    .filter(one => ["serious", "critical"].includes(one.impact) || one.id === "heading-order")
    .flatMap(one => one.nodes.filter(node => ours(one.id, node))
      .map(node => `${one.id}: ${node.html.slice(0, 200)}: ${node.failureSummary}`));
}"""


def settle(page: Page) -> None:
    """Wait until the page stands still, also a moment later: a fragment may follow the script.

    A file that is asked for while the script runs once more is gone when the app looks for it.
    """
    for _ in range(2):
        page.wait_for_function(SETTLED)
        page.wait_for_timeout(150)
    page.wait_for_function(SETTLED)


def blank_charts(page: Page, within: float = DRAWN_WITHIN) -> list[str]:
    """Return the names of the charts that show nothing and go on to show nothing."""
    with suppress(TimeoutError):
        page.wait_for_function(f"() => !({BLANK})().length", timeout=within)
    return [f"blank chart: {name}" for name in page.evaluate(BLANK)]


def broken_off(page: Page) -> list[str]:
    """Return the exceptions that the page shows."""
    return [f"exception: {one.inner_text()}" for one in page.get_by_test_id("stException").all()]


def barriers(page: Page) -> list[str]:
    """Return axe's serious and critical findings, and headings that skip a level."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    return list(page.evaluate(FINDINGS, STREAMLITS))


def too_wide(page: Page, width: int = 390) -> list[str]:
    """Make the window as narrow as a phone, and say by how much the page sticks out."""
    page.set_viewport_size({"width": width, "height": 844})
    page.wait_for_function(f"() => document.documentElement.clientWidth === {width}")
    settle(page)
    wider = max(page.evaluate(WIDER))
    return [f"{wider} pixels wider than a window of {width}"] * (wider > 0)


def in_theme(page: Page, theme: str) -> None:
    """Check that the page has the background that the project gives to that theme."""
    background = {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 23, 30)"}[theme]
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", background)

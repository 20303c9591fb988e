"""What a person would notice at once about a page that is open in a browser."""

import time
from collections.abc import Callable
from importlib.resources import files
from typing import TypeVar

import axe_playwright_python
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

Found = TypeVar("Found")
AXE = files(axe_playwright_python).joinpath("axe.min.js").read_text("utf-8")
# Stands still: the script has ended, nothing is stale or loading, each chart has been drawn, and no
# work is watched, after which the page runs again: a button that cancels it stands there meanwhile.
SETTLED = """() => {
  const app = document.querySelector("[data-testid=stApp]");
  const main = document.querySelector("[data-testid=stMain]");
  const charts = [...document.querySelectorAll("[data-testid=stPlotlyChart]")];
  return app?.dataset.testScriptState === "notRunning" && main?.querySelector("h1")
    && !main.querySelector("[data-stale=true], [data-testid=stSpinner], [data-testid=stSkeleton]")
    && !main.querySelector("[class*=_cancel]")
    && charts.every(chart => chart.querySelector(".main-svg"));
}"""
SETTLED_WITHIN = 600_000  # milliseconds: a busy machine loads a model and asks it
LASTING = 60_000  # milliseconds: Plotly draws axes first, and marks when it gets to it
# The names of charts without a mark: bars, points, lines, pictures, shapes, or words beside axes.
# The points that WebGL draws are no elements, but pixels of a canvas.
BLANK = """() => {
  const marks = [".overplot path", ".overplot image", ".overplot text", ".plot path", ".plot image",
    ".plot text", ".imagelayer image", ".shapelayer path", ".annotation text", ".slice path"];
  const seen = mark => { const box = mark.getBoundingClientRect(); return box.width + box.height; };
  const painted = canvas => {
    const { width, height } = canvas;
    const pen = new OffscreenCanvas(width, height).getContext("2d");
    pen.drawImage(canvas, 0, 0);
    return pen.getImageData(0, 0, width, height).data.some(value => value);
  };
  return [...document.querySelectorAll(".js-plotly-plot")]
    .filter(chart => ![...chart.querySelectorAll(marks.join())].some(seen)
      && ![...chart.querySelectorAll(".gl-canvas-context")].some(painted))
    .map(chart => chart.closest("[role=figure]")?.ariaLabel ?? "without a name");
}"""
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


def settle(visit: Visit) -> None:
    """Wait until the page stands still, also a moment later: a component's answer may follow.

    Where an answer comes while the script runs, that run ends early, with half of the page. A file
    that is asked for while the script runs once more is gone when the app looks for it.
    """
    page = visit.page
    for _ in range(2):
        page.wait_for_function(SETTLED, timeout=SETTLED_WITHIN)
        page.wait_for_timeout(150)
        waits = lasting(page, lambda: visit.awaits_run, SETTLED_WITHIN)
        assert not waits, "a run of the script that the page asked for has not begun"
    page.wait_for_function(SETTLED, timeout=SETTLED_WITHIN)


def lasting(page: Page, look: Callable[[], Found], within: float = LASTING) -> Found:
    """Return what ``look`` finds and goes on to find: a fault that passes is one of the moment."""
    end = time.monotonic() + within / 1e3
    while (found := look()) and time.monotonic() < end:
        page.wait_for_timeout(100)
    return found


def blank_charts(page: Page, within: float = LASTING) -> list[str]:
    """Return the names of the charts that show nothing and go on to show nothing."""
    names = lasting(page, lambda: page.evaluate(BLANK), within)
    return [f"blank chart: {name}" for name in names]


def camera_of_nothing(page: Page) -> list[str]:
    """Return a complaint where a page asks what a camera saves, and shows no chart with one."""
    asks = page.get_by_text("The camera button of a picture saves").count()
    charts = page.get_by_test_id("stPlotlyChart").count()
    return ["a camera without a chart"] * bool(asks and not charts)


def broken_off(page: Page) -> list[str]:
    """Return the exceptions that the page shows."""
    return [f"exception: {one.inner_text()}" for one in page.get_by_test_id("stException").all()]


def barriers(page: Page, within: float = LASTING) -> list[str]:
    """Return axe's serious and critical findings, and headings that skip a level."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE)
    return list(lasting(page, lambda: page.evaluate(FINDINGS, STREAMLITS), within))


def too_wide(visit: Visit, width: int = 390) -> list[str]:
    """Make the window as narrow as a phone, and say by how much the page sticks out."""
    page = visit.page
    page.set_viewport_size({"width": width, "height": 844})
    page.wait_for_function(f"() => document.documentElement.clientWidth === {width}")
    settle(visit)
    wider = lasting(page, lambda: max(0, *page.evaluate(WIDER)))
    return [f"{wider} pixels wider than a window of {width}"] * (wider > 0)


def in_theme(page: Page, theme: str) -> None:
    """Check that the page has the background that the project gives to that theme."""
    background = {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 23, 30)"}[theme]
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", background)

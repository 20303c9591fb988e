"""The Runs page in real browsers, with real processes that train next to nothing."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from playground.fine_tuning.runs import owners
from playground.fine_tuning.runs.launcher import LocalLauncher
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.settings import JSON, RunSettings
from playground.fine_tuning.runs.state import State
from playground.fine_tuning.runs.store import RunStore
from playground.settings import Settings
from tests.browser.conftest import App, Visit, running, tabs
from tests.fine_tuning.conftest import (
    PretendedLauncher,
    Room,
    kill_all,
    wait_for_checkpoint,
    wait_until,
)
from tests.fine_tuning.fake_worker import MODULE

KEPT = "localStorage.getItem('bert-playground-owner')"
REFUSING = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no'); }})"
PIPE = 64 * 1024  # bytes that a pipe takes which nobody reads


@dataclass
class Served:
    """An app, and its runs as this process sees them."""

    app: App
    store: RunStore

    def submit(self, owner: str, name: str, **options: JSON) -> str:
        """Submit a run; the server is to start it."""
        settings = RunSettings(task="fake", base_model="m", options={"watched": True} | options)
        return self.store.submit(owner, settings, name, {}).id

    def address(self, run_id: str) -> str:
        return f"{self.app.url}/runs?run={run_id}"

    def wait(self, owner: str, run_id: str, state: State) -> None:
        wait_until(
            lambda: self.store.run(owner, run_id).state is state,
            lambda: self.store.log(owner, run_id)[-1_000:],
        )


@pytest.fixture(scope="module")
def training_app(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app whose runs are fake ones."""
    with running(tmp_path_factory.mktemp("training"), "tests.browser.fake_training_app") as app:
        yield app


@pytest.fixture
def served(training_app: App) -> Iterator[Served]:
    """That app, and the door to its runs, which starts none by itself."""
    settings = Settings(runs_folder=training_app.runs, max_running_runs=0)
    queue = RunQueue(settings, LocalLauncher(settings, MODULE))
    served = Served(training_app, RunStore(queue))
    yield served
    kill_all(Room(queue, served.store, PretendedLauncher(), ""))


@pytest.fixture
def another_browser(browser: Browser) -> Iterator[Callable[[str], Visit]]:
    """A function that opens addresses in a browser other than ``visit``'s."""
    with tabs(browser) as open_address:
        yield open_address


def owner_of(page: Page) -> str:
    """Return the id that the page's browser keeps, once it does."""
    expect(page.get_by_text("You have no runs yet").or_(page.get_by_text("ago"))).to_be_visible()
    return str(page.evaluate(KEPT))


def test_a_browser_keeps_its_id_and_shows_it_nowhere(
    visit: Callable[[str], Visit], another_browser: Callable[[str], Visit], app: App
) -> None:
    opened = visit(f"{app.url}/runs")
    owner = owner_of(opened.page)
    assert owners.is_owner(owner)
    opened.page.reload()
    assert owner_of(opened.page) == owner
    second = visit(f"{app.url}/runs")
    assert owner_of(second.page) == owner
    other = another_browser(f"{app.url}/runs")
    assert owner_of(other.page) != owner
    for tab in (opened, second, other):
        assert owner not in f"{tab.page.url}{tab.page.content()}"
        assert tab.problems == []
    assert owner not in app.printed()


def test_what_is_no_id_in_the_browser_is_replaced(visit: Callable[[str], Visit], app: App) -> None:
    opened = visit(f"{app.url}/runs")
    owner_of(opened.page)
    opened.page.evaluate("localStorage.setItem('bert-playground-owner', 'made up')")
    opened.page.reload()
    assert owners.is_owner(owner_of(opened.page))


def test_a_browser_that_keeps_nothing_is_told(
    visit: Callable[[str], Visit], browser: Browser, app: App
) -> None:
    context = browser.new_context()
    context.add_init_script(REFUSING)
    page = context.new_page()
    page.goto(f"{app.url}/runs")
    expect(page.get_by_text("Your browser keeps nothing for this site")).to_be_visible()
    expect(page.get_by_text("You have no runs yet")).to_be_visible()
    context.close()


def test_runs_start_before_anybody_visits(served: Served) -> None:
    owner = owners.new_owner()
    served.wait(owner, served.submit(owner, "Tickets", steps=5), State.FINISHED)


def test_nobody_reaches_the_runs_of_another_browser(
    visit: Callable[[str], Visit], another_browser: Callable[[str], Visit], served: Served
) -> None:
    mine, theirs = visit(f"{served.app.url}/runs"), another_browser(f"{served.app.url}/runs")
    owner, stranger = owner_of(mine.page), owner_of(theirs.page)
    run_id = served.submit(owner, "Secret plan", steps=60_000, milliseconds=20)
    served.wait(owner, run_id, State.RUNNING)

    for query in (f"run={run_id}", f"run={run_id.upper()}", f"compare={run_id}&compare={run_id}"):
        page = another_browser(f"{served.app.url}/runs?{query}").page
        known = page.get_by_text(re.compile("You have no such run|Choose two to five of your"))
        expect(known).to_be_visible()
        for name in ("Cancel", "Delete", "Rename", "Resume"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)
        assert "Secret" not in page.content()
    theirs.page.reload()
    assert owner_of(theirs.page) == stranger
    expect(theirs.page.get_by_text("You have no runs yet")).to_be_visible()
    assert served.store.run(owner, run_id).state is State.RUNNING

    mine.page.goto(served.address(run_id))
    expect(mine.page.get_by_role("heading", name="Secret plan")).to_be_visible()


def test_a_run_is_watched_goes_on_without_a_tab_and_is_found_finished(
    visit: Callable[[str], Visit], served: Served
) -> None:
    opened = visit(f"{served.app.url}/runs")
    page, owner = opened.page, owner_of(opened.page)
    run_id = served.submit(owner, "Tickets", steps=300, milliseconds=60, chatter=20_000)
    wait_for_checkpoint(served.store, owner, run_id)
    page.goto(served.address(run_id))
    expect(page.get_by_text("training, epoch 1 of 2")).to_be_visible()
    expect(page.get_by_role("figure", name=re.compile("^Loss over"))).to_be_visible()
    main = page.get_by_test_id("stMain")
    main.evaluate("main => main.scrollTo(0, 120)")
    place = main.evaluate("main => main.scrollTop")
    page.evaluate("window.sameDocument = true")
    step = page.get_by_text(re.compile(r"Step \d+ of 300"))
    first = step.inner_text()
    expect(step).not_to_have_text(first)
    assert place > 0
    assert main.evaluate("main => main.scrollTop") == place
    assert page.evaluate("window.sameDocument")
    assert opened.problems == []
    page.close()

    served.wait(owner, run_id, State.FINISHED)
    log = served.app.runs / run_id / "log.txt"
    assert log.stat().st_size > 10 * PIPE
    page = visit(f"{served.app.url}/runs").page
    expect(page.get_by_text("finished")).to_be_visible()
    page.get_by_role("button", name="Tickets").click()
    expect(page).to_have_url(served.address(run_id))
    page.get_by_role("radio", name="Training").click()
    expect(page.get_by_text("Step 300 of 300")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Tickets")).to_be_visible()
    assert "Traceback" not in served.app.printed()


def test_cancelling_asks_first_and_a_cancelled_run_goes_on(
    visit: Callable[[str], Visit], served: Served
) -> None:
    page = visit(f"{served.app.url}/runs").page
    owner = owner_of(page)
    run_id = served.submit(owner, "Tickets", steps=60_000, milliseconds=20)
    wait_for_checkpoint(served.store, owner, run_id)
    page.goto(served.address(run_id))
    expect(page.get_by_text("training, epoch 1 of 2")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Its checkpoint is kept")).to_be_visible()
    assert served.store.run(owner, run_id).state is State.RUNNING
    page.get_by_role("button", name="Cancel the run").click()
    expect(page.get_by_text("cancelled: resume it")).to_be_visible()
    assert served.store.run(owner, run_id).state is State.CANCELLED

    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("It went on from its checkpoint at step")).to_be_visible()
    assert served.store.run(owner, run_id).state is State.RUNNING

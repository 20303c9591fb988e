"""Two app servers over one index in PostgreSQL, behind nginx, with real browsers and workers."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from playground.errors import IndexUnreachableError
from playground.fine_tuning.runs import launcher, owners
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.settings import JSON, RunSettings
from playground.fine_tuning.runs.state import State
from playground.fine_tuning.runs.store import RunStore
from playground.settings import PREFIX, Settings
from tests.app_servers import Farm, farm
from tests.browser.conftest import Visit, tabs
from tests.fine_tuning.conftest import (
    PretendedLauncher,
    Room,
    kill_all,
    wait_for_checkpoint,
    wait_until,
)
from tests.fine_tuning.fake_worker import MODULE
from tests.postgresql import PostgreSQL
from tests.scale.ray_cluster import RayCluster, needs_ray

pytestmark = pytest.mark.scale

OWNERS, RUNS_EACH = 3, 3
STEPS, TOTAL = 30, 465  # 1 + 2 + ... + 30
CSV = "text,label\n" + "".join(f"Cup of tea number {n},{'ab'[n % 2]}\n" for n in range(30))
AT = "bert_server"  # the cookie that says which server a browser stays with
PROCESSES, ON_A_CLUSTER = "processes", pytest.param("ray", marks=needs_ray)
SILENT = "The database that lists all runs does not answer"


@dataclass
class Shared:
    """Servers, their database, and their runs as this process sees them; it starts none itself."""

    farm: Farm
    postgresql: PostgreSQL
    store: RunStore

    def submit(self, owner: str, name: str, **options: JSON) -> str:
        settings = RunSettings(task="fake", base_model="m", options={"watched": True} | options)
        return self.store.submit(owner, settings, name, {}).id

    def states(self, owner: str) -> list[State]:
        """Return the states of the owner's runs; none while the database does not answer."""
        try:
            return [run.state for run in self.store.runs(owner)]
        except IndexUnreachableError:
            return []


@pytest.fixture
def trained_by(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[dict[str, str]]:
    """Settings of who trains: processes of this machine, or, as ``ON_A_CLUSTER``, Ray."""
    if getattr(request, "param", PROCESSES) == PROCESSES:
        yield {}
        return
    cluster = RayCluster(tmp_path_factory.mktemp("ray"))
    try:
        cluster.start()
        monkeypatch.setenv("RAY_AUTH_TOKEN", cluster.token)
        yield {"ray_address": cluster.address, "ray_cpus": "1", "ray_memory_mb": "100"}
    finally:
        cluster.stop()


@pytest.fixture
def shared(
    chromium: str, postgresql: PostgreSQL, tmp_path: Path, trained_by: dict[str, str]
) -> Iterator[Shared]:
    values = trained_by | {
        "runs_folder": str(tmp_path / "runs"),
        "database": postgresql.empty(),
        "max_running_runs": "2",
        "run_threads": "1",
    }
    environment = {PREFIX + name.upper(): value for name, value in values.items()}
    settings = replace(Settings.from_environment(environment), max_running_runs=0)
    with farm(tmp_path, "tests.browser.fake_training_app", environment) as started:
        queue = RunQueue(settings, launcher.configured(settings, MODULE))
        yield Shared(started, postgresql, RunStore(queue))
        kill_all(Room(queue, RunStore(queue), PretendedLauncher(), ""))


@pytest.fixture
def of_owner(browser: Browser) -> Iterator[Callable[[str, str], Page]]:
    """A function that opens an address in a tab of the browser of an owner."""
    contexts = []

    def open_address(owner: str, url: str) -> Page:
        context = browser.new_context()
        context.set_default_timeout(60_000)
        contexts.append(context)
        context.add_init_script(f"localStorage.setItem('bert-playground-owner', '{owner}')")
        page = context.new_page()
        page.goto(url)
        return page

    yield open_address
    for context in contexts:
        context.close()


@pytest.mark.parametrize("trained_by", [PROCESSES, ON_A_CLUSTER], indirect=True)
def test_nine_runs_of_three_owners_end_once_whatever_is_killed(
    shared: Shared, of_owner: Callable[[str, str], Page]
) -> None:
    visitors = [owners.new_owner() for _ in range(OWNERS)]
    made = {
        owner: [
            shared.submit(owner, f"Run {number} of {index}", steps=STEPS, milliseconds=50)
            for number in range(RUNS_EACH)
        ]
        for index, owner in enumerate(visitors)
    }

    def states() -> list[State]:
        return [state for owner in visitors for state in shared.states(owner)]

    def have_finished(number: int) -> bool:
        return states().count(State.FINISHED) >= number

    first, second = shared.farm.servers
    wait_until(lambda: {State.FINISHED, State.RUNNING} <= set(states()), states)
    first.kill()
    one_more = 1 + states().count(State.FINISHED)
    wait_until(partial(have_finished, one_more), states)  # the other goes on
    shared.postgresql.kill()
    page = of_owner(visitors[0], f"{shared.farm.url}/runs")
    expect(page.get_by_text(SILENT)).to_be_visible()
    shared.postgresql.start()
    first.start()
    for number in range(1, OWNERS * RUNS_EACH + 1):
        wait_until(partial(have_finished, number), states)  # with patience for each

    first.wait()
    for owner, run_ids in made.items():
        assert [run.id for run in reversed(shared.store.runs(owner))] == run_ids
        for run_id in run_ids:
            assert shared.store.run(owner, run_id).values == {"total": TOTAL}
            events = shared.store.events(owner, run_id)
            assert [e["kind"] for e in events].count("started") == 1
            assert [e["step"] for e in events if e["kind"] == "step"] == list(range(1, STEPS + 1))
    for server in (first, second):
        for index, owner in enumerate(visitors):
            page = of_owner(owner, f"{server.url}/runs")
            expect(page.get_by_role("button", name="Run 0 of")).to_be_visible()
            shown = page.get_by_role("button", name=re.compile(r"^Run \d of \d$"))
            expected = [f"Run {number} of {index}" for number in range(RUNS_EACH)]
            assert sorted(shown.all_inner_texts()) == expected
        stranger = visitors[1]
        page = of_owner(stranger, f"{server.url}/runs?run={made[visitors[0]][0]}")
        expect(page.get_by_text("You have no such run")).to_be_visible()


def test_a_rolling_restart_keeps_a_visitors_runs_links_and_uploads(
    shared: Shared, browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "cups.csv").write_text(CSV)
    url = shared.farm.url
    with tabs(browser) as open_address:
        watching = open_address(f"{url}/runs")
        expect(watching.page.get_by_text("You have no runs yet")).to_be_visible()
        owner = str(watching.page.evaluate("localStorage.getItem('bert-playground-owner')"))
        run_id = shared.submit(owner, "Tickets", steps=60_000, milliseconds=50)
        wait_for_checkpoint(shared.store, owner, run_id)
        watching.page.goto(f"{url}/runs?run={run_id}")
        expect(watching.page.get_by_text("training, epoch 1 of 2")).to_be_visible()
        writing = open_address(f"{url}/fine_tuning")
        upload(writing, tmp_path / "cups.csv")
        for moved in range(len(shared.farm.servers)):
            before = at(watching)
            server = shared.farm.servers["ab".index(before)]
            server.stop()
            wait_until(partial(has_left, watching, before), partial(at, watching))
            step = watching.page.get_by_text(re.compile(r"Step \d+ of")).first
            seen = step.inner_text()
            expect(watching.page.get_by_text(seen)).to_have_count(0)  # it goes on there
            expect(step).to_be_visible()
            # For a moment a page that has moved shows its old parts beside the new ones.
            expect(watching.page.get_by_role("heading", name="Tickets")).to_have_count(1)
            expect(writing.page.get_by_role("button", name="Upload", exact=True)).to_have_count(1)
            if not moved:  # a second time nothing tells the new server that there was a file
                expect(writing.page.get_by_text("Your file is gone")).to_be_visible()
            server.start()
            server.wait()
            # It is back, and not the one that has this browser's sessions: files go to the other.
            upload(writing, tmp_path / "cups.csv")
        assert shared.store.run(owner, run_id).state is State.RUNNING
        link = open_address(f"{url}/runs?run={run_id}")
        expect(link.page.get_by_role("heading", name="Tickets")).to_be_visible()
    assert owner not in shared.farm.printed()


def upload(visit: Visit, file: Path) -> None:
    """Upload a file on the Fine-tuning page, and see that it arrives."""
    expect(visit.page.get_by_role("heading", name="1. Data")).to_have_count(1)
    with visit.page.expect_response(lambda one: one.request.method == "PUT") as answer:
        visit.page.locator("input[type=file]").set_input_files(file)
    assert answer.value.status == 204
    expect(visit.page.get_by_role("heading", name="6. Name and start")).to_be_visible()


def at(visit: Visit) -> str:
    """Return the name of the server that a browser stays with."""
    cookies = visit.page.context.cookies()
    return next(str(cookie["value"]) for cookie in cookies if cookie["name"] == AT)


def has_left(visit: Visit, server: str) -> bool:
    """Return whether a browser stays with another server by now."""
    return at(visit) != server


def test_while_the_database_is_away_pages_say_so_and_others_work(
    shared: Shared, visit: Callable[[str], Visit]
) -> None:
    page = visit(f"{shared.farm.url}/runs").page
    expect(page.get_by_text("You have no runs yet")).to_be_visible()
    owner = str(page.evaluate("localStorage.getItem('bert-playground-owner')"))
    run_id = shared.submit(owner, "Tickets", steps=60_000, milliseconds=50)
    wait_for_checkpoint(shared.store, owner, run_id)
    page.goto(f"{shared.farm.url}/runs?run={run_id}")
    expect(page.get_by_text("training, epoch 1 of 2")).to_be_visible()

    shared.postgresql.kill()
    expect(page.get_by_text(SILENT)).to_be_visible()
    page.goto(f"{shared.farm.url}/runs")
    expect(page.get_by_text(SILENT)).to_be_visible()
    page.goto(f"{shared.farm.url}/tokenizer")
    expect(page.get_by_role("heading", name="Tokenizer", level=1)).to_be_visible()
    expect(page.get_by_text(SILENT)).to_have_count(0)
    page.goto(f"{shared.farm.url}/fine_tuning")
    expect(page.get_by_role("heading", name="1. Data")).to_be_visible()

    shared.postgresql.start()
    page.goto(f"{shared.farm.url}/runs?run={run_id}")
    expect(page.get_by_text("training, epoch 1 of 2")).to_be_visible()
    assert shared.store.run(owner, run_id).state is State.RUNNING
    events = shared.store.events(owner, run_id)
    assert [event["kind"] for event in events].count("started") == 1
    assert "Traceback" not in shared.farm.printed()

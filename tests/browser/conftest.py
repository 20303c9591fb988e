"""The app in a process of its own, and a real Chromium that reaches nothing but that app."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    WebSocket,
    expect,
    sync_playwright,
)
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from playground.settings import PREFIX
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = "BERT_PLAYGROUND_REQUIRE_BROWSER"
LOCAL = {"127.0.0.1", "localhost"}
# The browser finds no other host. To answer each request here instead would switch off its cache,
# and it would read Streamlit's scripts anew for every page.
ARGUMENTS = [
    "--no-sandbox",
    "--host-resolver-rules=MAP * ~NOTFOUND, " + ", ".join(f"EXCLUDE {host}" for host in LOCAL),
]
START_SECONDS = 60
PATIENCE_MS = 60_000  # for what waits for a model: a cold disk, a busy machine


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these tests, so that ``-m "not browser"`` leaves them out."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True, slots=True)
class App:
    """A running app: its address, the file with all it printed, and the folder of its runs."""

    url: str
    log: Path
    runs: Path
    heard: int = 0  # bytes of the log that are of earlier tests

    def printed(self) -> str:
        """Return what the app printed since the test began."""
        return self.log.read_bytes()[self.heard :].decode("utf-8", errors="replace")


@dataclass(slots=True)
class Visit:
    """A browser tab, with what went wrong in it."""

    page: Page
    problems: list[str] = field(default_factory=list)  # console errors, exceptions, other hosts
    awaits_run: bool = False  # has asked for a run of the script, and none has begun since

    def choose(self, title: str) -> None:
        """Choose a page in the navigation, and wait until the page before it has gone."""
        navigation = self.page.get_by_role("navigation", name="App pages")
        navigation.get_by_role("link", name=title, exact=True).click()
        expect(self.page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of an installed Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    return path or _unavailable("no Chromium on PATH; on Debian: apt-get install chromium")


def _unavailable(reason: str) -> NoReturn:
    if os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, but there is {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless Chromium, and patience with what it shows."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shared_app(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One app for all tests that ask for any."""
    with running(tmp_path_factory.mktemp("app")) as app:
        yield app


@pytest.fixture
def app(shared_app: App) -> App:
    """The app, the same for all tests that ask for it; what it printed for others is left out."""
    return replace(shared_app, heard=shared_app.log.stat().st_size)


@pytest.fixture
def fresh_app(chromium: str, tmp_path: Path) -> Iterator[App]:
    """An app that nobody has visited yet."""
    with running(tmp_path) as app:
        yield app


@contextmanager
def running(folder: Path, module: str = "streamlit") -> Iterator[App]:
    """Start the app as the README does, on a free port; its Hub is a port where nobody answers.

    ``module`` may be one that changes something first and starts Streamlit then.
    """
    port, nobody = free_port(), free_port()
    app = App(url=f"http://127.0.0.1:{port}", log=folder / "log.txt", runs=folder / "runs")
    command = [sys.executable, "-m", module, "run", "app.py", f"--server.port={port}"]
    environment = {
        "HF_ENDPOINT": f"http://127.0.0.1:{nobody}",
        "HF_HOME": str(folder / "hub"),
        f"{PREFIX}RUNS_FOLDER": str(app.runs),
    }
    with app.log.open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_serving(process, app)
        yield app
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_serving(process: subprocess.Popen[bytes], app: App) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(f"{app.url}/_stcore/health", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"The app does not serve. It printed:\n{app.printed()}")


def _other_hosts(visit: Visit) -> Callable[[Request], None]:
    def hear(request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob") and url.hostname not in LOCAL:
            visit.problems.append(f"asked for {request.url}")

    return hear


def _console_errors(visit: Visit) -> Callable[[ConsoleMessage], None]:
    def hear(message: ConsoleMessage) -> None:
        # On a deep link Streamlit's client looks for its server below the page's path first.
        looks_for_server = "/_stcore/" in message.location.get("url", "")
        if message.type == "error" and not looks_for_server:
            visit.problems.append(message.text)

    return hear


def _awaited_runs(visit: Visit) -> Callable[[WebSocket], None]:
    # What client and server of Streamlit send each other is protobuf, never text.
    def sent(message: bytes | str) -> None:
        assert isinstance(message, bytes)
        visit.awaits_run |= BackMsg.FromString(message).HasField("rerun_script")

    def received(message: bytes | str) -> None:
        assert isinstance(message, bytes)
        visit.awaits_run &= not ForwardMsg.FromString(message).HasField("new_session")

    def follow(socket: WebSocket) -> None:
        socket.on("framesent", sent)
        socket.on("framereceived", received)

    return follow


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[str], Visit]]:
    """A function that opens an address of the app in a tab of its own, as a new visitor would."""
    with tabs(browser) as open_address:
        yield open_address


@contextmanager
def tabs(browser: Browser) -> Iterator[Callable[[str], Visit]]:
    """Yield a function that opens addresses in tabs of one visitor's browser."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)

    def open_address(url: str) -> Visit:
        visit = Visit(page=context.new_page())
        visit.page.on("pageerror", lambda error: visit.problems.append(str(error)))
        visit.page.on("console", _console_errors(visit))
        visit.page.on("websocket", _awaited_runs(visit))
        visit.page.on("request", _other_hosts(visit))
        visit.page.goto(url)
        return visit

    yield open_address
    context.close()

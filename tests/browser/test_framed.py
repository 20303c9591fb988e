"""The app in a frame of another site, as a Space shows it: uploads need the Space's variable.

To Chromium a page at "localhost" and one at "127.0.0.1" are of different sites, and both are as
trusted as with HTTPS, so that it takes cookies that are marked as secure.
"""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Response, expect

from deploy.variables import of_space
from tests.browser.conftest import Visit, running

CSV = "text,label\n" + "".join(f"Cup of tea number {n},{'ab'[n % 2]}\n" for n in range(30))


@pytest.fixture
def framing() -> Iterator[Callable[[str], str]]:
    """A function that returns the address of a page of another site with ``url`` in a frame."""
    shown: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = f'<!doctype html><iframe src="{shown[0]}" width="1200" height="800"></iframe>'
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Keep the tests' output quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

        def address(url: str) -> str:
            shown[:] = [url]
            return f"http://localhost:{server.server_port}/"

        yield address
        server.shutdown()


def upload(opened: Visit, file: Path) -> tuple[FrameLocator, Response]:
    """Upload ``file`` on the Fine-tuning page in the frame, and return what the server answered."""
    frame = opened.page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="1. Data")).to_be_visible()
    with opened.page.expect_response(lambda one: one.request.method == "PUT") as answer:
        frame.locator("input[type=file]").set_input_files(file)
    return frame, answer.value


def test_with_the_variables_of_a_space_a_file_arrives(
    visit: Callable[[str], Visit],
    framing: Callable[[str], str],
    chromium: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "cups.csv").write_text(CSV)
    for name, value in of_space().items():
        monkeypatch.setenv(name, value)
    with running(tmp_path) as app:
        frame, answer = upload(visit(framing(f"{app.url}/fine_tuning")), tmp_path / "cups.csv")
        assert answer.status == 204
        expect(frame.get_by_role("heading", name="6. Name and start")).to_be_visible()


def test_without_them_the_server_refuses_it(
    visit: Callable[[str], Visit], framing: Callable[[str], str], chromium: str, tmp_path: Path
) -> None:
    (tmp_path / "cups.csv").write_text(CSV)
    with running(tmp_path) as app:
        _, answer = upload(visit(framing(f"{app.url}/fine_tuning")), tmp_path / "cups.csv")
        assert answer.status == 403

"""deploy/nginx.conf in a real nginx, before servers that say their name."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.app_servers import Server, nginx_before

pytestmark = pytest.mark.scale


class Named:
    """A server that answers with its name, at the same port each time it is started."""

    def __init__(self, name: str) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(f"{name} {self.headers.get('Upgrade')}".encode())

            def log_message(self, format: str, *args: object) -> None:
                """Keep the tests' output quiet."""

        self._handler = Handler
        self.port = 0
        self.start()

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def servers() -> Iterator[tuple[Named, Named]]:
    made = Named("a"), Named("b")
    yield made
    for server in made:
        server.stop()


@pytest.fixture
def nginx(servers: tuple[Named, Named], tmp_path: Path) -> Iterator[Server]:
    with ExitStack() as stack:
        server = nginx_before((servers[0].port, servers[1].port), tmp_path)
        server.start()
        stack.callback(server.stop)
        server.wait()
        yield server


def ask(nginx: Server, cookie: str = "", **headers: str) -> tuple[str, str | None]:
    """Return what a browser with that cookie is answered, and the cookie that it gets."""
    if cookie:
        headers["Cookie"] = f"other=1; bert_server={cookie}"
    with urlopen(Request(nginx.url, headers=headers), timeout=30) as answer:
        return answer.read().decode(), answer.headers["Set-Cookie"]


def test_new_browsers_are_spread_and_told_where_they_are(nginx: Server) -> None:
    found = [ask(nginx) for _ in range(4)]
    for text, cookie in found:
        name = text.split()[0]
        assert cookie == f"bert_server={name}; Path=/; HttpOnly; SameSite=Lax"
    assert sorted(text for text, _ in found) == ["a None", "a None", "b None", "b None"]


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_browser_stays_where_it_is(nginx: Server, name: str) -> None:
    assert [ask(nginx, name) for _ in range(3)] == [(f"{name} None", None)] * 3


def test_what_is_no_server_is_replaced(nginx: Server) -> None:
    text, cookie = ask(nginx, "c")
    assert cookie is not None
    assert cookie.startswith(f"bert_server={text[0]};")


def test_a_browser_moves_when_its_server_is_gone_and_then_stays(
    nginx: Server, servers: tuple[Named, Named]
) -> None:
    servers[0].stop()
    text, cookie = ask(nginx, "a")
    assert text == "b None"
    assert cookie is not None
    assert cookie.startswith("bert_server=b;")
    servers[0].start()
    assert ask(nginx, "b") == ("b None", None)


def test_web_sockets_are_let_through(nginx: Server) -> None:
    assert ask(nginx, "a", Upgrade="websocket", Connection="Upgrade") == ("a websocket", None)

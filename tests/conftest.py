"""What all tests share: no network, no leftovers of this machine, the same inputs every time."""

import os
import socket
import tempfile
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

# Libraries read these once, when they are imported: settings of the machine must not decide a test.
_HOME = tempfile.TemporaryDirectory(prefix="bert-playground-tests-")
_KEPT = {f"BERT_PLAYGROUND_{name}" for name in ("ARTIFACTS", "REQUIRE_BROWSER", "REQUIRE_SCALE")}
for name in os.environ.keys() - _KEPT:
    if name.startswith(("HF_", "HUGGING_FACE_", "BERT_PLAYGROUND_")):
        del os.environ[name]
os.environ |= {
    "HF_HOME": _HOME.name,
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "TOKENIZERS_PARALLELISM": "false",
}

if "PYTEST_XDIST_WORKER" in os.environ:  # each test process has a processor, not all of them
    os.environ.setdefault("OMP_NUM_THREADS", "1")

pytest_plugins = ["tests.hub_server", "tests.postgresql"]

hypothesis.settings.register_profile("tests", derandomize=True, deadline=None)
hypothesis.settings.load_profile("tests")

LOCAL = {"127.0.0.1", "::1", "localhost"}


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Let nothing but this machine be reached; a test that tries sees a network that is down."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def connect_locally(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in LOCAL:
            raise ConnectionRefusedError(f"Tests do not reach {address[0]}.")
        connect(self, address)

    def look_up_locally(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in LOCAL | {None, "", "0.0.0.0"}:
            raise socket.gaierror(socket.EAI_NONAME, f"Tests do not look up {host}.")
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_locally)
        patch.setattr(socket, "getaddrinfo", look_up_locally)
        yield

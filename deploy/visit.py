"""Start a built image as a Space does, without any network, and look at the app in Chromium.

``deploy.image`` calls it in a network namespace of its own, where only the loopback is. Each check
ends with a message where it fails.
"""

import fcntl
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from deploy.image import USER, Image, load
from deploy.variables import of_space
from playground.settings import PREFIX

ADDRESS = "http://127.0.0.1:8501"
START_SECONDS = 240
PATIENCE_MS = 240_000  # the first prediction imports torch from a cold disk, beside a build
NOT_OURS = re.compile(r"(nvidia|cuda|triton)", re.IGNORECASE)
BRING_UP, UP_AND_RUNNING = 0x8914, 0x41  # SIOCSIFFLAGS, IFF_UP | IFF_RUNNING
QUIET_SECONDS = 5  # after its health, in which the app tends to the queue of runs
ELSEWHERE = ("192.0.2.1", 9)  # an address that nobody has, by RFC 5737


def unreachable() -> int:
    """Return how often anything in this namespace has asked for an address beyond it."""
    old = [line.split() for line in Path("/proc/net/snmp").read_text().splitlines()]
    names, numbers = [line for line in old if line[0] == "Ip:"]
    new = dict(line.split() for line in Path("/proc/net/snmp6").read_text().splitlines())
    return int(numbers[names.index("OutNoRoutes")]) + int(new["Ip6OutNoRoutes"])


def isolate() -> int:
    """Bring the loopback up and return the count of ``unreachable``, which one attempt raised."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, BRING_UP, struct.pack("16sh", b"lo", UP_AND_RUNNING))
    before = unreachable()
    with socket.socket() as attempt, suppress(OSError):
        attempt.connect(ELSEWHERE)
    require(unreachable() == before + 1, "an attempt to leave the machine was not counted")
    return unreachable()


def require(holds: bool, otherwise: str) -> None:
    """End with a message unless what is checked holds.

    Raises:
        SystemExit: it does not.
    """
    if not holds:
        sys.exit(f"Check failed: {otherwise}.")


@contextmanager
def started(image: Image, variables: dict[str, str]) -> Iterator[int]:
    """Start the image's command, wait until its health check passes, and yield the process's id."""
    env = image.environment | of_space() | {"SPACE_ID": "owner/name"} | variables
    process = subprocess.Popen(
        image.command(image.commands["CMD"]), env=env, stdin=subprocess.DEVNULL
    )
    try:
        begun = time.monotonic()
        while subprocess.run(
            image.command(image.commands["HEALTHCHECK"]),
            env=env,
            stderr=subprocess.DEVNULL,
            check=False,
        ).returncode:
            require(process.poll() is None, "the app ended while it was waited for")
            require(time.monotonic() < begun + START_SECONDS, "the app gives no sign of health")
            time.sleep(0.5)
        print(f"  healthy after {time.monotonic() - begun:.1f} s", flush=True)
        time.sleep(QUIET_SECONDS)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def through(proxy: socket.socket) -> dict[str, str]:
    """Return variables that send what the app asks of the web to ``proxy``, which only listens."""
    address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
    return {"HTTP_PROXY": address, "HTTPS_PROXY": address, "NO_PROXY": "127.0.0.1,localhost"}


@contextmanager
def page_of(browser: Browser) -> Iterator[Page]:
    """Yield a tab of a new visitor."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def fill_mask(page: Page) -> None:
    """Have a mask filled and require the word that the model in the box puts there."""
    page.goto(f"{ADDRESS}/mask_filling?text=The+capital+of+France+is+%5BMASK%5D.")
    figure = page.get_by_role("figure", name=re.compile("Most probable words"))
    expect(figure).to_contain_text("paris")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def require_words(page: Page, path: str, words: str) -> None:
    """Open a page and require that it says ``words`` and shows no exception."""
    page.goto(f"{ADDRESS}/{path}")
    expect(page.get_by_text(words).first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def packages(image: Image) -> dict[str, str]:
    """Return the versions of the packages in the image's environment, by name."""
    folders = (image.root / "home/user/venv/lib").glob("python3.*/site-packages/*.dist-info")
    pairs = (folder.name.removesuffix(".dist-info").rsplit("-", 1) for folder in folders)
    return {name: version for name, version in pairs}  # noqa: C416 - dict() has no type for lists


def written_since(folder: Path, moment: float) -> list[str]:
    """Return the files outside of the user's folder that were written after ``moment``."""
    return [
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*")
        if file.lstat().st_ctime > moment
        and file.is_file()
        and not file.is_relative_to(folder / "home/user")
    ]


def visit(folder: Path) -> None:
    """Do all checks on the image below ``folder``."""
    image = load(folder)
    found = packages(image)
    require(found["torch"].endswith("+cpu"), f"torch {found['torch']} is no build for CPUs")
    require(not list(filter(NOT_OURS.match, found)), "packages for GPUs were installed")
    print(f"{len(found)} packages, torch {found['torch']}", flush=True)
    moment = time.time()
    before = isolate()
    print("A Space as it starts, before anybody comes", flush=True)
    with started(image, {}) as process:
        require(Path(f"/proc/{process}").stat().st_uid == USER, "the app is not user 1000's")
    # Counted without Chromium, which asks for addresses of its own.
    require(unreachable() == before, f"{unreachable() - before} attempts to leave the machine")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright, socket.create_server(("127.0.0.1", 0)) as proxy:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        print("With a visitor", flush=True)
        with started(image, through(proxy)), page_of(browser) as page:
            fill_mask(page)
            for path in ("fine_tuning", "runs"):
                require_words(page, path, "only until it restarts")
            cookie = next(c for c in page.context.cookies() if c["name"] == "_streamlit_xsrf")
            require(cookie["sameSite"] == "None", f"the cookie is {cookie['sameSite']}")
        print("With a runs folder that cannot be written", flush=True)
        variables = through(proxy) | {f"{PREFIX}RUNS_FOLDER": "/data/runs"}
        with started(image, variables), page_of(browser) as page:
            for path in ("fine_tuning", "runs"):
                require_words(page, path, "folder for runs cannot be used")
            fill_mask(page)
        browser.close()
        proxy.setblocking(False)
        with suppress(BlockingIOError):
            proxy.accept()
            sys.exit("Check failed: the app asked the network for something while it was visited.")
    outside = written_since(folder / "changes", moment)
    require(not outside, f"written outside of the user's folder: {', '.join(outside[:5])}")
    size = sum(f.lstat().st_size for f in (folder / "changes").rglob("*") if not f.is_dir())
    print(f"All checks passed; the layers hold {size / 1e6:,.0f} MB.", flush=True)


if __name__ == "__main__":
    os.environ["NO_PROXY"] = "127.0.0.1"
    visit(Path(sys.argv[1]))

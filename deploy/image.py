"""Do what the Dockerfile says on a machine without Docker: ``python -m deploy.image``.

The machine's own files take the place of the base image. They are not touched: all that the build
writes goes to an overlay in a temporary folder, which is removed at the end. Then ``deploy.visit``
starts the app that came out, without a network, and looks at it. Needs Linux, root, Chromium and
the Python of the base image.
"""

import json
import os
import re
import shlex
import shutil
import string
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.dockerfile import Instruction, context, instructions

ROOT = Path(__file__).resolve().parents[1]
MADE = "image.json"  # what the build says to the visit
USER = 1000
# Where this machine finds packages, which an image has no need to know.
_OF_MACHINE = re.compile(r"(PIP_|SSL_CERT_|REQUESTS_CA_|CURL_CA_|https?_proxy$|no_proxy$)", re.I)


@dataclass(kw_only=True)
class Image:
    """What the instructions have made so far; ``root`` is its file system."""

    root: Path
    user: int = 0
    folder: str = "/"
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": os.defpath})
    commands: dict[str, list[str]] = field(default_factory=dict)  # of HEALTHCHECK and CMD

    def command(self, command: list[str]) -> list[str]:
        """Return what runs ``command`` in the image, as its user and in its folder."""
        who = f"--userspec={self.user}:{self.user}"
        return ["chroot", who, "--groups=", str(self.root), "env", "-C", self.folder, *command]


def base(image: Image, wanted: str) -> None:
    """Lay an empty overlay over this machine's files, and make it like a Python image.

    Raises:
        SystemExit: the image that is ``wanted`` has another Python than this machine.
    """
    found = f"python:{sys.version_info[0]}.{sys.version_info[1]}-slim"
    if wanted != found:
        sys.exit(f"The Dockerfile begins with {wanted}, and this Python is like {found}.")
    changes, work = image.root.with_name("changes"), image.root.with_name("work")
    for path in (changes, work, image.root):
        path.mkdir()
    layers = f"lowerdir=/,upperdir={changes},workdir={work}"
    _run(["mount", "-t", "overlay", "overlay", "-o", layers, str(image.root)])
    _run(["mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", str(image.root / "tmp")])
    for name in ("dev", "proc"):
        _run(["mount", "--rbind", f"/{name}", str(image.root / name)])
    others = (image.root / "etc/passwd").read_text().splitlines()
    for name, _, number, *_ in (line.split(":") for line in others):
        if number == str(USER):  # a base image has nobody of this number
            _run(["chroot", str(image.root), "userdel", name])
    python = Path(os.path.realpath(sys.executable))
    for parent in (image.root / python.relative_to("/")).parents:
        if parent != image.root.parent and parent.is_relative_to(image.root):
            parent.chmod(parent.stat().st_mode | 0o011)
    link = image.root / python.relative_to("/").with_name("python")
    if not link.exists():
        link.symlink_to(python.name)
    image.environment["PATH"] = f"{python.parent}:{os.defpath}:/usr/sbin"


def follow(image: Image, step: Instruction) -> None:
    """Do what one instruction says.

    Raises:
        SystemExit: it is one that this module does not know, or its command fails.
    """
    match step.name:
        case "FROM":
            base(image, step.text)
        case "RUN":
            _run(image.command(step.command()), env=_of_machine() | image.environment)
        case "ENV":
            _set(image, shlex.split(step.text))
        case "USER":
            owner = ["chroot", str(image.root), "id", "-u", step.text]
            image.user = int(subprocess.check_output(owner, text=True))
        case "WORKDIR":
            image.folder = step.text
            (image.root / step.text.lstrip("/")).mkdir(parents=True, exist_ok=True)  # of root
        case "COPY":
            _copy(image, step.text.split())
        case "HEALTHCHECK" | "CMD":
            image.commands[step.name] = step.command()
        case "EXPOSE":
            pass
        case _:
            sys.exit(f"{step.name} is an instruction that deploy/image.py does not know.")


def _set(image: Image, pairs: list[str]) -> None:
    new = (pair.partition("=")[::2] for pair in pairs)
    image.environment |= {  # each sees what was there before this instruction
        name: string.Template(value).substitute(image.environment) for name, value in new
    }


def _copy(image: Image, words: list[str]) -> None:
    """Copy tracked files of the context that lie at or below the first name."""
    chown, source, _ = words  # what the Dockerfile has no use for, this has none for either
    if not chown.startswith("--chown="):
        sys.exit(f"COPY {' '.join(words)}: only --chown=USER SOURCE TARGET is known here.")
    listed = subprocess.check_output(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True
    )
    for name in context(ROOT, filter(lambda name: (ROOT / name).is_file(), listed.splitlines())):
        if source in {".", name}:
            target = image.root / image.folder.lstrip("/") / name
            for parent in reversed(target.relative_to(image.root).parents):
                if not (image.root / parent).exists():
                    (image.root / parent).mkdir()
                    os.chown(image.root / parent, image.user, image.user)
            shutil.copy(ROOT / name, target)
            os.chown(target, image.user, image.user)


def _of_machine() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if _OF_MACHINE.match(name)}


def _run(command: list[str], env: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        sys.exit(f"{shlex.join(command)} ended with {done.returncode}.")


def build(folder: Path) -> None:
    """Build the image below ``folder``, in a mount namespace of this process's own."""
    image = Image(root=folder / "root")
    for step in instructions((ROOT / "Dockerfile").read_text("utf-8")):
        print(f"{step.name} {step.text}", flush=True)
        begun = time.monotonic()
        follow(image, step)
        if step.name in {"RUN", "COPY"}:
            print(f"  {time.monotonic() - begun:.1f} s", flush=True)
    made = {name: value for name, value in asdict(image).items() if name != "root"}
    (folder / MADE).write_text(json.dumps(made), "utf-8")


def load(folder: Path) -> Image:
    """Return the image that ``build`` made below ``folder``."""
    return Image(root=folder / "root", **json.loads((folder / MADE).read_text("utf-8")))


def main() -> None:
    """Build and visit, each in namespaces of its own."""
    if sys.platform != "linux" or os.getuid() != 0:
        sys.exit("Building without Docker needs Linux and root. With Docker: docker build .")
    with tempfile.TemporaryDirectory(prefix="bert-playground-image-") as name:
        private = ["unshare", "--mount", "--propagation", "private"]
        _run([*private, sys.executable, "-m", "deploy.image", name])


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:  # in the namespace that main made
        build(Path(sys.argv[1]))
        _run(["unshare", "--net", sys.executable, "-m", "deploy.visit", sys.argv[1]])

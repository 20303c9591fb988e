"""Publish this checkout as a Hugging Face Space: ``python -m deploy.publish OWNER/NAME``.

The Space gets the files that git knows, as they were committed, and the variables of a public app.
Published again it gets what has changed; variables that it has already are left as they are. The
token is that of ``HF_TOKEN`` or ``hf auth login``.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import httpx2
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, get_token
from huggingface_hub.errors import HfHubHTTPError, HFValidationError
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

from deploy.variables import of_space
from playground.settings import MEGABYTE

ROOT = Path(__file__).resolve().parents[1]
OF_THE_HUB = ".gitattributes"  # says what the Hub keeps in LFS, and is written there


class PublishError(Exception):
    """It cannot be published; the message says why and what to do."""


def files(root: Path) -> list[str]:
    """Return the files of the checkout at ``root``, all of them committed.

    Raises:
        PublishError: it is no checkout, or something in it is not committed.
    """
    changed = _git(root, "status", "--porcelain").splitlines()
    if changed:
        raise PublishError(
            f"{len(changed)} files are changed or new, such as {changed[0][3:]}. Commit them, or "
            "take them away: what is published shall be what was committed."
        )
    return _git(root, "ls-files", "-z").split("\0")[:-1]


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PublishError(f"git does not know this folder as a checkout: {done.stderr.strip()}")
    return done.stdout


def check_name(name: str) -> None:
    """Check that ``name`` can be one of a Space.

    Raises:
        PublishError: it is not "owner/name", or has other characters than the Hub allows.
    """
    try:
        validate_repo_id(name)
    except HFValidationError as error:
        raise PublishError(f"{name!r} is no name for a Space. {error}") from None
    if "/" not in name:
        raise PublishError(f"{name!r} has no owner. Write your user name first: user/{name}.")


def publish(root: Path, name: str, token: str | None, *, private: bool = False) -> str:
    """Make the Space ``name`` what the checkout at ``root`` is, and return its address.

    Raises:
        PublishError: name, checkout or token will not do, or the Hub refuses.
    """
    check_name(name)
    names = files(root)
    if not token:
        raise PublishError(
            "There is no token. Make one with the right to write at "
            "https://huggingface.co/settings/tokens and set HF_TOKEN, or run: hf auth login"
        )
    try:
        return _publish(HfApi(token=token), root, name, names, private=private)
    # Beside its own errors the library raises these for an upload that fails on the way.
    except (HfHubHTTPError, httpx2.HTTPError, OSError, RuntimeError, ValueError) as error:
        raise PublishError(f"The Hub refused, or cannot be reached: {error}") from error


def _publish(api: HfApi, root: Path, name: str, names: list[str], *, private: bool) -> str:
    space = api.create_repo(
        name, repo_type="space", space_sdk="docker", private=private, exist_ok=True
    )
    known = api.get_space_variables(name)
    for variable, value in of_space().items():  # before the files, whose arrival starts the app
        if variable not in known:
            api.add_space_variable(name, variable, value)
        elif known[variable].value != value:
            print(f"{variable} stays {known[variable].value}; here it is {value}.")
    gone = set(api.list_repo_files(name, repo_type="space")) - {*names, OF_THE_HUB}
    api.create_commit(
        name,
        [
            *(CommitOperationAdd(file, root / file) for file in names),
            *(CommitOperationDelete(file) for file in sorted(gone)),
        ],
        commit_message=f"Publish {_git(root, 'rev-parse', '--short', 'HEAD').strip()}",
        repo_type="space",
    )
    return str(space)


def listed(root: Path, names: list[str]) -> str:
    """Return what would be sent, in lines: each file with its size, then each variable."""
    sizes = {name: (root / name).stat().st_size for name in names}
    lines = [f"{size:>12,}  {name}" for name, size in sizes.items()]
    lines.append(f"{len(sizes)} files, {sum(sizes.values()) / MEGABYTE:.1f} MB; variables:")
    return "\n".join(lines + [f"{name}={value}" for name, value in of_space().items()])


def main(arguments: list[str], root: Path = ROOT) -> str:
    """Do what the command line asks for, and return what is to be printed.

    Raises:
        PublishError: it cannot be done.
    """
    parser = argparse.ArgumentParser(prog="python -m deploy.publish", description=__doc__)
    parser.add_argument("space", metavar="OWNER/NAME")
    parser.add_argument("--private", action="store_true", help="a new Space is seen only by you")
    parser.add_argument("--dry-run", action="store_true", help="list what would be sent")
    asked = parser.parse_args(arguments)
    if asked.dry_run:
        check_name(asked.space)
        return listed(root, files(root))
    return publish(root, asked.space, get_token(), private=asked.private)


if __name__ == "__main__":
    try:
        print(main(sys.argv[1:]))
    except PublishError as error:
        sys.exit(str(error))

"""A run's model as a repository on the Hugging Face Hub.

A token comes in by the call and goes with it: it is neither kept nor written anywhere.
"""

import os
import re
from pathlib import Path

import httpx2
from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import HfHubHTTPError, HFValidationError

from playground.errors import PushError, UnknownModelError
from playground.fine_tuning.export import archive
from playground.settings import Settings

TOKEN_VARIABLE = "HF_TOKEN"
MESSAGE = "Model from BERT Playground"
_TOKEN = re.compile(r"[\x21-\x7e]{1,500}")  # what fits into a header
_SAID = {
    401: "The Hub does not know this token. Make a new one with the right to write at "
    "https://huggingface.co/settings/tokens.",
    403: "This token may not write there. Take one with the right to write, and a namespace that "
    "is yours: your user name, or an organisation of yours.",
    404: "The Hub knows no such namespace. Write your user name, or an organisation of yours, in "
    "front of the slash.",
    409: "You have a repository of this name already. Nothing in it was changed; choose another "
    "name.",
    429: "The Hub wants a pause after so many requests. Try again in some minutes.",
}


def server_token(settings: Settings) -> str | None:
    """Return the server's own token if visitors may push with it, else None."""
    return os.environ.get(TOKEN_VARIABLE) or None if settings.push_with_server_token else None


def push(folder: Path, repo_id: str, token: str, *, private: bool = True, texts: int = 1) -> str:
    """Push the model in ``folder`` to a new repository; return its address.

    Args:
        folder: with the model's files; the card gets code that loads it from the Hub.
        repo_id: "name", in the namespace of the token's owner, or "namespace/name".
        token: with the right to write.
        private: whether only its owner sees the repository.
        texts: how many texts a classifier reads together.

    Raises:
        PushError: the name or the token will not do, or the Hub refuses, or cannot be reached;
            the message says what to do.
        UnknownModelError: the folder was removed.
    """
    if not folder.is_dir():
        raise UnknownModelError("The run was removed, and its model with it.")
    api = HfApi(token=_checked(token))
    name = repo_id.strip()
    created = ""
    try:
        created = api.create_repo(name, private=private).repo_id
        operations = [
            CommitOperationAdd(path_in_repo=file.name, path_or_fileobj=str(file))
            for file in sorted(folder.iterdir())
            if file.is_file() and file.name != archive.CARD
        ]
        card = archive.card(folder, created, texts=texts).encode()
        operations.append(CommitOperationAdd(path_in_repo=archive.CARD, path_or_fileobj=card))
        api.create_commit(created, operations, commit_message=MESSAGE)
    except HFValidationError:
        raise PushError(
            f"{name[:80]!r} is no name for a repository. Take letters, digits, “-”, “_” and “.”, "
            "at most 96 of them: name, or user/name."
        ) from None
    # Beside its own errors the library raises these for an upload that fails on the way.
    except (HfHubHTTPError, httpx2.HTTPError, OSError, RuntimeError, ValueError) as error:
        raise PushError(_said(error, created)) from None  # the error's request holds the token
    return f"{api.endpoint}/{created}"


def _checked(token: str) -> str:
    secret = token.strip()
    if not _TOKEN.fullmatch(secret):  # without one the library would take the server's
        raise PushError(
            "A token with the right to write is needed. Make one at "
            "https://huggingface.co/settings/tokens."
        )
    return secret


def _said(error: Exception, created: str) -> str:
    """Return what went wrong, in words; ``created`` is the repository that is there by now."""
    reason = error if isinstance(error, HfHubHTTPError) else error.__cause__
    if not isinstance(reason, HfHubHTTPError):
        said = (
            f"The Hub could not be reached, or the upload broke off ({type(error).__name__}). "
            "Check the network and try again."
        )
    else:
        status = reason.response.status_code
        said = _SAID.get(status, f"The Hub refused with status {status}. Try again later.")
    if created:
        said += f" The repository {created} is there already, without the model: remove it first."
    return said

"""A model becomes a repository on a stand-in of the Hub; what goes wrong is said in words."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground.errors import PushError
from playground.fine_tuning.export import push
from playground.models import fake
from playground.models.catalog import Task
from playground.settings import Settings

TOKEN = "hf_secretsecretsecret"


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    """A classifier of texts as a run leaves it, calibrated."""
    folder = fake.save("bert", tmp_path / "model", task=Task.TEXT_CLASSIFICATION)
    (folder / "calibration.json").write_text('{"temperature": 1.5}', "utf-8")
    return folder


def test_a_model_is_pushed_to_a_new_private_repository(model_folder: Path, hub: Any) -> None:
    hub.uploads.users[TOKEN] = "ada"
    address = push.push(model_folder, "tickets", TOKEN)
    assert address == f"{hub.url}/ada/tickets"
    pushed = hub.uploads.repositories["ada/tickets"]
    assert pushed.visibility == "private"
    files = {file.name: file.read_bytes() for file in model_folder.iterdir()}
    card = pushed.files.pop("README.md").decode()
    assert pushed.files == files
    assert "MODEL = 'ada/tickets'" in card


def test_a_model_is_pushed_publicly_if_that_is_asked(model_folder: Path, hub: Any) -> None:
    hub.uploads.users[TOKEN] = "ada"
    push.push(model_folder, " ada/tickets ", f" {TOKEN}\n", private=False)
    assert hub.uploads.repositories["ada/tickets"].visibility == "public"


@pytest.mark.parametrize(
    ("repo_id", "token", "said"),
    [
        ("tickets", "hf_unknown", "does not know this token"),
        ("team/tickets", TOKEN, "may not write there"),
        ("ada/taken", TOKEN, "have a repository of this name already"),
        ("../x", TOKEN, "is no name for a repository"),
        ("a/b/c", TOKEN, "is no name for a repository"),
        ("", TOKEN, "is no name for a repository"),
        ("x" * 97, TOKEN, "is no name for a repository"),
        ("tickets", "", "token with the right to write is needed"),
        ("tickets", "hf_two words", "token with the right to write is needed"),
        ("tickets", "hf_\N{SNOWMAN}", "token with the right to write is needed"),
    ],
)
def test_what_the_hub_refuses_is_said_in_words(
    model_folder: Path, hub: Any, repo_id: str, token: str, said: str
) -> None:
    hub.uploads.users[TOKEN] = "ada"
    push.push(model_folder, "taken", TOKEN)
    hub.requests.clear()
    with pytest.raises(PushError, match=said) as refused:
        push.push(model_folder, repo_id, token)
    assert TOKEN not in str(refused.value)
    assert list(hub.uploads.repositories) == ["ada/taken"]
    assert not any("commit" in request for request in hub.requests)


@pytest.mark.parametrize("at", ["/preupload/", "/lfs/objects/batch", "/commit/"])
def test_an_upload_that_fails_on_the_way_says_what_is_there(
    model_folder: Path, hub: Any, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)  # the library waits before it tries again
    hub.uploads.users[TOKEN] = "ada"
    hub.uploads.fails_at = at
    with pytest.raises(PushError, match=r"status 500.*ada/tickets is there already"):
        push.push(model_folder, "tickets", TOKEN)


def test_without_a_network_the_push_says_so(model_folder: Path, hub: Any) -> None:
    hub.stop()
    with pytest.raises(PushError, match="could not be reached"):
        push.push(model_folder, "tickets", TOKEN)


def test_the_server_s_token_is_for_visitors_only_where_a_setting_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert push.server_token(Settings()) is None
    assert push.server_token(replace(Settings(), push_with_server_token=True)) == TOKEN
    monkeypatch.delenv("HF_TOKEN")
    assert push.server_token(replace(Settings(), push_with_server_token=True)) is None

"""A checkout becomes a Space on a stand-in of the Hub, and what cannot be is said in words."""

import subprocess
from pathlib import Path

import pytest

from deploy import publish
from deploy.publish import PublishError
from deploy.variables import of_space
from tests.hub_server import StandIn

TOKEN = "hf_secretsecretsecret"
FILES = {
    "README.md": b"---\nsdk: docker\n---\n# App\n",
    "pages/a b.py": b"print(1)\n",
    "assets/head.safetensors": b"\x00weights",
}


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def write(folder: Path, name: str, content: bytes) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clean checkout, with an ignored file in it."""
    folder = tmp_path / "checkout"
    for name, content in (FILES | {".gitignore": b"runs/\n", "runs/secret": b"x"}).items():
        write(folder, name, content)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "first")
    return folder


def test_a_space_gets_the_committed_files_and_the_variables(checkout: Path, hub: StandIn) -> None:
    hub.uploads.users[TOKEN] = "ada"
    address = publish.publish(checkout, "ada/bert", TOKEN, private=True)
    assert address == f"{hub.url}/spaces/ada/bert"
    space = hub.uploads.repositories["ada/bert"]
    assert (space.sdk, space.visibility) == ("docker", "private")
    assert space.files == FILES | {".gitignore": b"runs/\n"}
    assert space.variables == of_space()
    assert space.variables["STREAMLIT_SERVER_XSRF_COOKIE_SAME_SITE"] == "none"
    assert int(space.variables["BERT_PLAYGROUND_MAX_UPLOAD_MB"]) < 50


def test_published_again_it_follows_the_files_and_keeps_what_its_owner_has_set(
    checkout: Path, hub: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.uploads.users[TOKEN] = "ada"
    publish.publish(checkout, "ada/bert", TOKEN)
    space = hub.uploads.repositories["ada/bert"]
    space.variables["BERT_PLAYGROUND_MAX_ROWS"] = "7"
    del space.variables["BERT_PLAYGROUND_MAX_LABELS"]
    space.files[".gitattributes"] = b"*.safetensors filter=lfs\n"  # which the Hub wrote
    write(checkout, "README.md", b"---\nsdk: docker\n---\n# New\n")
    git(checkout, "rm", "--quiet", "pages/a b.py")
    git(checkout, "commit", "--quiet", "--all", "--message", "second")
    publish.publish(checkout, "ada/bert", TOKEN)
    assert set(space.files) == {
        "README.md", "assets/head.safetensors", ".gitignore", ".gitattributes"
    }  # fmt: skip
    assert space.files["README.md"].endswith(b"# New\n")
    assert space.variables["BERT_PLAYGROUND_MAX_ROWS"] == "7"
    assert space.variables["BERT_PLAYGROUND_MAX_LABELS"] == of_space()["BERT_PLAYGROUND_MAX_LABELS"]
    assert "BERT_PLAYGROUND_MAX_ROWS stays 7" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bert", "has no owner"),
        ("a/b/c", "is no name for a Space"),
        ("../x", "is no name for a Space"),
        ("ada/two words", "is no name for a Space"),
        ("", "is no name for a Space"),
    ],
)
def test_a_bad_name_is_refused(checkout: Path, hub: StandIn, name: str, said: str) -> None:
    with pytest.raises(PublishError, match=said):
        publish.publish(checkout, name, TOKEN)
    with pytest.raises(PublishError, match=said):
        publish.main([name, "--dry-run"], checkout)
    assert hub.requests == {}


@pytest.mark.parametrize("name", ["README.md", "new.txt"])
def test_what_is_not_committed_is_named_and_nothing_is_sent(
    checkout: Path, hub: StandIn, name: str
) -> None:
    write(checkout, name, b"changed")
    with pytest.raises(PublishError, match=rf"1 files are changed or new, such as {name}"):
        publish.publish(checkout, "ada/bert", TOKEN)
    assert hub.requests == {}


def test_without_a_token_nothing_is_asked(
    checkout: Path, hub: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "get_token", lambda: None)
    with pytest.raises(PublishError, match="There is no token"):
        publish.main(["ada/bert"], checkout)
    assert hub.requests == {}


@pytest.mark.parametrize(
    ("name", "token", "said"),
    [
        ("ada/bert", "hf_unknown", "Invalid credentials"),
        ("team/bert", TOKEN, "don't have the rights"),
    ],
)
def test_what_the_hub_refuses_is_said_without_the_token(
    checkout: Path, hub: StandIn, name: str, token: str, said: str
) -> None:
    hub.uploads.users[TOKEN] = "ada"
    with pytest.raises(PublishError, match=said) as refused:
        publish.publish(checkout, name, token)
    assert token not in str(refused.value)


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="does not know this folder as a checkout"):
        publish.files(tmp_path)


def test_a_dry_run_lists_files_sizes_and_variables_and_asks_nobody(
    checkout: Path, hub: StandIn
) -> None:
    shown = publish.main(["ada/bert", "--dry-run"], checkout).splitlines()
    assert "           9  pages/a b.py" in shown
    assert "4 files, 0.0 MB; variables:" in shown
    assert "BERT_PLAYGROUND_MAX_UPLOAD_MB=10" in shown
    assert not any("secret" in line for line in shown)
    assert hub.requests == {}

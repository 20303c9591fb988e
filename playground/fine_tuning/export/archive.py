"""A run's model as one file: all of it, or the adapter alone."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from playground.errors import UnknownModelError
from playground.fine_tuning.export import usage
from playground.fine_tuning.export.names import folder_name

CARD = "README.md"


def merged(folder: Path, title: str, *, texts: int = 1) -> bytes:
    """Return a ZIP of the model in ``folder``, for plain transformers, its card saying how.

    ``title`` is the run's name; the archive holds one folder that is called like it. ``texts`` is
    how many a classifier reads together.

    Raises:
        UnknownModelError: the folder was removed.
    """
    name = folder_name(title)
    return zipped(folder, name, {CARD: card(folder, f"./{name}", texts=texts)})


def adapter(folder: Path, model: Path, title: str, *, texts: int = 1) -> bytes:
    """Return a ZIP of the peft adapter in ``folder``, its card saying on which base it belongs.

    ``model`` is the folder of the same run's whole model; the rest is as for ``merged``.

    Raises:
        UnknownModelError: the folder was removed.
    """
    name = f"{folder_name(title)}-adapter"
    code = usage.of_adapter(folder, model, f"./{name}", texts=texts)
    return zipped(folder, name, {CARD: usage.with_code(_written(folder), code)})


def card(folder: Path, path: str, *, texts: int = 1) -> str:
    """Return the card of the model in ``folder`` with code that loads it from ``path``."""
    return usage.with_code(_written(folder), usage.of_model(folder, path, texts=texts))


def zipped(folder: Path, name: str, instead: Mapping[str, str] | None = None) -> bytes:
    """Return the files in ``folder`` as a ZIP that holds them in a folder called ``name``.

    ``instead`` are texts by their file's name, which take the place of files.
    """
    instead = instead or {}
    buffer = io.BytesIO()
    try:
        with zipfile.ZipFile(buffer, "w") as archive:  # stored: weights do not compress
            for file in sorted(path for path in folder.iterdir() if path.is_file()):
                if file.name not in instead:
                    archive.write(file, f"{name}/{file.name}")
            for file_name, text in instead.items():
                archive.writestr(f"{name}/{file_name}", text)
    except FileNotFoundError as error:
        raise UnknownModelError("The run was removed, and its model with it.") from error
    return buffer.getvalue()


def _written(folder: Path) -> str:
    """Return the model card in ``folder``, or a short one where there is none."""
    try:
        return (folder / CARD).read_text("utf-8")
    except FileNotFoundError:
        return f"# {folder.name.capitalize()}\n\nFine-tuned in BERT Playground.\n"

"""Fetching a model's plain files from the Hugging Face Hub, all that can be known checked first."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx2
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
    RevisionResolutionError,
)
from tqdm.auto import tqdm

from playground.errors import (
    GatedModelError,
    ModelTooLargeError,
    ModelUnreachableError,
    UnknownModelError,
    UnsafeWeightsError,
    UnsupportedModelError,
)
from playground.models.catalog import ModelSpec
from playground.settings import MEGABYTE, Settings

# By name: repositories hold many other files.
VOCABULARIES = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "spiece.model",
    "spm.model",
    "sentencepiece.bpe.model",
)
SMALL_FILES = (
    "config.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "merges.txt",
    *VOCABULARIES,
)
WEIGHTS = ("model.safetensors", "model-*.safetensors", "model.safetensors.index.json")
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
MAX_TOKENIZER_MB = 60  # of all small files; XLM-R's take 15
ConfigCheck = Callable[[ModelSpec, dict[str, Any]], None]


def download(
    spec: ModelSpec,
    settings: Settings,
    on_progress: Callable[[float], None] | None,
    *,
    check_config: ConfigCheck,
) -> Path:
    """Return a local folder with the model's configuration, tokenizer and safetensors.

    Asks the Hub for the file list first, so that a pickle, an oversized or an unsuitable model is
    refused before its weights travel. Without a network an earlier download serves.

    Raises:
        ModelError: one of its family, with a message that says what to do.
    """

    def fetch() -> Path:
        commit, files = _files(spec)
        size = check_files(spec, files, settings)
        folder = _snapshot(spec, commit, SMALL_FILES)
        check_config(spec, read_config(spec, folder))
        progress_bar = on_progress and _progress_bar(on_progress, size)
        return _snapshot(spec, commit, SMALL_FILES + WEIGHTS, progress_bar)

    return _fetched(spec, fetch, earlier=_earlier_download)


def download_tokenizer(spec: ModelSpec) -> Path:
    """Return a local folder with the model's configuration and tokenizer, without its weights.

    Without a network an earlier download serves.

    Raises:
        ModelError: one of its family, with a message that says what to do.
    """

    def fetch() -> Path:
        commit, files = _files(spec)
        check_vocabulary(spec, files)
        return _snapshot(spec, commit, SMALL_FILES)

    return _fetched(spec, fetch, earlier=_earlier_tokenizer)


def _files(spec: ModelSpec) -> tuple[str, dict[str, int]]:
    """Return the commit that the revision stands for, and its files' sizes in bytes."""
    api = HfApi()
    # Remembers which commit the revision stands for, to be found again without a network.
    commit = api.resolve_revision(spec.hub_id, revision=spec.revision).resolved
    info = api.model_info(spec.hub_id, revision=commit, files_metadata=True)
    return commit, {file.rfilename: file.size or 0 for file in info.siblings or ()}


def _fetched(
    spec: ModelSpec, fetch: Callable[[], Path], *, earlier: Callable[[ModelSpec, Exception], Path]
) -> Path:
    """Return what ``fetch`` does, its errors in words; ``earlier`` serves without a network."""
    try:
        return fetch()
    except GatedRepoError as error:
        raise GatedModelError(
            f"{spec.hub_id} is gated: its licence must be accepted at "
            f"https://huggingface.co/{spec.hub_id}, and the app be started with HF_TOKEN set."
        ) from error
    except RevisionNotFoundError as error:
        raise UnknownModelError(
            f"{spec.hub_id} has no revision {spec.revision!r}. Leave it out for the newest one."
        ) from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise UnknownModelError(
            f"There is no public model {spec.hub_id!r} on the Hugging Face Hub. "
            "Check the spelling, upper and lower case included."
        ) from error
    except (httpx2.HTTPError, OSError, RevisionResolutionError) as error:
        return earlier(spec, error)


def read_config(spec: ModelSpec, folder: Path) -> dict[str, Any]:
    """Return a model's ``config.json``.

    Raises:
        UnsupportedModelError: it is no JSON object.
    """
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (ValueError, RecursionError) as error:  # the latter of lists in lists in lists
        raise UnsupportedModelError(
            f"The config.json of {spec.id} is not JSON. Choose another model or revision."
        ) from error
    if not isinstance(config, dict):
        raise UnsupportedModelError(f"The config.json of {spec.id} does not describe a model.")
    return config


def check_files(spec: ModelSpec, files: Mapping[str, int], settings: Settings) -> int:
    """Check a model's file list, name to bytes, before any weights are fetched or read.

    Returns:
        The size of the weights in bytes.

    Raises:
        UnsafeWeightsError: there are weights, but only as pickle.
        ModelTooLargeError: the weights are over the configured cap.
        UnknownModelError: there are no weights, no vocabulary or no ``config.json``.
    """
    if "config.json" not in files:
        raise UnknownModelError(f"{spec.id} has no config.json, so it is not a transformers model.")
    weights = {name: size for name, size in files.items() if _is_weights(name)}
    if not weights and any(name.endswith(PICKLES) for name in files):
        raise UnsafeWeightsError(
            f"{spec.id} offers its weights only as a pickle, which can run code and is never "
            "opened here. Look for a revision with safetensors (often the pull request named "
            f"'Adding safetensors', used as {spec.hub_id}@refs/pr/N), or convert it at "
            "https://huggingface.co/spaces/safetensors/convert."
        )
    if not weights:
        raise UnknownModelError(f"{spec.id} has no model.safetensors.")
    check_vocabulary(spec, files)
    size = sum(weights.values())
    if size > settings.max_model_mb * MEGABYTE:
        raise ModelTooLargeError(
            f"The weights of {spec.id} take {size / MEGABYTE:,.0f} MB; at most "
            f"{settings.max_model_mb:,} MB are loaded here. Choose a smaller model."
        )
    return size


def check_vocabulary(spec: ModelSpec, files: Mapping[str, int]) -> None:
    """Check that there is a tokenizer among a model's files, name to bytes, and of what size.

    Raises:
        UnknownModelError: there is no vocabulary.
        ModelTooLargeError: its files are larger than any that serves a model of these families.
    """
    if not any(name in files for name in VOCABULARIES):
        raise UnknownModelError(f"{spec.id} has no vocabulary ({', '.join(VOCABULARIES)}).")
    size = sum(files.get(name, 0) for name in SMALL_FILES)
    if size > MAX_TOKENIZER_MB * MEGABYTE:
        raise ModelTooLargeError(
            f"The tokenizer of {spec.id} takes {size / MEGABYTE:,.0f} MB; at most "
            f"{MAX_TOKENIZER_MB} MB are read here. Choose another model."
        )


def is_downloaded(spec: ModelSpec) -> bool:
    """Tell whether an earlier download of the model's weights lies on this machine."""
    return downloaded(spec) is not None


def downloaded(spec: ModelSpec) -> Path | None:
    """Return the folder of an earlier download of the model's weights, None without any."""
    try:
        folder = _snapshot(spec, spec.revision, SMALL_FILES + WEIGHTS, local_files_only=True)
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if any(_is_weights(path.name) for path in folder.iterdir()) else None


def _is_weights(name: str) -> bool:
    return name.endswith(".safetensors") and name.startswith("model")


def _earlier_download(spec: ModelSpec, error: Exception) -> Path:
    if (folder := downloaded(spec)) is not None:
        return folder
    raise _unreachable(spec, error) from error


def _earlier_tokenizer(spec: ModelSpec, error: Exception) -> Path:
    try:
        folder = _snapshot(spec, spec.revision, SMALL_FILES, local_files_only=True)
        check_vocabulary(spec, {path.name: 0 for path in folder.iterdir()})
    except (LocalEntryNotFoundError, HFValidationError, UnknownModelError):
        raise _unreachable(spec, error) from error
    return folder


def _unreachable(spec: ModelSpec, error: Exception) -> ModelUnreachableError:
    return ModelUnreachableError(
        f"{spec.hub_id} is not on this machine and could not be fetched from the Hugging Face Hub "
        f"({type(error).__name__}). Check the network, or use a model in the box."
    )


def _snapshot(
    spec: ModelSpec,
    revision: str | None,
    patterns: tuple[str, ...],
    progress_bar: type[tqdm] | None = None,
    *,
    local_files_only: bool = False,
) -> Path:
    return Path(
        snapshot_download(
            spec.hub_id,
            revision=revision,
            allow_patterns=list(patterns),
            tqdm_class=progress_bar,
            local_files_only=local_files_only,
        )
    )


def _progress_bar(on_progress: Callable[[float], None], size: int) -> type[tqdm]:
    """Return a tqdm class that tells ``on_progress`` the share of ``size`` bytes that has arrived.

    The library updates several bars from several threads: one of files, one of bytes received, one
    of bytes written. The furthest of the bars that count bytes is reported.
    """
    furthest = 0.0

    class Reporting(tqdm):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **{**options, "disable": True})  # nothing on the console
            self._counts_bytes = options.get("unit") == "B"

        def update(self, n: float | None = 1) -> None:
            nonlocal furthest
            self.n += n or 0
            if self._counts_bytes and self.n > furthest:
                furthest = self.n
                on_progress(min(1.0, furthest / size))

    return Reporting

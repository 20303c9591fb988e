"""The only ``from_pretrained`` of the app: safetensors, no remote code, known architectures.

Whatever the source, a model is first a folder of plain files on this machine; then it is loaded.
"""

import copy
import json
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from peft import PeftModel
from safetensors import SafetensorError
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn
from transformers import (
    AutoModel,
    AutoModelForMaskedLM,
    AutoModelForNextSentencePrediction,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging

from playground.errors import (
    UnknownModelError,
    UnsupportedModelError,
)
from playground.models import architectures, hub, trunk
from playground.models.catalog import TRUNK, ModelSpec, Source, Task, bundled
from playground.models.queries import Labels
from playground.settings import Settings

# What a load leaves out or adds is checked below and said in words; the library's table is noise.
logging.set_verbosity_error()
logging.disable_progress_bar()

CLASSES = {
    Task.FILL_MASK: AutoModelForMaskedLM,
    Task.TEXT_CLASSIFICATION: AutoModelForSequenceClassification,
    Task.TOKEN_CLASSIFICATION: AutoModelForTokenClassification,
    Task.NEXT_SENTENCE: AutoModelForNextSentencePrediction,
    Task.FEATURE_EXTRACTION: AutoModel,
    Task.STEP_BY_STEP: AutoModelForMaskedLM,
}
LOOKED_INTO = (Task.FEATURE_EXTRACTION, Task.STEP_BY_STEP)
CLASSIFIERS = (Task.TEXT_CLASSIFICATION, Task.TOKEN_CLASSIFICATION, Task.NEXT_SENTENCE)
READ_BY_POOLER = (Task.TEXT_CLASSIFICATION, Task.NEXT_SENTENCE)
NEXT_SENTENCE_LABELS = ("IS_NEXT", "NOT_NEXT")  # as transformers orders them; configs do not say
HEAD_FILE = "head.safetensors"
LABELS_FILE = "labels.json"  # of a classification head, in the order of its outputs
CALIBRATION_FILE = "calibration.json"  # what its logits are divided by
# from_pretrained changes torch for the whole process while it builds a model: of two at once, both
# come out without their weights. Downloads need not wait for one another.
_building = threading.Lock()
# Letters of three scripts that few vocabularies have: one without a piece for what it lacks shows.
RARE = "ꙮ 𐎀 䶵"
# transformers has no error family of its own; these are what it raises over a broken folder.
BROKEN_FOLDER = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    SafetensorError,
    StrictDataclassError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A model in memory, in fp32 and evaluation mode, with its tokenizer."""

    spec: ModelSpec
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    max_tokens: int  # longest input, special tokens included
    labels: Labels | None = None  # of a classifier


def load(
    spec: ModelSpec, settings: Settings, on_progress: Callable[[float], None] | None = None
) -> Checkpoint:
    """Load what ``spec`` names; ``on_progress`` hears the share that is downloaded, 0 to 1.

    Raises:
        ModelError: one of its family, with a message that says what to do.
    """
    if spec.source is Source.BUNDLED:
        with _building:
            return _bundled(spec)
    if spec.source is Source.HUB:
        folder = hub.download(spec, settings, on_progress, check_config=architectures.check)
        with _building:
            return _load_folder(spec, folder)
    if spec.folder is None:
        raise _gone(spec)
    try:
        files = {file.name: file.stat().st_size for file in spec.folder.iterdir()}
        hub.check_files(spec, files, settings)
        with _building:
            return _load_folder(spec, spec.folder)
    except FileNotFoundError as error:  # at any moment: the owner of a run may remove it
        raise _gone(spec) from error


def load_tokenizer(spec: ModelSpec) -> Tokenizer:
    """Return the tokenizer of a model on the Hub, in a local folder or of a run, by itself.

    Raises:
        ModelError: one of its family, with a message that says what to do.
    """
    folder = hub.download_tokenizer(spec) if spec.source is Source.HUB else spec.folder
    if folder is None or not folder.is_dir():
        raise _gone(spec)
    with _building:
        tokenizer = _tokenizer(spec, folder)
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if not isinstance(backend, Tokenizer):
        raise UnsupportedModelError(
            f"The tokenizer of {spec.id} is one of its own kind, which cannot be taken apart here. "
            "Choose another model."
        )
    return backend


def _gone(spec: ModelSpec) -> UnknownModelError:
    if spec.source is Source.RUN:
        return UnknownModelError(
            f"The run “{spec.title}” was removed, and its model with it. Choose another model."
        )
    return UnknownModelError(f"The folder of {spec.id} is gone.")


def _bundled(spec: ModelSpec) -> Checkpoint:
    """Merge an adapter into a fresh copy of the trunk's weights and put its head on top."""
    if spec.id == TRUNK:
        return _load_folder(spec, trunk.folder())
    adapted, tokenizer = _adapted(spec)
    model = adapted.merge_and_unload()
    model.base_model.embeddings = _trunk_embeddings()
    model.tie_weights()
    headless = spec.task is Task.FEATURE_EXTRACTION
    return _checkpoint(spec, model.base_model if headless else model, tokenizer)


def _adapted(spec: ModelSpec, **options: Any) -> tuple[PeftModel, PreTrainedTokenizerBase]:
    """Return the trunk with an adapter beside its weights and the adapter's head on top."""
    if spec.folder is None or not (spec.folder / HEAD_FILE).is_file():
        raise UnknownModelError(f"The files of {spec.id} are missing from assets/models.")
    own_task = next(known.task for known in bundled() if known.id == spec.id)
    base = CLASSES[own_task].from_pretrained(
        trunk.folder(), local_files_only=True, **_attention(spec.task), **_labels(spec.folder)
    )
    head = {name: w.float() for name, w in load_file(spec.folder / HEAD_FILE).items()}
    base.load_state_dict(head, strict=False)
    model = PeftModel.from_pretrained(base, str(spec.folder), **options)
    return model, AutoTokenizer.from_pretrained(trunk.folder(), local_files_only=True)


def load_adapter(spec: ModelSpec) -> Checkpoint:
    """Load a bundled adapter apart from the trunk, to go on with its training.

    ``Checkpoint.model`` is a peft model of which only the adapter's matrices learn.

    Raises:
        ModelError: one of its family, with a message that says what to do.
    """
    with _building:
        model, tokenizer = _adapted(spec, is_trainable=True)
    return Checkpoint(
        spec=spec, model=model, tokenizer=tokenizer, max_tokens=_max_tokens(model, tokenizer)
    )


def load_masked(spec: ModelSpec, settings: Settings) -> Checkpoint:
    """Load a masked LM whose weights nobody else holds, to train all of them.

    Raises:
        ModelError: one of its family, with a message that says what to do.
    """
    found = load(replace(spec, task=Task.FILL_MASK), settings)
    model = found.model
    model.base_model.embeddings = copy.deepcopy(model.base_model.embeddings)
    model.tie_weights()
    model.set_attn_implementation("eager")
    return replace(found, model=model.requires_grad_(True))


def load_fresh(
    spec: ModelSpec, settings: Settings, task: Task, labels: Sequence[str], *, several: bool = False
) -> Checkpoint:
    """Load the encoder of what ``spec`` names and put a new head for ``task`` on top, to train it.

    The head tells ``labels`` apart, of which ``several`` may fit a text; its weights come from
    torch's random generator. Nobody else holds these weights, and all of them learn.

    Raises:
        ModelError: one of its family, with a message that says what to do.
    """
    found = load(replace(spec, task=Task.FEATURE_EXTRACTION), settings)
    config = copy.deepcopy(found.model.config)
    config.id2label = dict(enumerate(labels))
    config.label2id = {name: number for number, name in enumerate(labels)}
    if task is Task.TEXT_CLASSIFICATION:
        kind = "multi_label" if several else "single_label"
        config.problem_type = f"{kind}_classification"
    model = CLASSES[task].from_config(config, **_attention(Task.FEATURE_EXTRACTION))
    model.base_model.load_state_dict(found.model.state_dict(), strict=False)  # but for a pooler
    return replace(found, spec=spec, model=model)


def _attention(task: Task) -> dict[str, str]:
    """Return how attention is computed: the fused kernels keep no attention weights to look at."""
    return {"attn_implementation": "eager"} if task in LOOKED_INTO else {}


def _labels(folder: Path) -> dict[str, Any]:
    """Return the labels of an adapter's classification head as its config names them."""
    if not (folder / LABELS_FILE).is_file():
        return {}
    names = json.loads((folder / LABELS_FILE).read_text("utf-8"))
    return {"id2label": dict(enumerate(names)), "label2id": {n: i for i, n in enumerate(names)}}


@cache
def _trunk_embeddings() -> nn.Module:
    """Return the trunk's embeddings, half of its bytes: the one copy under all its adapters."""
    return AutoModel.from_pretrained(trunk.folder(), local_files_only=True).embeddings


def _load_folder(spec: ModelSpec, folder: Path) -> Checkpoint:
    architectures.check(spec, hub.read_config(spec, folder))
    try:
        model, report = CLASSES[spec.task].from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
            dtype=torch.float32,
            **_attention(spec.task),
        )
    except BROKEN_FOLDER as error:
        raise UnsupportedModelError(
            f"The files of {spec.id} could not be read as a model: {_first_line(error)}"
        ) from error
    tokenizer = _tokenizer(spec, folder)
    # Checkpoints of masked LMs and of token classifiers have no pooler, and nothing reads it there.
    read = spec.task in READ_BY_POOLER
    if missing := sorted(name for name in report["missing_keys"] if read or "pooler" not in name):
        raise UnsupportedModelError(
            f"{spec.id} has no trained weights for {spec.task} ({missing[0]} is missing). "
            f"Choose a model that was trained for {spec.task}."
        )
    if spec.source in (Source.RUN, Source.BUNDLED):
        _share_embeddings(model)
    return _checkpoint(spec, model, tokenizer)


def _tokenizer(spec: ModelSpec, folder: Path) -> PreTrainedTokenizerBase:
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        tokenizer.encode(RARE)
    except Exception as error:  # the tokenizers library raises nothing more special
        raise UnsupportedModelError(
            f"The files of {spec.id} could not be read as a tokenizer: {_first_line(error)}. "
            "Choose another model or revision."
        ) from error
    return tokenizer


def _share_embeddings(model: PreTrainedModel) -> None:
    """Put the one copy of the trunk's embeddings under a model that was trained on top of them."""
    own = getattr(model.base_model, "embeddings", None)
    trunk_rows = (trunk.VOCABULARY_SIZE, trunk.HIDDEN_SIZE)
    if own is None or own.word_embeddings.weight.shape != trunk_rows:
        return
    shared = _trunk_embeddings()
    if type(own) is not type(shared) or any(
        not torch.equal(weight, other)
        for weight, other in zip(own.parameters(), shared.parameters(), strict=True)
    ):
        return
    model.base_model.embeddings = shared
    model.tie_weights()  # of a masked LM, whose output layer is these embeddings


def _checkpoint(
    spec: ModelSpec, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase
) -> Checkpoint:
    fills = spec.task in (Task.FILL_MASK, Task.STEP_BY_STEP)
    if fills and tokenizer.mask_token_id is None:
        raise UnsupportedModelError(f"The tokenizer of {spec.id} has no mask token.")
    if len(tokenizer) > model.config.vocab_size:
        raise UnsupportedModelError(
            f"The tokenizer of {spec.id} has {len(tokenizer):,} tokens and its model knows "
            f"{model.config.vocab_size:,}: they do not belong together."
        )
    model.eval().requires_grad_(False)
    return Checkpoint(
        spec=spec,
        model=model,
        tokenizer=tokenizer,
        max_tokens=_max_tokens(model, tokenizer),
        labels=_labels_of(spec, model) if spec.task in CLASSIFIERS else None,
    )


def _labels_of(spec: ModelSpec, model: PreTrainedModel) -> Labels:
    """Return what the classifier tells apart, by its config and, if it has one, its calibration."""
    names = model.config.id2label
    if spec.task is Task.NEXT_SENTENCE:
        names = dict(enumerate(NEXT_SENTENCE_LABELS))
    if len(names) < 2:
        raise UnsupportedModelError(
            f"{spec.id} gives one number for a text and no labels (regression). Choose a model "
            "that was trained for two labels or more."
        )
    return Labels(
        names=tuple(str(names[index]) for index in range(len(names))),
        several=model.config.problem_type == "multi_label_classification",
        temperature=_temperature(spec),
    )


def _temperature(spec: ModelSpec) -> float:
    """Return what the logits of a classifier are divided by; 1 where nothing says otherwise."""
    if spec.folder is None or not (spec.folder / CALIBRATION_FILE).is_file():
        return 1.0
    try:
        found = float(
            json.loads((spec.folder / CALIBRATION_FILE).read_text("utf-8"))["temperature"]
        )
    except BROKEN_FOLDER:
        found = math.nan
    if not 0 < found < math.inf:
        raise UnsupportedModelError(
            f"The {CALIBRATION_FILE} of {spec.id} has no temperature above 0. Remove the file, or "
            "choose another model."
        )
    return found


def _max_tokens(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    positions = model.config.max_position_embeddings
    embeddings = getattr(model.base_model, "embeddings", None)
    table = getattr(embeddings, "position_embeddings", None)
    if table is not None and table.padding_idx is not None:
        positions -= table.padding_idx + 1  # RoBERTa and kin count positions from padding_idx + 1
    return int(min(positions, tokenizer.model_max_length))


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]

"""What can be loaded, and from where: bundled adapters, own runs, local folders, the Hub."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from playground.errors import UnknownModelError, UnsupportedModelError
from playground.settings import Settings

ASSETS = Path(__file__).resolve().parents[2] / "assets"
BUNDLED = ASSETS / "models"
# An id as the Hub accepts it, an organisation in front, a revision behind "@".
HUB_ID = re.compile(r"^(?:[\w.-]{1,96}/)?[\w.-]{1,96}(?:@\w[\w./-]{0,99})?$", re.ASCII)
LOCAL_PREFIX = "local/"
BUNDLED_PREFIX = "bundled/"
RUN_PREFIX = "run/"
TRUNK = BUNDLED_PREFIX + "trunk"  # what all adapters in the box sit on, without any of them


class Task(StrEnum):
    """What a model's head was trained for, by the Hub's names."""

    FILL_MASK = "fill-mask"
    TEXT_CLASSIFICATION = "text-classification"
    TOKEN_CLASSIFICATION = "token-classification"
    NEXT_SENTENCE = "next-sentence-prediction"  # the Hub has no task of this name
    FEATURE_EXTRACTION = "feature-extraction"  # any model without its head, to look inside
    STEP_BY_STEP = "fill-mask, step by step"  # a BERT with its head, to see every number


TRAINED = (
    Task.FILL_MASK,
    Task.TEXT_CLASSIFICATION,
    Task.TOKEN_CLASSIFICATION,
    Task.NEXT_SENTENCE,
)
# The class names by which a config says what its weights were trained for.
HEADS = {
    Task.FILL_MASK: re.compile(r"ForMaskedLM$|ForPreTraining$"),
    Task.STEP_BY_STEP: re.compile(r"ForMaskedLM$|ForPreTraining$"),
    Task.TEXT_CLASSIFICATION: re.compile(r"ForSequenceClassification$"),
    Task.TOKEN_CLASSIFICATION: re.compile(r"ForTokenClassification$"),
    # Pre-training checkpoints hold this head, too, and many a config names another one of theirs.
    Task.NEXT_SENTENCE: re.compile(
        r"^Bert\w*(?:ForNextSentencePrediction|ForPreTraining|ForMaskedLM)$"
    ),
}


class Source(StrEnum):
    """Where the weights come from."""

    BUNDLED = "bundled"
    HUB = "Hugging Face Hub"
    LOCAL = "local folder"
    RUN = "your run"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """One entry of the catalog; ``id`` is what links and snippets carry."""

    id: str
    task: Task
    source: Source
    title: str
    note: str = ""  # one line on what it is good for
    megabytes: int | None = None  # size of the weights, where known
    folder: Path | None = None  # of a bundled adapter, a local model or a run's
    script: str = "Latin"  # the script its vocabulary is made for; "any" if multilingual
    texts: int = 1  # that a classifier reads together

    @property
    def hub_id(self) -> str:
        """The id without its revision."""
        return self.id.partition("@")[0]

    @property
    def revision(self) -> str | None:
        """The revision asked for, or None for the Hub's default."""
        return self.id.partition("@")[2] or None


def _hub(hub_id: str, task: Task, megabytes: int, note: str, script: str = "Latin") -> ModelSpec:
    return ModelSpec(
        id=hub_id,
        task=task,
        source=Source.HUB,
        title=hub_id,
        note=note,
        megabytes=megabytes,
        script=script,
    )


CURATED = (
    _hub("bert-base-uncased", Task.FILL_MASK, 440, "the original BERT, English, lower-cased"),
    _hub("bert-base-cased", Task.FILL_MASK, 436, "the original BERT, English, with case"),
    _hub("bert-base-multilingual-cased", Task.FILL_MASK, 714, "BERT for 104 languages", "any"),
    _hub("bert-base-chinese", Task.FILL_MASK, 412, "BERT for Chinese, by character", "Han"),
    _hub("distilbert-base-uncased", Task.FILL_MASK, 268, "BERT at 60 % of its size"),
    _hub("roberta-base", Task.FILL_MASK, 499, "trained longer than BERT, byte-level BPE"),
    _hub("albert-base-v2", Task.FILL_MASK, 47, "one layer's weights used twelve times"),
    _hub("xlm-roberta-base", Task.FILL_MASK, 1_120, "RoBERTa for 100 languages", "any"),
    _hub(
        "distilbert-base-uncased-finetuned-sst-2-english",
        Task.TEXT_CLASSIFICATION,
        268,
        "sentiment of English film reviews (SST-2)",
    ),
    _hub(
        "dslim/bert-base-NER",
        Task.TOKEN_CLASSIFICATION,
        433,
        "people, organisations, places (CoNLL-2003)",
    ),
    _hub(
        "dbmdz/bert-large-cased-finetuned-conll03-english",
        Task.TOKEN_CLASSIFICATION,
        1_334,
        "people, organisations, places (CoNLL-2003)",
    ),
    # The pre-training of these had two heads, and their files hold both.
    _hub("bert-base-uncased", Task.NEXT_SENTENCE, 440, "the original BERT, English, lower-cased"),
    _hub("bert-base-cased", Task.NEXT_SENTENCE, 436, "the original BERT, English, with case"),
    _hub("bert-base-multilingual-cased", Task.NEXT_SENTENCE, 714, "for 104 languages", "any"),
    _hub("bert-base-chinese", Task.NEXT_SENTENCE, 412, "for Chinese, by character", "Han"),
)


@cache
def bundled() -> tuple[ModelSpec, ...]:
    """Return the adapters in the box, each on the trunk ``all-MiniLM-L6-v2``."""
    known = {
        "masked_lm": (Task.FILL_MASK, "MiniLM (in the box)", "6 layers, English, works offline"),
        "sentiment": (
            Task.TEXT_CLASSIFICATION,
            "MiniLM sentiment (in the box)",
            "positive or negative, English, works offline",
        ),
        "named_entities": (
            Task.TOKEN_CLASSIFICATION,
            "MiniLM named entities (in the box)",
            "people, organisations, places, others, English, works offline",
        ),
        "next_sentence": (
            Task.NEXT_SENTENCE,
            "MiniLM next sentence (in the box)",
            "does B follow A, English, works offline",
        ),
    }
    return tuple(
        ModelSpec(
            id=BUNDLED_PREFIX + name,
            task=task,
            source=Source.BUNDLED,
            title=title,
            note=note,
            megabytes=91,
            folder=BUNDLED / name,
        )
        for name, (task, title, note) in known.items()
    )


_TRUNK = ModelSpec(
    id=TRUNK,
    task=Task.FEATURE_EXTRACTION,
    source=Source.BUNDLED,
    title="MiniLM trunk (in the box)",
    note="as published, no head",
    megabytes=91,
)


def class_names(config: Mapping[str, Any]) -> list[str]:
    """Return the names of the classes that a model's config says its weights are for."""
    found = config.get("architectures")
    return [str(name) for name in found] if isinstance(found, list) else []


def trained_for(config: Mapping[str, Any]) -> tuple[Task, ...]:
    """Return what a model's config says that its head was trained for; nothing without a head."""
    names = class_names(config)
    return tuple(
        task for task, pattern in HEADS.items() if any(pattern.search(name) for name in names)
    )


def local(settings: Settings) -> tuple[ModelSpec, ...]:
    """Return the models in folders below the configured one, for each task they were trained for.

    One without a head, or whose config cannot be read, can at most be looked into.
    """
    return tuple(
        _local(folder, task)
        for folder in _folders(settings).values()
        for task in _tasks(folder) or (Task.FEATURE_EXTRACTION,)
    )


def offered(task: Task, settings: Settings, own: Sequence[ModelSpec] = ()) -> tuple[ModelSpec, ...]:
    """Return what a model picker lists for ``task``: bundled, own, local, curated Hub ids.

    ``own`` are the models of the visitor's own runs: nobody else is ever offered those.
    """
    curated = CURATED if settings.hub else ()
    specs = (*bundled(), _TRUNK, *own, *local(settings), *curated)
    if task is Task.FEATURE_EXTRACTION:
        return tuple({spec.id: replace(spec, task=task) for spec in specs}.values())
    if task is Task.STEP_BY_STEP:
        masked = (spec for spec in specs if spec.task is Task.FILL_MASK)
        return tuple(replace(spec, task=task) for spec in masked)
    return tuple(spec for spec in specs if spec.task is task)


def is_run(model_id: str) -> bool:
    """Tell whether an id is that of a run's model, which only its owner finds."""
    return model_id.strip().startswith(RUN_PREFIX)


def find(model_id: str, task: Task, settings: Settings, own: Sequence[ModelSpec] = ()) -> ModelSpec:
    """Return the entry for an id that a visitor typed or a link carries.

    ``own`` are the models of the visitor's own runs. The id of anybody else's is as unknown as one
    that never was.

    Raises:
        UnknownModelError: it is no id, names a folder or a run that is not there, or the Hub is
            off.
        UnsupportedModelError: it is the visitor's own run, trained for another task.
    """
    wanted = model_id.strip()
    specs = {spec.id: spec for spec in offered(task, settings, own)}
    folders = _folders(settings)
    for name in (wanted, LOCAL_PREFIX + wanted):  # of a local folder its name alone will do
        if name in specs:
            return specs[name]
        if name in folders:  # loading it says what it was trained for
            return _local(folders[name], task)
    if is_run(wanted):
        raise _no_such_run(wanted, task, own)
    if wanted.startswith((BUNDLED_PREFIX, LOCAL_PREFIX)):
        names = ", ".join(spec.id for spec in offered(task, settings)[:6])
        raise UnknownModelError(f"There is no model {wanted!r} here. Available: {names}.")
    if not HUB_ID.match(wanted) or ".." in wanted:
        raise UnknownModelError(
            f"{wanted[:80]!r} is not a model id. Write it as on the Hugging Face Hub, "
            "for example bert-base-uncased, org/name or org/name@revision."
        )
    if not settings.hub:
        raise UnknownModelError("Loading from the Hugging Face Hub is switched off here.")
    return ModelSpec(id=wanted, task=task, source=Source.HUB, title=wanted, script="any")


def _no_such_run(
    model_id: str, task: Task, own: Sequence[ModelSpec]
) -> UnknownModelError | UnsupportedModelError:
    for spec in own:
        if spec.id == model_id:
            return UnsupportedModelError(
                f"“{spec.title}” was trained for {spec.task}, this page needs {task}. Choose a "
                "model with that task."
            )
    return UnknownModelError(
        "You have no model of such a run. It may have been removed, or it was trained in another "
        "browser. Choose another model."
    )


def _folders(settings: Settings) -> dict[str, Path]:
    """Return by id the folders that hold a ``config.json``."""
    root = settings.models_folder
    folders = sorted(path.parent for path in root.glob("*/config.json")) if root.is_dir() else []
    return {LOCAL_PREFIX + folder.name: folder for folder in folders}


def _tasks(folder: Path) -> tuple[Task, ...]:
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        return ()
    found = trained_for(config) if isinstance(config, dict) else ()
    return tuple(task for task in found if task in TRAINED)


def _local(folder: Path, task: Task) -> ModelSpec:
    return ModelSpec(
        id=LOCAL_PREFIX + folder.name,
        task=task,
        source=Source.LOCAL,
        title=folder.name,
        folder=folder,
        script="any",
    )

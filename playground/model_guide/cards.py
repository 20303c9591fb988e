"""What a model's card says of it: figures, licence, languages."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from playground.fine_tuning import dataset_file
from playground.fine_tuning.evaluation import report_file
from playground.fine_tuning.evaluation.report import Report, Score

CARD, TRAINING = "README.md", "training.json"
LANGUAGES = {"en": "English", "de": "German", "fr": "French", "zh": "Chinese"}
METRICS = {"top1": "first word right", "top5": "right within five", "loss": "loss, in nats"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CardScore:
    """One figure of a card: a share from 0 to 1, but for losses and perplexities."""

    metric: str
    part: str  # what it was measured on
    value: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A figure that several cards have, of the same metric on the same texts."""

    metric: str
    part: str
    values: tuple[float, ...]  # one a model, in the order asked for


def of_adapter(folder: Path) -> tuple[CardScore, ...]:
    """Return the development figures of a bundled adapter."""
    try:
        figures = json.loads((folder / TRAINING).read_text("utf-8"))["development"]
    except (OSError, ValueError, KeyError):  # not trained yet
        return ()
    found = []
    for name, value in figures.items():
        metric, _, part = name.removeprefix("eval_").partition(" / ")
        found.append(
            CardScore(
                metric=METRICS.get(metric, metric), part=part, value=value, source="training.json"
            )
        )
    return tuple(found)


def of_run(folder: Path) -> tuple[CardScore, ...]:
    """Return the scores in the report of a visitor's own run, none where it cannot be read.

    Their part ends with a mark of the run's data set: runs on the same file, cut in the same way,
    have the same.
    """
    try:
        report = report_file.load(folder / "outputs" / report_file.NAME)
        part = f"{_part(report)}, data {_mark(folder / 'inputs' / dataset_file.NAME)}"
    except (OSError, ValueError, KeyError, TypeError):  # removed this very moment
        return ()
    return tuple(
        CardScore(metric=score.name, part=part, value=score.value, source="its report")
        for score in _scores(report)
    )


@lru_cache(maxsize=64)  # the file is written once
def _mark(data: Path) -> str:
    with data.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:6]


def _scores(report: Report) -> Sequence[Score]:
    return report.adaptation.after if report.adaptation else report.headline.scores


def _part(report: Report) -> str:
    return "your held-out texts" if report.adaptation else f"your {report.headline.part} part"


def front_matter(folder: Path) -> tuple[str, str]:
    """Return licence and languages as the card in ``folder`` states them, "" where it does not."""
    from huggingface_hub import ModelCardData
    from huggingface_hub.repocard import metadata_load

    try:
        data = ModelCardData(**(metadata_load(folder / CARD) or {}), ignore_metadata_errors=True)
    except (OSError, ValueError, TypeError):  # no card, or one that is no YAML
        return "", ""
    spoken = [data.language] if isinstance(data.language, str) else data.language or []
    languages = ", ".join(LANGUAGES.get(str(one), str(one)) for one in spoken)
    return str(data.license or ""), languages


def in_common(scores: Sequence[Sequence[CardScore]]) -> tuple[Shared, ...]:
    """Return the figures that every one of several cards has: same metric, same texts."""
    tables = [{(one.metric, one.part): one.value for one in card} for card in scores]
    keys = [key for key in tables[0] if all(key in table for table in tables)] if tables else []
    return tuple(
        Shared(metric=metric, part=part, values=tuple(table[metric, part] for table in tables))
        for metric, part in keys
    )

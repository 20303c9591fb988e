"""Finished runs as models of the catalog."""

from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path

from playground.fine_tuning import dataset_file
from playground.fine_tuning.dataset import Example, Part
from playground.fine_tuning.runs.store import Finished, made_by
from playground.fine_tuning.runs.training_run import TrainingRun
from playground.fine_tuning.tasks import Task
from playground.models import catalog
from playground.models.catalog import CURATED, RUN_PREFIX, ModelSpec, Source
from playground.settings import MEGABYTE

MODEL, ADAPTER = "model", "adapter"  # folders of a run's outputs
HEADS = {
    Task.CLASSIFICATION: catalog.Task.TEXT_CLASSIFICATION,
    Task.MULTI_LABEL: catalog.Task.TEXT_CLASSIFICATION,
    Task.PAIRS: catalog.Task.TEXT_CLASSIFICATION,
    Task.ENTITIES: catalog.Task.TOKEN_CLASSIFICATION,
    Task.ADAPTATION: catalog.Task.FILL_MASK,
}
WEIGHTS = "model.safetensors"


def example(run: Finished) -> Example | None:
    """Return an example that the run did not learn from, to try its model on; None without any."""
    try:
        dataset = dataset_file.load(run.inputs / dataset_file.NAME)
    except (OSError, ValueError, KeyError):  # removed this very moment
        return None
    held_out = (*dataset.parts.get(Part.TEST, ()), *dataset.parts.get(Part.VALIDATION, ()))
    return next(iter(held_out), None)


def specs(runs: Sequence[Finished]) -> tuple[ModelSpec, ...]:
    """Return the catalog's entries of ``runs``, the newest first, as they come; no title twice.

    Each has the task of its head; ``catalog.offered`` offers all of them for a look inside.
    """
    titles: dict[str, str] = {}
    for run in reversed(runs):  # the oldest keeps the bare name: titles stay when more runs come
        numbered = (f"{run.name} ({number})" for number in count(2))
        taken = titles.values()
        titles[run.id] = next(name for name in chain([run.name], numbered) if name not in taken)
    present = (run for run in runs if (run.outputs / MODEL / "config.json").is_file())
    return tuple(_spec(run, titles[run.id]) for run in present)


def known_to(run: TrainingRun) -> tuple[ModelSpec, ...]:
    """Return the catalog's entry of the run that ``run`` is to start from, if it is its owner's.

    There is none where the base is no run, or one of somebody else, or has been removed.
    """
    directory = run.another(run.settings.base_model.removeprefix(RUN_PREFIX))
    made = made_by(directory) if directory else None
    return specs([made]) if made else ()


def _spec(run: Finished, title: str) -> ModelSpec:
    folder = run.outputs / MODEL
    return ModelSpec(
        id=RUN_PREFIX + run.id,
        task=HEADS[run.task],
        source=Source.RUN,
        title=title,
        note=_note(run),
        megabytes=_megabytes(folder / WEIGHTS),
        folder=folder,
        script=_script(run.settings.base_model),
        texts=2 if run.task is Task.PAIRS else 1,
    )


def _note(run: Finished) -> str:
    """Return what the run learned and how well, in one line."""
    values = run.values
    name, score = str(values.get("score_name", "")), values.get("score")
    scored = ""
    if name and isinstance(score, int | float):
        # Every score is a share but perplexity, which is 1 or more.
        shown = f"{score:.1f}" if run.task is Task.ADAPTATION else f"{score:.1%}"
        scored = f", {name} {shown.replace('%', ' %')}"
    reads = " (reads two texts: try it on the page of its run)" * (run.task is Task.PAIRS)
    return f"{run.task}{scored}{reads}"


def _megabytes(weights: Path) -> int | None:
    try:
        return max(1, round(weights.stat().st_size / MEGABYTE))
    except OSError:  # removed this very moment
        return None


def _script(base_model: str) -> str:
    """Return the script that the base's vocabulary is made for."""
    if base_model.startswith(catalog.BUNDLED_PREFIX):
        return "Latin"
    return next((spec.script for spec in CURATED if spec.id == base_model), "any")

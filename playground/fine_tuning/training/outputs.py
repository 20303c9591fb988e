"""What a finished run leaves: the model, the adapter, the report, and their cards."""

import json
import os
from pathlib import Path

from peft import PeftModel
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import PreTrainedModel

from playground.fine_tuning.dataset import Dataset
from playground.fine_tuning.evaluation import Report, model_card, report_file
from playground.fine_tuning.export import usage
from playground.fine_tuning.own_models import ADAPTER, MODEL
from playground.fine_tuning.runs.training_run import TrainingRun
from playground.fine_tuning.tasks import Task
from playground.fine_tuning.training_options import TrainingOptions
from playground.models import catalog, trunk
from playground.models.catalog import ModelSpec, Source
from playground.models.loading import CALIBRATION_FILE, Checkpoint

ADAPTER_WEIGHTS = "adapter_model.safetensors"


def public_id(spec: ModelSpec, task: Task) -> str | None:
    """Return the id by which anybody finds the base on the Hub, None if it is not there.

    A bundled adapter is merged into the trunk before training and public nowhere, but for the
    masked LM's: domain adaptation goes on with that very adapter, so the trunk stays its base.
    """
    if spec.source is Source.HUB:
        return spec.hub_id
    continues = spec.source is Source.BUNDLED and task is Task.ADAPTATION
    return trunk.HUB_ID if spec.id == catalog.TRUNK or continues else None


def write_adapter(run: TrainingRun, model: nn.Module, base: Checkpoint, dataset: Dataset) -> None:
    """Write the adapter of a model that learned by LoRA on a public base; of others nothing."""
    public = public_id(base.spec, dataset.task)
    if not isinstance(model, PeftModel) or public is None:
        return
    config = model.peft_config["default"]
    config.base_model_name_or_path = public
    config.revision = _revision(base.spec)
    folder = run.outputs / ADAPTER
    model.save_pretrained(os.fspath(folder), save_embedding_layers=False)
    if base.spec.source is Source.BUNDLED and dataset.task is Task.ADAPTATION:
        _add_head(folder / ADAPTER_WEIGHTS, model, base.spec)


def _add_head(file: Path, model: PeftModel, spec: ModelSpec) -> None:
    """Add the head of the bundled masked LM, which its public base lacks; peft loads it, too."""
    names = load_file(_head_file(spec)).keys()
    weights = model.get_base_model().state_dict()
    head = {f"base_model.model.{name}": weights[name].contiguous() for name in names}
    save_file(load_file(file) | head, file)


def _head_file(spec: ModelSpec) -> Path:
    assert spec.folder is not None
    return spec.folder / "head.safetensors"


def _revision(spec: ModelSpec) -> str | None:
    return trunk.REVISION if spec.source is Source.BUNDLED else spec.revision


def write_model(run: TrainingRun, model: PreTrainedModel, base: Checkpoint) -> None:
    """Write the whole model with its tokenizer, as plain transformers load it."""
    folder = run.outputs / MODEL
    model.save_pretrained(folder)
    base.tokenizer.save_pretrained(folder)


def write_report(
    run: TrainingRun, report: Report, base: Checkpoint, dataset: Dataset, options: TrainingOptions
) -> None:
    """Write the report, the temperature beside the model, and a card into each folder."""
    (run.outputs / report_file.NAME).write_bytes(report_file.dump(report))
    if report.temperature is not None:
        text = json.dumps({"temperature": report.temperature})
        (run.outputs / MODEL / CALIBRATION_FILE).write_text(text, "utf-8")
    for name in (MODEL, ADAPTER):
        if (run.outputs / name).is_dir():
            card = model_card.render(
                report,
                dataset,
                title=run.name,
                options=options,
                seed=run.settings.seed,
                base=public_id(base.spec, dataset.task),
                adapter=name == ADAPTER,
            )
            code = _usage(run.outputs, name, texts=2 if dataset.task is Task.PAIRS else 1)
            (run.outputs / name / model_card.NAME).write_text(usage.with_code(card, code), "utf-8")


def _usage(outputs: Path, name: str, *, texts: int) -> str:
    model = outputs / MODEL
    if name == ADAPTER:
        return usage.of_adapter(outputs / ADAPTER, model, f"./{name}", texts=texts)
    return usage.of_model(model, f"./{name}", texts=texts)

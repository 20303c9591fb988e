"""The training function of fine-tuning runs."""

import logging
import time

import torch
from transformers import set_seed
from transformers.utils import logging as transformers_logging

from playground.errors import UnsupportedModelError
from playground.fine_tuning import dataset_file, own_models
from playground.fine_tuning.dataset import Dataset, Part
from playground.fine_tuning.runs.settings import JSON
from playground.fine_tuning.runs.training_run import TrainingRun
from playground.fine_tuning.tasks import Task
from playground.fine_tuning.training import methods, outputs, rows
from playground.fine_tuning.training.lesson import Labelled, Lesson, Masked, Setting
from playground.fine_tuning.training.loop import RunTrainer
from playground.fine_tuning.training_options import Method, TrainingOptions
from playground.models import catalog, loading
from playground.models.catalog import Source
from playground.models.hidden_states import fast_dtype
from playground.models.loading import Checkpoint
from playground.settings import Settings

logger = logging.getLogger(__name__)


def train(run: TrainingRun) -> dict[str, JSON]:
    """Train a model on the run's data set and return its score beside a baseline's.

    ``run.outputs`` gets the model, with LoRA the adapter, and the report.

    Raises:
        ModelError: the base model cannot be loaded, or does not fit the task.
        TrainingOptionsError: an option is out of range.
        StoppedError: the run has to stop.
    """
    begin = time.monotonic()
    transformers_logging.set_verbosity_error()
    run.record("phase", name="reading")
    settings = Settings.from_environment()
    options = TrainingOptions.from_json(run.settings.options)
    dataset = dataset_file.load(run.inputs / dataset_file.NAME)
    options.require(dataset.task, settings.max_training_tokens)
    set_seed(run.settings.seed)  # the new head's weights
    base = _base(run, dataset, options, settings)
    setting = Setting(
        dataset=dataset,
        options=options,
        seed=run.settings.seed,
        mixed=is_mixed(base),
        check=run.check,
    )
    is_masked = dataset.task is Task.ADAPTATION
    lesson: Lesson = Masked(base, setting) if is_masked else Labelled(base, setting)
    trained = sum(weight.numel() for weight in methods.learned(lesson.model).values())
    best_epoch = _learn(lesson, options, run)
    run.record("phase", name="saving")
    outputs.write_adapter(run, lesson.model, base, dataset)
    lesson.model = methods.merged(lesson.model)
    run.record("phase", name="evaluating")
    report = lesson.report()
    run.record("phase", name="saving")
    outputs.write_model(run, lesson.model, base)
    outputs.write_report(run, report, base, dataset, options)
    return report.values() | {
        "seconds": time.monotonic() - begin,
        "examples": len(dataset.parts[Part.TRAINING]),
        "trained_parameters": trained,
        "best_epoch": best_epoch,
    }


def _base(
    run: TrainingRun, dataset: Dataset, options: TrainingOptions, settings: Settings
) -> Checkpoint:
    """Return the base model with the head that the task needs."""
    model_id, own = run.settings.base_model, own_models.known_to(run)
    if dataset.task is not Task.ADAPTATION:
        spec = catalog.find(model_id, catalog.Task.FEATURE_EXTRACTION, settings, own)
        if dataset.task is Task.ENTITIES:
            head, labels = catalog.Task.TOKEN_CLASSIFICATION, rows.tags(dataset.labels)
        else:
            head, labels = catalog.Task.TEXT_CLASSIFICATION, dataset.labels
        several = dataset.task is Task.MULTI_LABEL
        return loading.load_fresh(spec, settings, head, labels, several=several)
    if model_id == catalog.TRUNK:
        raise UnsupportedModelError(
            "The trunk as published has no head that fills masks, and domain adaptation trains one "
            "that does. Choose bundled/masked_lm, which is the same trunk with such a head."
        )
    spec = catalog.find(model_id, catalog.Task.FILL_MASK, settings, own)
    if spec.source is Source.BUNDLED and options.method is Method.LORA:
        return loading.load_adapter(spec)
    return loading.load_masked(spec, settings)


def is_mixed(base: Checkpoint) -> bool:
    """Tell whether the products of training are computed in bfloat16."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    # DeBERTa's first version masks scores with fp32's smallest number: bfloat16 cannot hold it.
    fp32_only = base.model.config.model_type == "deberta"
    return not fp32_only and fast_dtype(device) is torch.bfloat16


def _learn(lesson: Lesson, options: TrainingOptions, run: TrainingRun) -> float:
    """Train, leave the best epoch's weights in the lesson's model, and return which that was."""
    if options.method is Method.LINEAR_PROBE:
        run.record("phase", name="features")

    def epoch() -> int:
        return trainer.epoch()

    with lesson.taught(epoch) as taught:
        trainer = RunTrainer(taught, lesson.score_name, options, run)
        run.record("phase", name="training")
        trainer.learn()
        return (trainer.state.best_global_step or 0) / trainer.steps_an_epoch

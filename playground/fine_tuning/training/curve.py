"""The training function of learning curves: linear probes on growing shares of the examples.

The frozen encoder reads every text once. A probe is logistic regression on what it says: on the
mean of a text's tokens, or for entities on each word's first token.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from playground.errors import TrainingOptionsError
from playground.fine_tuning import dataset_file, own_models
from playground.fine_tuning.dataset import Dataset, Example, Part
from playground.fine_tuning.evaluation import Predictions, learning_curve
from playground.fine_tuning.runs.settings import JSON
from playground.fine_tuning.runs.training_run import TrainingRun
from playground.fine_tuning.tasks import Task
from playground.fine_tuning.training import reading, rows, scoring
from playground.fine_tuning.training.rows import NOT_READ, Row
from playground.fine_tuning.training_options import TrainingOptions
from playground.models import catalog, loading
from playground.models.loading import Checkpoint
from playground.settings import Settings
from playground.text.reading import ReadText

CHUNK = 1_000  # texts at once: the states of all their tokens are in memory
ITERATIONS, TOLERANCE = 100, 1e-3  # a probe is to be quick: more changes no answer
# What the encoder says of a text, float32 [1 or token, hidden], and the labels, [1 or token, ...].
Feature: TypeAlias = tuple[np.ndarray, np.ndarray]
NEVER = -30.0  # the logit of a label that training lacks


def train(run: TrainingRun) -> dict[str, JSON]:
    """Write the learning curve of the run's data set and return what it says.

    Raises:
        ModelError: the base model cannot be loaded.
        TrainingOptionsError: the task has no labels.
        StoppedError: the run has to stop.
    """
    run.record("phase", name="reading")
    settings = Settings.from_environment()
    options = TrainingOptions.from_json(run.settings.options)
    dataset = dataset_file.load(run.inputs / dataset_file.NAME)
    if dataset.task is Task.ADAPTATION:
        raise TrainingOptionsError(
            "A learning curve asks what more labels would bring, and domain adaptation has none. "
            "Choose a task with labels."
        )
    own = own_models.known_to(run)
    spec = catalog.find(run.settings.base_model, catalog.Task.FEATURE_EXTRACTION, settings, own)
    model = loading.load(spec, settings)
    run.record("phase", name="features")
    probe = Probe(model, dataset, min(options.max_tokens, model.max_tokens), run)
    run.record("phase", name="training")
    curve = learning_curve.measured(dataset, probe.fit, scoring.SCORES[dataset.task])
    (run.outputs / learning_curve.NAME).write_bytes(learning_curve.dump(curve))
    found = learning_curve.outlook(curve)
    return {"task": dataset.task.value, "trend": found.trend.value, "gain": found.gain}


class Probe:
    """A linear probe on features that are computed once."""

    def __init__(self, model: Checkpoint, dataset: Dataset, limit: int, run: TrainingRun) -> None:
        self._model, self._dataset, self._limit, self._run = model, dataset, limit, run
        self._tagger = dataset.task is Task.ENTITIES
        self._several = dataset.task is Task.MULTI_LABEL
        training, self._validation = (dataset.parts[p] for p in (Part.TRAINING, Part.VALIDATION))
        self._known = dict(zip(training, self._features(training), strict=True))
        self._reads: list[
            ReadText
        ] = []  # of entities: how the texts of the validation part are read
        self._unseen = [states for states, _ in self._features(self._validation)]

    def fit(self, smaller: Dataset, seed: int) -> float:
        """Return the validation score of a probe that learned from a part of the training part."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.multiclass import OneVsRestClassifier

        self._run.check()
        known = [self._known[example] for example in smaller.parts[Part.TRAINING]]
        states, targets = (np.concatenate(of_all) for of_all in zip(*known, strict=True))
        weights = "balanced" if self._several else None  # as in the report's baseline
        one = LogisticRegression(
            max_iter=ITERATIONS, tol=TOLERANCE, class_weight=weights, random_state=seed
        )
        probe = OneVsRestClassifier(one) if self._several else one
        read = targets != NOT_READ if self._tagger else slice(None)
        probe.fit(states[read], targets[read])
        said = self._predictions(self._logits(probe))
        return scoring.score(self._dataset.task, self._validation, self._dataset.labels, said)

    def _features(self, examples: Sequence[Example]) -> Iterator[Feature]:
        self._reads = []
        for begin in range(0, len(examples), CHUNK):
            some = examples[begin : begin + CHUNK]
            found = self._rows(some)
            collate = rows.Collator(self._model.tokenizer, self._dataset.task)
            outputs = reading.outputs(
                self._model.model.base_model, found, collate, self._run.check, mixed=False
            )
            for row, output in zip(found, outputs, strict=True):
                states = output.numpy()
                if self._tagger:
                    yield states, np.array(row["labels"])
                else:
                    yield states.mean(axis=0, keepdims=True), np.array([row["labels"]])

    def _rows(self, examples: Sequence[Example]) -> list[Row]:
        if not self._tagger:
            return rows.texts(examples, self._dataset, self._model, self._limit)
        found, reads = rows.tagged(examples, self._dataset, self._model, self._limit)
        self._reads += reads
        return found

    def _logits(self, probe: Any) -> np.ndarray:
        """Return what a probe says of all that is held out, float32 [text or token, label]."""
        states = np.concatenate(self._unseen)
        if self._several:
            likely = probe.predict_proba(states).clip(1e-9, 1 - 1e-9)
            odds: np.ndarray = np.log(likely / (1 - likely)).astype(np.float32)
            return odds
        labels = rows.tags(self._dataset.labels) if self._tagger else self._dataset.labels
        logits = np.full((len(states), len(labels)), NEVER, dtype=np.float32)
        logits[:, probe.classes_] = probe.predict_log_proba(states)
        return logits

    def _predictions(self, logits: np.ndarray) -> Predictions:
        if not self._tagger:
            return Predictions(logits=logits)
        ends = np.cumsum([len(states) for states in self._unseen])[:-1]
        of_each = np.split(logits, ends)
        return Predictions(spans=scoring.spans(of_each, self._reads, self._dataset, self._model))

"""What one run teaches: a model, the rows it learns from, and how well it does on the others."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import numpy as np
import torch
from torch import nn

from playground.fine_tuning.dataset import Dataset, Part
from playground.fine_tuning.evaluation import MaskedScores, Predictions, Report
from playground.fine_tuning.evaluation import evaluate, evaluate_masked
from playground.fine_tuning.tasks import Task
from playground.fine_tuning.training import masked, methods, probe, reading, rows, scoring
from playground.fine_tuning.training.reading import Collate
from playground.fine_tuning.training.rows import Row
from playground.fine_tuning.training.scoring import Measured, Objective
from playground.fine_tuning.training_options import Method, TrainingOptions
from playground.models.loading import Checkpoint
from playground.text.reading import ReadText

TIE = 1e-6  # among epochs with the same score that of the lower loss is the best


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What every lesson needs to know."""

    dataset: Dataset
    options: TrainingOptions
    seed: int
    mixed: bool  # whether products are computed in bfloat16
    check: Callable[[], None]  # raises when the run has to stop

    def limited(self, checkpoint: Checkpoint) -> int:
        """Return the tokens of the longest text."""
        return min(self.options.max_tokens, checkpoint.max_tokens)


@dataclass(kw_only=True)
class Taught:
    """What the Trainer needs."""

    model: nn.Module
    rows: list[Row]
    collate: Collate
    measure: Callable[[], Measured]
    objective: Objective | None  # None where the model computes its loss
    mixed: bool


class Lesson(Protocol):
    """One task, to be learned and examined."""

    score_name: str
    model: nn.Module  # plain, or of peft

    def taught(self, epoch: Callable[[], int]) -> AbstractContextManager[Taught]:
        """Return a context with what the Trainer needs; ``epoch`` tells the epoch it is in."""

    def report(self) -> Report:
        """Return what the model is worth on the parts that it has not learned from."""


class Labelled:
    """Classification, with one label or several, of texts and pairs; and named entities."""

    def __init__(self, checkpoint: Checkpoint, setting: Setting) -> None:
        self.score_name = scoring.SCORES[setting.dataset.task]
        self.model = methods.prepared(checkpoint.model, setting.options, has_new_head=True)
        self._checkpoint = checkpoint
        self._setting = setting
        self._tagger = setting.dataset.task is Task.ENTITIES
        self._collate = rows.Collator(checkpoint.tokenizer, setting.dataset.task)
        self._parts: dict[Part, tuple[list[Row], list[ReadText]]] = {}

    @contextmanager
    def taught(self, epoch: Callable[[], int]) -> Iterator[Taught]:
        """See ``Lesson``."""
        setting, model = self._setting, self.model
        training, _ = self._rows(Part.TRAINING)
        held_out, _ = self._rows(Part.VALIDATION)
        weights = scoring.class_weights(setting.dataset) if setting.options.class_weights else None
        objective = Objective(setting.dataset.task, weights)
        taught = Taught(
            model=model,
            rows=training,
            collate=self._collate,
            measure=lambda: self._measured(objective, held_out, self._collate, setting.mixed),
            objective=objective,
            mixed=setting.mixed,
        )
        with ExitStack() as stack:
            if setting.options.method is Method.LINEAR_PROBE and self._fit(training, held_out):
                taught = self._on_features(taught, objective, training, held_out)
                stack.enter_context(probe.without_encoder(self._checkpoint.model))
            yield taught

    def _on_features(
        self, taught: Taught, objective: Objective, training: list[Row], held_out: list[Row]
    ) -> Taught:
        """Return the same with what the frozen encoder makes of each row, instead of the row."""
        known, unseen = map(self._features, (training, held_out))
        collate = partial(probe.collate, every_token=self._tagger)
        return replace(
            taught,
            rows=known,
            collate=collate,
            measure=lambda: self._measured(objective, unseen, collate, mixed=False),
            mixed=False,  # of a product this small the casts take longest
        )

    def _fit(self, training: list[Row], held_out: list[Row]) -> bool:
        hidden = self._checkpoint.model.config.hidden_size
        return probe.fits([*training, *held_out], hidden, every_token=self._tagger)

    def _features(self, of: list[Row]) -> list[Row]:
        states = self._outputs(self._checkpoint.model.base_model, of)
        return probe.features(of, states, every_token=self._tagger)

    def _measured(
        self, objective: Objective, held_out: list[Row], collate: Collate, mixed: bool
    ) -> Measured:
        setting = self._setting
        logits = reading.outputs(self.model, held_out, collate, setting.check, mixed=mixed)
        labels = [torch.as_tensor(row["labels"]) for row in held_out]
        together = torch.cat(labels) if self._tagger else torch.stack(labels)
        all_logits = torch.cat(logits) if self._tagger else torch.stack(logits)
        score = scoring.score(
            setting.dataset.task,
            setting.dataset.parts[Part.VALIDATION],
            setting.dataset.labels,
            self._said(logits, Part.VALIDATION),
        )
        loss = float(objective({"logits": all_logits}, together))
        return Measured(loss=loss, score=score, rank=score - TIE * loss)

    def report(self) -> Report:
        """See ``Lesson``."""
        dataset = self._setting.dataset
        parts = [part for part in (Part.VALIDATION, Part.TEST) if dataset.parts.get(part)]
        said = {part: self._said(self._outputs(self.model, self._rows(part)[0]), part) for part in parts}
        return evaluate(dataset, said)

    def _outputs(self, model: nn.Module, of: list[Row]) -> list[Any]:
        setting = self._setting
        return reading.outputs(model, of, self._collate, setting.check, mixed=setting.mixed)

    def _said(self, logits: list[Any], part: Part) -> Predictions:
        found = [of_row.numpy() for of_row in logits]
        if not self._tagger:
            return Predictions(logits=np.stack(found))
        reads = self._rows(part)[1]
        dataset = self._setting.dataset
        return Predictions(spans=scoring.spans(found, reads, dataset, self._checkpoint))

    def _rows(self, part: Part) -> tuple[list[Row], list[ReadText]]:
        if part not in self._parts:
            dataset, limit = self._setting.dataset, self._setting.limited(self._checkpoint)
            examples = dataset.parts[part]
            self._parts[part] = (
                rows.tagged(examples, dataset, self._checkpoint, limit)
                if self._tagger
                else (rows.texts(examples, dataset, self._checkpoint, limit), [])
            )
        return self._parts[part]


class Masked:
    """Domain adaptation of a masked LM."""

    score_name = scoring.SCORES[Task.ADAPTATION]

    def __init__(self, checkpoint: Checkpoint, setting: Setting) -> None:
        self.model = methods.prepared(checkpoint.model, setting.options, has_new_head=False)
        self._checkpoint = checkpoint
        self._setting = setting
        self._before = self._scores(self._examined)

    @contextmanager
    def taught(self, epoch: Callable[[], int]) -> Iterator[Taught]:
        """See ``Lesson``."""
        setting, tokenizer = self._setting, self._checkpoint.tokenizer
        held_out = self._rows(Part.VALIDATION)
        yield Taught(
            model=masked.AtMasks(self.model),
            rows=self._rows(Part.TRAINING),
            collate=masked.MaskingCollator(tokenizer, setting.seed, epoch),
            measure=lambda: self._measured(held_out),
            objective=None,
            mixed=setting.mixed,
        )

    def _measured(self, held_out: list[Row]) -> Measured:
        found = self._scores(held_out)
        return Measured(loss=found.loss, score=float(np.exp(found.loss)), rank=-found.loss)

    def report(self) -> Report:
        """See ``Lesson``."""
        return evaluate_masked(self._before, self._scores(self._examined))

    @property
    def _examined(self) -> list[Row]:
        """The rows that the report is about: the test part's if there is one."""
        has_test = self._setting.dataset.parts.get(Part.TEST)
        return self._rows(Part.TEST if has_test else Part.VALIDATION)

    def _scores(self, of: list[Row]) -> MaskedScores:
        setting = self._setting
        # One epoch for all: the same masks, whenever they are filled.
        collate = masked.MaskingCollator(self._checkpoint.tokenizer, setting.seed, lambda: -1)
        model = masked.AtMasks(self.model)
        return masked.scores(model, of, collate, setting.check, mixed=setting.mixed)

    def _rows(self, part: Part) -> list[Row]:
        setting = self._setting
        limit = setting.limited(self._checkpoint)
        found = rows.pieces(setting.dataset.parts[part], self._checkpoint.tokenizer, limit)
        return [row | {"number": number} for number, row in enumerate(found)]

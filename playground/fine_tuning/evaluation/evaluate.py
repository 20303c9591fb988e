"""From a model's answers on held-out examples to a report."""

from collections.abc import Mapping

from playground.fine_tuning.dataset import Dataset, Part
from playground.fine_tuning.evaluation import adaptation, baselines, entities, labelled
from playground.fine_tuning.evaluation.predictions import MaskedScores, Predictions
from playground.fine_tuning.evaluation.report import PartReport, Report
from playground.fine_tuning.tasks import Task

MEASURED = (Part.VALIDATION, Part.TEST)  # in the order of a report's parts
SMALL = 100
CHOSEN_ON = (
    "The scores are from the validation part, which also chose the best epoch, so they are a "
    "little too good. With a test part, which nothing is chosen on, they would not be."
)
FEW = "{examples} examples is few to measure on: the intervals are wide, and rare labels chance."


def evaluate(dataset: Dataset, predictions: Mapping[Part, Predictions]) -> Report:
    """Return what a model is worth that says ``predictions`` of the validation and test parts.

    Baselines learn from the training part and answer the same examples.

    Raises:
        ValueError: a part has no predictions or another number of them, or the task has no labels.
    """
    if dataset.task is Task.ADAPTATION:
        raise ValueError("A masked LM is compared by evaluate_masked.")
    parts = [part for part in MEASURED if dataset.parts.get(part)]
    for part in parts:
        _require(dataset, part, predictions)
    temperature = None
    if dataset.task is Task.ENTITIES:
        known = baselines.known_entities(dataset)
        found = [entities.part_report(dataset, part, predictions[part], known) for part in parts]
    else:
        simpler = labelled.Simpler.of(dataset)
        temperature = labelled.temperature(dataset, predictions[Part.VALIDATION])
        found = [
            labelled.part_report(dataset, part, predictions[part], simpler, temperature)
            for part in parts
        ]
    return Report(
        task=dataset.task, parts=tuple(found), temperature=temperature, notes=_notes(found[-1])
    )


def evaluate_masked(before: MaskedScores, after: MaskedScores) -> Report:
    """Return what domain adaptation did, from both models' scores on the same masks."""
    return Report(task=Task.ADAPTATION, adaptation=adaptation.compared(before, after))


def _require(dataset: Dataset, part: Part, predictions: Mapping[Part, Predictions]) -> None:
    if part not in predictions:
        raise ValueError(f"There are no predictions of the {part} part.")
    one = predictions[part]
    answers = one.logits if one.logits is not None else one.spans
    if answers is None or len(answers) != len(dataset.parts[part]):
        raise ValueError(f"The {part} part needs a prediction for each of its examples.")


def _notes(headline: PartReport) -> tuple[str, ...]:
    chosen = (CHOSEN_ON,) if headline.part is Part.VALIDATION else ()
    few = (FEW.format(examples=headline.examples),) if headline.examples < SMALL else ()
    return chosen + few

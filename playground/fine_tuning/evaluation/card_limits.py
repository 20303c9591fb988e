"""A trained model's limits, in plain words."""

from collections.abc import Iterator, Sequence

from playground.fine_tuning.dataset import Dataset, Part
from playground.fine_tuning.evaluation.report import Outcome, Report
from playground.fine_tuning.tasks import Task
from playground.fine_tuning.training_options import TrainingOptions
from playground.markdown import line

FEW = 20  # examples of a label in training
WEAK = 0.5  # F1 of a label
MOST_NAMED = 10
_OF_TASK = {
    Task.CLASSIFICATION: "It gives every text one of its labels, also a text that none fits.",
    Task.PAIRS: "It gives every pair one of its labels, also a pair that none fits.",
    Task.MULTI_LABEL: "A text has a label from a probability of 50 % on; that is a choice.",
    Task.ENTITIES: "It finds entities of its types alone, and none within another.",
    Task.ADAPTATION: "It fills masks; for a task of its own it needs to be trained on that.",
}


def found(report: Report, dataset: Dataset, options: TrainingOptions) -> Iterator[str]:
    """Yield the limits as sentences of Markdown, those that were measured first."""
    yield from _measured(report, dataset)
    yield _OF_TASK[report.task]
    yield (
        f"It reads at most {options.max_tokens:,} tokens of a text as it was trained; longer texts "
        "are cut or read in windows, and nothing here says how well that goes."
    )
    yield (
        "It knows texts like those that it learned from. Other languages, topics, times or ways of "
        "writing may lower its scores, and only new labelled examples can show how much."
    )
    yield (
        "It may have picked up biases of the base model and of the people who labelled the "
        "examples. Check it on the people and topics that it will meet before it decides anything."
    )


def _measured(report: Report, dataset: Dataset) -> Iterator[str]:
    if report.adaptation is not None:
        comparison = report.adaptation.comparison
    else:
        comparison = report.headline.strongest.comparison
        weak = [one.label for one in report.headline.labels if one.f1 < WEAK]
        if weak:
            yield f"It tells these labels badly, with an F1 below 50 %: {_listed(weak)}."
    if comparison.outcome is not Outcome.BETTER:
        yield comparison.sentence
    counts = dataset.label_counts[Part.TRAINING]
    few = [label for label in dataset.labels if counts[label] < FEW]
    if few:
        yield f"It learned these labels from fewer than {FEW} examples each: {_listed(few)}."


def _listed(labels: Sequence[str]) -> str:
    named = ", ".join(map(line, labels[:MOST_NAMED]))
    more = len(labels) - MOST_NAMED
    return f"{named} and {more:,} more" if more > 0 else named

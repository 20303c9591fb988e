"""Checks a file before a run starts."""

from dataclasses import replace

from playground.errors import TooFewExamplesError
from playground.files import Table
from playground.fine_tuning.checking import label_checks, lengths, reading, span_checks, text_checks
from playground.fine_tuning.checking.columns import Columns, require
from playground.fine_tuning.checking.problems import Problems, counted
from playground.fine_tuning.checking.split import (
    OwnColumn,
    OwnFile,
    Share,
    Split,
    by_column,
    by_share,
)
from playground.fine_tuning.dataset import Checked, Dataset, Example, Options, Part
from playground.fine_tuning.tasks import Task
from playground.settings import Settings

FEWEST = 10  # examples; with fewer, not even a try says anything


def check(
    table: Table,
    columns: Columns,
    task: Task,
    split: Split | None = None,
    options: Options | None = None,
    *,
    count_tokens: lengths.Counter | None = None,
    settings: Settings | None = None,
) -> Checked:
    """Return the examples in parts, ready for training, and all that was found on the way.

    Args:
        table: the file's rows.
        columns: where texts and labels are.
        task: what is to be learned.
        split: how to part the examples; a fifth is drawn for validation without one.
        options: the token limit, and what is not to be done about problems.
        count_tokens: texts in, their numbers of tokens out, special ones left out.
        settings: the caps; those of the environment without any.

    Raises:
        UnknownColumnError: a column is not there.
        ColumnsError: the columns, or what stands in them, do not fit the task.
        LabelsError: there are no labels, only one, or too many.
        TooFewExamplesError: not enough is left to train and to measure.
        SplitError: it cannot be parted as asked.
        DatasetError: the token limit is out of range.
    """
    split = split or Share()
    options = options or Options()
    settings = settings or Settings.from_environment()
    lengths.require_limit(options.max_tokens, settings.max_training_tokens)
    report = Problems(options.off)
    examples, notices = _read(table, columns, task, split, report)
    read = len(examples)
    examples = _cleaned(examples, task, settings, report)
    _require_enough(examples, read, report)
    if task is not Task.ADAPTATION:
        label_checks.require_labels(examples, task, settings.max_labels)
        examples = label_checks.without_single(examples, report)
        _require_enough(examples, read, report)
        label_checks.require_labels(examples, task, settings.max_labels)
        label_checks.report_counts(examples, task, report)
    if isinstance(split, Share):
        examples, notices = by_share(examples, task, split)
    _require_parts(examples)
    if task is not Task.ADAPTATION:
        training = [one for one in examples if one.part is Part.TRAINING]
        label_checks.require_labels(training, task, settings.max_labels)
    label_checks.report_not_trained(examples, report)
    measured = (
        lengths.measured(examples, task, count_tokens, options.max_tokens, report)
        if count_tokens
        else None
    )
    return Checked(
        dataset=_dataset(examples, task, notices),
        problems=tuple(report.problems),
        lengths=measured,
    )


def _read(
    table: Table, columns: Columns, task: Task, split: Split, report: Problems
) -> tuple[list[Example], list[str]]:
    require(table, columns, task)
    examples = reading.examples(table, columns, task, report)
    if isinstance(split, OwnColumn):
        return by_column(examples, table, split.column, report)
    if isinstance(split, OwnFile):
        require(split.table, columns, task)
        others = reading.examples(split.table, columns, task, report, training=table)
        parted = [replace(one, part=Part.TRAINING) for one in examples]
        parted += [replace(one, part=Part.VALIDATION) for one in others]
        return parted, ["An own file is for validation."]
    return examples, []


def _cleaned(
    examples: list[Example], task: Task, settings: Settings, report: Problems
) -> list[Example]:
    examples = text_checks.without_long(examples, settings.max_characters, report)
    examples = text_checks.without_empty(examples, report)
    examples = label_checks.without_unlabelled(examples, task, report)
    if task is Task.ENTITIES:
        examples = span_checks.without_outside(examples, report)
        examples = span_checks.trimmed(examples, report)
        examples = span_checks.without_overlaps(examples, report)
    examples = label_checks.with_merged_spellings(examples, report)
    examples = text_checks.without_leaks(examples, report)
    examples = text_checks.without_conflicts(examples, report)
    return text_checks.without_duplicates(examples, report)


def _require_enough(examples: list[Example], read: int, report: Problems) -> None:
    if len(examples) >= FEWEST:
        return
    found = "; ".join(f"{one.finding}: {one.count:,}" for one in report.problems)
    raise TooFewExamplesError(
        f"{counted(len(examples), 'example')} of {counted(read, 'row')} can be used, and {FEWEST} "
        f"are the fewest to train and measure with; some dozens a label are better. "
        f"{f'Found were: {found}. ' if found else ''}Add examples."
    )


def _require_parts(examples: list[Example]) -> None:
    for part in (Part.TRAINING, Part.VALIDATION):
        if not any(one.part is part for one in examples):
            raise TooFewExamplesError(
                f"No example is left for {part}. Texts that are in both parts count for training "
                "only. Add others, or have a share drawn."
            )


def _dataset(examples: list[Example], task: Task, notices: list[str]) -> Dataset:
    parts = {
        part: found
        for part in Part
        if (found := tuple(one for one in examples if one.part is part))
    }
    names = label_checks.in_order(name for one in examples for name in one.label_names)
    return Dataset(task=task, labels=names, parts=parts, notices=tuple(notices))
